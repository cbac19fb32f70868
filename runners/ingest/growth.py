"""A growing table of a database: a version is the former one's parts, and new ones of the rows that came since.

What is said of the table is merged from the summaries of its parts. Whatever is in doubt is read again as a whole: the
result says why.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runners.contract import InputError
from runners.ingest.draft import Draft
from runners.ingest.former import Former, of_keys
from runners.ingest.grown import Grown, NotAppendable, asked, finished, layout_of, verdict_after
from runners.ingest.held import Held
from runners.ingest.parameters import Parameters
from runners.ingest.parts import Layout
from runners.ingest.pull import Pull, hashed_keys, spooled, types_of
from runners.inputs import Lent
from runners.sources import NO_INPUTS
from runners.sources.growing import Growth, growing
from runners.sources.parameters import Incremental, SqlSource
from runners.sources.watermarks import as_json


def grow(params: Parameters, folder: Path, former: Lent | None, inputs: Mapping[str, str] = NO_INPUTS) -> Grown:
    """Write a version of a growing table to a folder.

    Args:
        params: the source, the schema and the roles.
        folder: where the version is written.
        former: the version before; without one, or where it can't be gone on with, all is read.
        inputs: the folders of the datasets that keys lead to, and of the version that limits of drift are about.

    Raises:
        InputError: the source, or the schema, is wrong.
        SourceUnavailable: the source is out of reach.
    """
    sql = params.source.sql
    assert sql is not None
    base, why = Former.of(former, asked(params))
    if base is not None:
        try:
            return _Growing(sql, params, folder, base, inputs).write(why)
        except NotAppendable as error:
            why = str(error)
    return _Growing(sql, params, folder, None, inputs).write(why)


class _Growing:
    """One version of a growing table on its way."""

    def __init__(
        self, sql: SqlSource, params: Parameters, folder: Path, base: Former | None, inputs: Mapping[str, str]
    ) -> None:
        self._sql, self._params, self._folder, self._base, self._inputs = sql, params, folder, base, inputs

    def write(self, why: str) -> Grown:
        """Read the source, and write what it holds.

        Raises:
            NotAppendable: new rows don't go on with the former version.
        """
        since = self._base.bound if self._base else None
        with TemporaryDirectory(prefix="setpoint-") as place, growing(self._sql, since) as growth:
            pull = self._pull(growth, Path(place))
            with pull.held:
                return self._written(pull, growth, why)

    def _written(self, pull: Pull, growth: Growth, why: str) -> Grown:
        draft = Draft(self._folder, self._layout(pull.types), self._base)
        draft.add_closed(pull.closed())
        self._keep(draft, pull, growth)
        draft.add_open(pull.open())
        draft.compact()
        read = {"highest": as_json(growth.highest), "bound": as_json(growth.bound)}
        return finished(draft, self._params, pull.verdict, read, _refresh(pull, why), held=pull.held)

    def _pull(self, growth: Growth, place: Path) -> Pull:
        base, params = self._base, self._params
        before = base.summary if base else None
        spool = spooled(growth.reading.batches, params, before, place)
        types = types_of(spool, params, before)
        if not types:
            raise InputError("there are no rows and no columns", growth.reading.read_from, "fill the source first")
        held = Held(params, types, self._inputs, base)
        return Pull(spool, params, types, verdict_after(base, params), place, held, needs_keys=base is not None)

    def _layout(self, types: Mapping[str, Any]) -> Layout:
        return layout_of(types, self._params, self._base, self._told_of_growth.key)

    @property
    def _told_of_growth(self) -> Incremental:
        told = self._sql.incremental
        assert told is not None
        return told

    def _keep(self, draft: Draft, pull: Pull, growth: Growth) -> None:
        told, base, present = self._told_of_growth, self._base, None
        if base is None:
            return
        if told.compare_keys:
            present = hashed_keys(growth.keys(), told.key, pull.types, self._params.source.spellings)
        gone = pull.seen_keys() if told.key else None
        draft.keep(partial(of_keys, base, key=draft.layout.key, gone=gone, present=present))


def _refresh(pull: Pull, why: str) -> dict[str, Any]:
    """Say how much was read, and why all was where that is so."""
    return {"rows": pull.rows, "deleted": pull.deleted} | ({"because": why} if why else {})
