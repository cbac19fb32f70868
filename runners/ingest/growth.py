"""A growing table: a version is the former one's parts, and new ones of the rows that came since.

What is said of the table is merged from the summaries of its parts. Whatever is in doubt is read again as a whole: the
result says why.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from runners.contract import InputError, Violation
from runners.contract.versions import RUNNER_VERSIONS
from runners.counting import some
from runners.ingest.changing import NOBODY, Owner, changing
from runners.ingest.draft import Draft
from runners.ingest.former import Former
from runners.ingest.parameters import Parameters
from runners.ingest.parts import KEY, Layout, bag_of
from runners.ingest.pull import NotAppendable, Pull, hashed_keys, missing_in, spooled, types_of
from runners.ingest.tables import Table, unique_of, watched_of
from runners.ingest.uniqueness import distinct_in
from runners.ingest.verdict import Counted, Verdict
from runners.inputs import Lent
from runners.sources.growing import Growth, growing
from runners.sources.parameters import Incremental
from runners.sources.watermarks import as_json
from runners.tables.summary import Summary
from runners.tables.version import DATA, Manifest, write_manifest


@dataclass(frozen=True)
class Grown:
    """A table that was written as parts, and how: for the result. `taken` are the digests of files of former parts."""

    table: Table
    told: Mapping[str, Any]
    taken: Mapping[str, str]


Opening = Callable[[Former | None, Path], AbstractContextManager[Growth]]
"""Opens what came since a former version, or all there is; the path is that of a folder for as long as it is open."""


def grow(params: Parameters, folder: Path, former: Lent | None, owner: Owner = NOBODY) -> Grown:
    """Write a version of a growing table to a folder.

    Args:
        params: the source, the schema and the roles.
        folder: where the version is written.
        former: the version before; without one, or where it can't be gone on with, all is read.
        owner: whose version it is.

    Raises:
        InputError: the source, or the schema, is wrong.
        SourceUnavailable: the source is out of reach.
    """
    opening = _opening(params, owner)
    made_by = _asked(params)
    base, why = Former.of(former, made_by)
    if base is not None:
        try:
            return _Growing(opening, params, folder, made_by, base).write(why)
        except NotAppendable as error:
            why = str(error)
    return _Growing(opening, params, folder, made_by, None).write(why)


def _opening(params: Parameters, owner: Owner) -> Opening:
    if params.source.changes:
        return partial(changing, params.source.changes, owner)
    sql = params.source.sql
    assert sql is not None
    return lambda base, _: growing(sql, base.bound if base else None)


def _asked(params: Parameters) -> str:
    """Digest all that was asked for: former rows were held to that, too."""
    told = {"runner": RUNNER_VERSIONS["ingest"], **params.model_dump(mode="json")}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class _Growing:
    """One version of a growing table on its way."""

    def __init__(self, opening: Opening, params: Parameters, folder: Path, made_by: str, base: Former | None) -> None:
        self._opening, self._params, self._folder = opening, params, folder
        self._made_by, self._base = made_by, base

    def write(self, why: str) -> Grown:
        """Read the source, and write what it holds.

        Raises:
            NotAppendable: new rows don't go on with the former version.
        """
        with TemporaryDirectory(prefix="setpoint-") as place, self._opening(self._base, Path(place)) as growth:
            pull = self._pull(growth, Path(place))
            draft = Draft(self._folder, self._layout(pull.types, growth.told), self._base)
            draft.add_closed(pull.closed())
            self._keep(draft, pull, growth)
            draft.add_open(pull.open())
            draft.compact()
            return self._told(draft, pull, growth, why)

    def _pull(self, growth: Growth, place: Path) -> Pull:
        base, params = self._base, self._params
        before = base.summary if base else None
        spool = spooled(growth.reading.batches, params, before, place, growth.types)
        types = types_of(spool, params, growth.told, before)
        if not types:
            raise InputError("there are no rows and no columns", growth.reading.read_from, "fill the source first")
        pull = Pull(spool, params, growth.told, types, Verdict(params), place, needs_keys=base is not None)
        if base is not None:  # new rows are numbered after all former ones: which of these go is known at the end
            pull.verdict.begin_after(base.closed_summary.rows, missing_in(base.closed_summary))
        return pull

    def _layout(self, types: Mapping[str, Any], told: Incremental) -> Layout:
        asked, key = unique_of(self._params) & types.keys(), told.key
        watched = set(watched_of(types, self._params))
        if self._base:
            watched &= {*self._base.manifest.distinct, *asked}
        if lost := [name for name in key if name not in types]:
            fix = "name a column of the query that isn't the mark of what is deleted"
            raise InputError(f"the key {lost[0]} is no column", "source.sql.incremental.key", fix)
        return Layout(types, self._params.target, tuple(sorted(watched)), frozenset(asked), key)

    def _keep(self, draft: Draft, pull: Pull, growth: Growth) -> None:
        told, present = growth.told, None
        if growth.is_anew:
            present = np.zeros((0, 2), np.uint64)
        elif self._base is not None and told.compare_keys:
            present = hashed_keys(growth.keys(), told.key, pull.types, self._params.source.spellings)
        draft.keep(pull.seen_keys() if told.key else None, present)

    def _told(self, draft: Draft, pull: Pull, growth: Growth, why: str) -> Grown:
        summary, types = draft.summary(), draft.layout.types
        distinct = distinct_in(draft, summary)
        keys = distinct.pop(KEY, summary.rows)
        violations = (
            *_violations(pull, summary, distinct, is_whole=self._base is None),
            *_of_keys(draft, keys, summary),
        )
        read = {"highest": as_json(growth.highest), "bound": as_json(growth.bound), **growth.place}
        parts = draft.parts
        write_manifest(self._folder, Manifest(types, tuple(parts), self._made_by, read, distinct))
        content, details = bag_of(parts).hexdigest(types), tuple(pull.verdict.details())
        widened = pull.verdict.widened(violations, types)
        table = Table(self._folder / DATA, content, summary, violations, details, distinct, widened=widened)
        return Grown(table, {"refresh": {**_refresh(draft, pull, why), **growth.notes}}, draft.taken())


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
