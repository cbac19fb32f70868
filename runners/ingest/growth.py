"""A growing table: a version is the former one's parts, and new ones of the rows that came since.

What is said of the table is merged from the summaries of its parts. Whatever is in doubt is read again as a whole: the
result says why.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runners.contract import InputError, Violation
from runners.contract.versions import RUNNER_VERSIONS
from runners.counting import some
from runners.ingest.draft import Draft
from runners.ingest.former import Former
from runners.ingest.parameters import Parameters
from runners.ingest.parts import KEY, Layout, bag_of
from runners.ingest.pull import NotAppendable, Pull, hashed_keys, missing_in, spooled, types_of
from runners.ingest.tables import Table, unique_of, watched_of
from runners.ingest.uniqueness import distinct_in
from runners.ingest.verdict import Counted, Verdict
from runners.inputs import Lent
from runners.sources import growing_source
from runners.sources.cursors import GrowingSource, Growth
from runners.sources.parameters import Growing
from runners.sources.reading import with_columns
from runners.tables.summary import Summary
from runners.tables.version import DATA, Manifest, write_manifest


@dataclass(frozen=True)
class Grown:
    """A table that was written as parts, and how: for the result. `taken` are the digests of files of former parts."""

    table: Table
    told: Mapping[str, Any]
    taken: Mapping[str, str]


def grow(params: Parameters, folder: Path, former: Lent | None) -> Grown:
    """Write a version of a growing table to a folder.

    Args:
        params: the source, the schema and the roles.
        folder: where the version is written.
        former: the version before; without one, or where it can't be gone on with, all is read.

    Raises:
        InputError: the source, or the schema, is wrong.
        SourceUnavailable: the source is out of reach.
    """
    source, made_by = growing_source(params.source), _asked(params)
    base, why = Former.of(former, source.cursor)
    if base is not None and base.manifest.made_by == made_by:
        try:
            return _Growing(source, params, folder, made_by, base).write(why)
        except NotAppendable as error:
            why = str(error)
    elif base is not None:
        why = "the version before was asked for otherwise"
    stored = None if source.remembers else base
    return _Growing(source, params, folder, made_by, None, stored).write(why)


def _asked(params: Parameters) -> str:
    """Digest all that was asked for: former rows were held to that, too."""
    told = {"runner": RUNNER_VERSIONS["ingest"], **params.model_dump(mode="json"), "source": params.source.asked}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class _Growing:
    """One version of a growing table on its way: it goes on with `base`, or reads again what is `stored`."""

    def __init__(  # noqa: PLR0917, one is made in one place
        self,
        source: GrowingSource,
        params: Parameters,
        folder: Path,
        made_by: str,
        base: Former | None,
        stored: Former | None = None,
    ) -> None:
        self._source, self._params, self._folder = source, params, folder
        self._made_by, self._base, self._stored = made_by, base, stored

    def write(self, why: str) -> Grown:
        """Read the source, and write what it holds.

        Raises:
            NotAppendable: new rows don't go on with the former version.
        """
        before = self._base or self._stored
        since = before.cursor if before else None
        with TemporaryDirectory(prefix="setpoint-") as place, self._source.open(since) as growth:
            pull = self._pull(growth, Path(place))
            draft = Draft(self._folder, self._layout(pull.types), self._base)
            draft.add_closed(pull.closed())
            self._keep(draft, pull, growth)
            draft.add_open(pull.open())
            draft.compact()
            return self._told(draft, pull, growth, why)

    def _pull(self, growth: Growth, place: Path) -> Pull:
        base, params = self._base, self._params
        before = base.summary if base else None
        spool = spooled(self._batches(growth), params, before, place)
        types = types_of(spool, params, before)
        if not types:
            raise InputError("there are no rows and no columns", growth.reading.read_from, "fill the source first")
        is_log = not self._source.remembers
        pull = Pull(spool, params, types, Verdict(params), place, needs_keys=base is not None, is_log=is_log)
        if base is not None:  # new rows are numbered after all former ones: which of these go is known at the end
            pull.verdict.begin_after(base.closed_summary.rows, missing_in(base.closed_summary))
        return pull

    def _batches(self, growth: Growth) -> Iterator[Any]:
        """Yield what is new; of a source that forgets, after what is stored, and with all columns of former rows."""
        if self._source.remembers:
            return growth.reading.batches
        before = self._base or self._stored
        names = list(before.summary.types if before else self._params.columns or {})
        stored = self._stored.rows() if self._stored else ()
        return with_columns(names, chain(stored, growth.reading.batches))

    def _layout(self, types: Mapping[str, Any]) -> Layout:
        asked, key = unique_of(self._params) & types.keys(), self._growing.key
        watched = set(watched_of(types, self._params))
        if self._base:
            watched &= {*self._base.manifest.distinct, *asked}
        if lost := [name for name in key if name not in types]:
            fix = "name a column of the query that isn't the mark of what is deleted"
            raise InputError(f"the key {lost[0]} is no column", f"{self._params.source.where_it_grows}.key", fix)
        return Layout(types, self._params.target, tuple(sorted(watched)), frozenset(asked), key)

    @property
    def _growing(self) -> Growing:
        told = self._params.source.growth
        assert told is not None
        return told

    def _keep(self, draft: Draft, pull: Pull, growth: Growth) -> None:
        told, present = self._growing, None
        if self._base is not None and told.compare_keys:
            present = hashed_keys(growth.keys(), told.key, pull.types, self._params.source.spellings)
        draft.keep(pull.seen_keys() if told.key else None, present)

    def _told(self, draft: Draft, pull: Pull, growth: Growth, why: str) -> Grown:
        summary, types = draft.summary(), draft.layout.types
        distinct = distinct_in(draft, summary)
        keys = distinct.pop(KEY, summary.rows)
        violations = (
            *_violations(pull, summary, distinct, is_whole=self._base is None),
            *_of_keys(draft, keys, summary),
            *growth.violations(),
        )
        parts = draft.parts
        write_manifest(self._folder, Manifest(types, tuple(parts), self._made_by, growth.read(), distinct))
        content, details = bag_of(parts).hexdigest(types), tuple(pull.verdict.details())
        widened = pull.verdict.widened(violations, types)
        table = Table(self._folder / DATA, content, summary, violations, details, distinct, widened=widened)
        return Grown(table, {"refresh": _refresh(draft, pull, why), **growth.told()}, draft.taken())


def _violations(pull: Pull, summary: Summary, distinct: Mapping[str, int], *, is_whole: bool) -> tuple[Violation, ...]:
    def counted(name: str) -> Counted:
        return Counted(summary.columns[name].count, distinct[name])

    if not is_whole:
        pull.verdict.recount(summary.rows, missing_in(summary))
    is_empty = summary.rows > 0 and not any(found.count for found in summary.columns.values())
    return pull.verdict.violations(tuple(summary.types), counted, all_missing=is_empty)


def _of_keys(draft: Draft, keys: int, summary: Summary) -> Iterator[Violation]:
    if more := summary.rows - keys:
        names = ", ".join(draft.layout.key)
        what = f"{some(more, summary.rows, 'rows', 'has', 'have')} the key ({names}) of another one"
        yield Violation(where="table", what=what, fix="choose a key that names one row, or mend the query")


def _refresh(draft: Draft, pull: Pull, why: str) -> dict[str, Any]:
    """Say how much was read, and what of the version before was written anew."""
    told = {"kind": "incremental" if draft.base else "full", "rows": pull.rows, "deleted": pull.deleted}
    told |= {"parts": len(draft.parts), "rewritten": draft.rewritten, "compacted": draft.compacted}
    return told | ({"because": why} if why else {})
