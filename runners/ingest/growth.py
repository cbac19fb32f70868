"""A growing table: a version is the former one's parts, and new ones of the rows that came since.

What is said of the table is merged from the summaries of its parts. Whatever is in doubt is read again as a whole: the
result says why.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from runners.contract import InputError
from runners.ingest.changing import NOBODY, Owner, changing
from runners.ingest.draft import Draft
from runners.ingest.former import Former, of_keys
from runners.ingest.grown import Grown, NotAppendable, asked, finished, layout_of, verdict_after
from runners.ingest.held import Held
from runners.ingest.parameters import Parameters
from runners.ingest.pull import Pull, hashed_keys, spooled, types_of
from runners.inputs import Lent
from runners.sources import NO_INPUTS
from runners.sources.growing import Growth, growing
from runners.sources.watermarks import as_json

Opening = Callable[[Former | None, Path], AbstractContextManager[Growth]]
"""Opens what came since a former version, or all there is; the path is that of a folder for as long as it is open."""


def grow(
    params: Parameters,
    folder: Path,
    former: Lent | None,
    inputs: Mapping[str, str] = NO_INPUTS,
    owner: Owner = NOBODY,
) -> Grown:
    """Write a version of a growing table to a folder.

    Args:
        params: the source, the schema and the roles.
        folder: where the version is written.
        former: the version before; without one, or where it can't be gone on with, all is read.
        inputs: the folders of the datasets that keys lead to, and of the version that limits of drift are about.
        owner: whose version it is.

    Raises:
        InputError: the source, or the schema, is wrong.
        SourceUnavailable: the source is out of reach.
    """
    opening = _opening(params, owner)
    base, why = Former.of(former, asked(params))
    if base is not None:
        try:
            return _Growing(opening, params, folder, base, inputs).write(why)
        except NotAppendable as error:
            why = str(error)
    return _Growing(opening, params, folder, None, inputs).write(why)


def _opening(params: Parameters, owner: Owner) -> Opening:
    if params.source.changes:
        return partial(changing, params.source.changes, owner)
    sql = params.source.sql
    assert sql is not None
    return lambda base, _: growing(sql, base.bound if base else None)


class _Growing:
    """One version of a growing table on its way."""

    def __init__(
        self, opening: Opening, params: Parameters, folder: Path, base: Former | None, inputs: Mapping[str, str]
    ) -> None:
        self._opening, self._params, self._folder, self._base, self._inputs = opening, params, folder, base, inputs

    def write(self, why: str) -> Grown:
        """Read the source, and write what it holds.

        Raises:
            NotAppendable: new rows don't go on with the former version.
        """
        with TemporaryDirectory(prefix="setpoint-") as place, self._opening(self._base, Path(place)) as growth:
            pull = self._pull(growth, Path(place))
            with pull.held:
                return self._written(pull, growth, why)

    def _written(self, pull: Pull, growth: Growth, why: str) -> Grown:
        draft = Draft(self._folder, layout_of(pull.types, self._params, self._base, growth.told.key), self._base)
        draft.add_closed(pull.closed())
        self._keep(draft, pull, growth)
        draft.add_open(pull.open())
        draft.compact()
        read = {"highest": as_json(growth.highest), "bound": as_json(growth.bound), **growth.place}
        refresh = {**_refresh(pull, why), **growth.notes}
        return finished(draft, self._params, pull.verdict, read, refresh, held=pull.held)

    def _pull(self, growth: Growth, place: Path) -> Pull:
        base, params = self._base, self._params
        before = base.summary if base else None
        spool = spooled(growth.reading.batches, params, before, place, growth.types)
        types = types_of(spool, params, growth.told, before)
        if not types:
            raise InputError("there are no rows and no columns", growth.reading.read_from, "fill the source first")
        held = Held(params, types, self._inputs, base)
        verdict = verdict_after(base, params)
        return Pull(spool, params, growth.told, types, verdict, place, held, needs_keys=base is not None)

    def _keep(self, draft: Draft, pull: Pull, growth: Growth) -> None:
        told, base, present = growth.told, self._base, None
        if base is None:
            return
        if growth.is_anew:
            present = np.zeros((0, 2), np.uint64)
        elif told.compare_keys:
            present = hashed_keys(growth.keys(), told.key, pull.types, self._params.source.spellings)
        gone = pull.seen_keys() if told.key else None
        draft.keep(partial(of_keys, base, key=draft.layout.key, gone=gone, present=present))


def _refresh(pull: Pull, why: str) -> dict[str, Any]:
    """Say how much was read, and why all was where that is so."""
    return {"rows": pull.rows, "deleted": pull.deleted} | ({"because": why} if why else {})
