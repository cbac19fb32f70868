"""A growing table: a version is the former one's parts, and new ones of the rows that came since.

What is said of the table is merged from the summaries of its parts. Whatever is in doubt is read again as a whole: the
result says why.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from runners.contract import InputError
from runners.ingest.changing import changing
from runners.ingest.draft import Draft
from runners.ingest.former import OTHERWISE, Former, of_keys
from runners.ingest.grown import Grown, NotAppendable, asked, finished, layout_of, on_or_anew, verdict_after
from runners.ingest.held import Held
from runners.ingest.parameters import NOBODY, Owner, Parameters
from runners.ingest.pull import Pull, hashed_keys, spooled, types_of
from runners.inputs import Lent
from runners.sources import NO_INPUTS
from runners.sources.cursors import Growth
from runners.sources.growing import growing
from runners.sources.parameters import SqlSource
from runners.sources.reading import with_columns
from runners.sources.streams import Stream
from runners.sources.watermarks import from_json

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
    if params.source.stream:
        return _grow_log(Stream.of(params.source.stream), params, folder, former, inputs)
    opening = _opening(params, owner)
    return on_or_anew(
        lambda base, why: _Growing(opening, params, folder, base, inputs).write(why),
        *Former.of(former, asked(params)),
    )


def _grow_log(
    stream: Stream, params: Parameters, folder: Path, former: Lent | None, inputs: Mapping[str, str]
) -> Grown:
    """Write a version of a log, which forgets: rows that are needed again are taken from the version before."""
    before, why = Former.of(former, None)
    try:
        since = stream.cursor(before.manifest.read) if before else None
    except ValueError as error:
        since, why = None, f"the version before can't be understood: {error}"
    if since is None:
        why = why or ("the version before doesn't tell how far its source was read" if before else "")
        before = None

    def opening(_base: Former | None, _place: Path) -> AbstractContextManager[Growth]:
        return stream.open(since)

    base = before if before and before.manifest.made_by == asked(params) else None
    return on_or_anew(
        lambda base, why: _Growing(opening, params, folder, base, inputs, stored=None if base else before).write(why),
        base,
        OTHERWISE if before and base is None else why,
    )


def _opening(params: Parameters, owner: Owner) -> Opening:
    if params.source.changes:
        return partial(changing, params.source.changes, owner)
    assert params.source.sql is not None
    return partial(_of_table, params.source.sql)


def _of_table(sql: SqlSource, base: Former | None, _place: Path) -> AbstractContextManager[Growth]:
    """Open the rows of a table that are newer than the watermark of a former version.

    Raises:
        NotAppendable: it has none.
    """
    try:
        since = from_json(base.manifest.read.get("bound")) if base else None
    except ValueError as error:
        raise NotAppendable(f"the version before can't be understood: {error}") from error
    if base is not None and since is None:
        raise NotAppendable("the version before has no watermark")
    return growing(sql, since)


class _Growing:
    """One version of a growing table on its way: it goes on with `base`, or takes over the rows that are `stored`."""

    def __init__(
        self,
        opening: Opening,
        params: Parameters,
        folder: Path,
        base: Former | None,
        inputs: Mapping[str, str],
        *,
        stored: Former | None = None,
    ) -> None:
        self._opening, self._params, self._folder, self._inputs = opening, params, folder, inputs
        self._base, self._stored = base, stored

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
        draft = Draft(self._folder, layout_of(pull.types, self._params, self._base, growth.growing.key), self._base)
        draft.add_closed(pull.closed())
        self._keep(draft, pull, growth)
        draft.add_open(pull.open())
        draft.compact()
        refresh = {**_refresh(pull, why), **growth.notes}
        grown = finished(
            draft, self._params, pull.verdict, growth.read(), refresh, held=pull.held, also=growth.violations()
        )
        return replace(grown, told={**grown.told, **growth.told()})

    def _pull(self, growth: Growth, place: Path) -> Pull:
        base, params = self._base, self._params
        before = base.summary if base else None
        spool = spooled(self._batches(growth), params, before, place, growth.types)
        types = types_of(spool, params, growth.growing, before)
        if not types:
            raise InputError("there are no rows and no columns", growth.reading.read_from, "fill the source first")
        held, verdict = Held(params, types, self._inputs, base), verdict_after(base, params)
        needs_keys, is_log = base is not None, growth.is_log
        return Pull(spool, params, growth.growing, types, verdict, place, held, needs_keys=needs_keys, is_log=is_log)

    def _batches(self, growth: Growth) -> Iterator[Any]:
        """Yield what is new; of a log after what is stored, and with all columns of former rows."""
        if not growth.is_log:
            return growth.reading.batches
        before = self._base or self._stored
        names = list(before.summary.types if before else self._params.columns or {})
        stored = self._stored.rows() if self._stored else ()
        return with_columns(names, chain(stored, growth.reading.batches))

    def _keep(self, draft: Draft, pull: Pull, growth: Growth) -> None:
        told, base, present = growth.growing, self._base, None
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
