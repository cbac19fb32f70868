"""What every growing table has in common, whatever tells what is new: its layout, and what is said of it at the end."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runners.contract import InputError, Violation
from runners.contract.versions import RUNNER_VERSIONS
from runners.counting import some
from runners.ingest.draft import Draft
from runners.ingest.former import Former
from runners.ingest.held import Held
from runners.ingest.parameters import Parameters
from runners.ingest.parts import KEY, Layout, bag_of
from runners.ingest.tables import Table, unique_of, watched_of
from runners.ingest.uniqueness import distinct_in
from runners.ingest.verdict import Counted, Verdict
from runners.tables.summary import Summary
from runners.tables.types import Type
from runners.tables.version import DATA, Manifest, write_manifest


class NotAppendable(Exception):
    """New rows don't go on with what was read before; says why. Then all is read again."""


@dataclass(frozen=True)
class Grown:
    """A table that was written as parts, and how: for the result. `taken` are the digests of files of former parts."""

    table: Table
    told: Mapping[str, Any]
    taken: Mapping[str, str]


def asked(params: Parameters) -> str:
    """Digest all that was asked for: former rows were held to that, too."""
    told = {"runner": RUNNER_VERSIONS["ingest"], **params.model_dump(mode="json"), "source": params.source.asked}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def on_or_anew(write: Callable[[Former | None, str], Grown], base: Former | None, why: str) -> Grown:
    """Write a version that goes on with the one before; where new rows don't, one that is read anew.

    Args:
        write: writes a version on a former one, or on none; told why on none. It raises `NotAppendable`.
        base: the version before; None where it can't be gone on with.
        why: why it can't.
    """
    if base is not None:
        try:
            return write(base, why)
        except NotAppendable as error:
            why = str(error)
    return write(None, why)


def verdict_after(base: Former | None, params: Parameters) -> Verdict:
    """Return a verdict that is about to see new rows: numbered after all former ones, as nobody knows yet which go."""
    verdict = Verdict(params)
    if base is not None:
        verdict.begin_after(base.closed_summary.rows, missing_in(base.closed_summary))
    return verdict


def layout_of(types: Mapping[str, Type], params: Parameters, base: Former | None, key: tuple[str, ...] = ()) -> Layout:
    """Return how the parts are written.

    Raises:
        InputError: the key is no column.
    """
    asked_for = unique_of(params) & types.keys()
    watched = set(watched_of(types, params))
    if base:
        watched &= {*base.manifest.distinct, *asked_for}
    if lost := [name for name in key if name not in types]:
        fix = "name a column of the query that isn't the mark of what is deleted"
        raise InputError(f"the key {lost[0]} is no column", f"{params.source.where_it_grows}.key", fix)
    return Layout(types, params.target, tuple(sorted(watched)), frozenset(asked_for), key)


def finished(
    draft: Draft,
    params: Parameters,
    verdict: Verdict,
    read: Mapping[str, Any],
    refresh: Mapping[str, Any],
    *,
    held: Held,
    also: tuple[Violation, ...] = (),
) -> Grown:
    """Write down what the parts are, and say what the table is like and what is wrong with it.

    Args:
        draft: all parts.
        params: what was asked for.
        verdict: has seen all new rows.
        read: how far the source was read.
        refresh: how the version came about, for the result.
        held: has seen all new rows, too.
        also: what was found to be wrong by others.
    """
    summary, types = draft.summary(), draft.layout.types
    distinct = distinct_in(draft, summary)
    keys = distinct.pop(KEY, summary.rows)
    found = _violations(verdict, summary, distinct, is_whole=draft.base is None)
    violations = (*found, *also, *held.violations(draft, summary), *_of_keys(draft, keys, summary))
    parts = draft.parts
    write_manifest(draft.folder, Manifest(types, tuple(parts), asked(params), read, distinct))
    content, details = bag_of(parts).hexdigest(types), (*verdict.details(), *held.details())
    widened = verdict.widened(violations, types)
    moving = params.source.moving | (set(draft.layout.key) if len(draft.layout.key) == 1 else set())
    table = Table(draft.folder / DATA, content, summary, violations, details, distinct, widened=widened, moving=moving)
    told = {"kind": "incremental" if draft.base else "full", **refresh}
    told |= {"parts": len(parts), "rewritten": draft.rewritten, "compacted": draft.compacted}
    return Grown(table, {"refresh": told}, draft.taken())


def _violations(
    verdict: Verdict, summary: Summary, distinct: Mapping[str, int], *, is_whole: bool
) -> tuple[Violation, ...]:
    def counted(name: str) -> Counted:
        return Counted(summary.columns[name].count, distinct[name])

    if not is_whole:
        verdict.recount(summary.rows, missing_in(summary))
    is_empty = summary.rows > 0 and not any(found.count for found in summary.columns.values())
    return verdict.violations(tuple(summary.types), counted, all_missing=is_empty)


def _of_keys(draft: Draft, keys: int, summary: Summary) -> Iterator[Violation]:
    if more := summary.rows - keys:
        names = ", ".join(draft.layout.key)
        what = f"{some(more, summary.rows, 'rows', 'has', 'have')} the key ({names}) of another one"
        yield Violation(where="table", what=what, fix="choose a key that names one row, or mend the query")


def missing_in(summary: Summary) -> Mapping[str, int]:
    """Return how many values each column lacks."""
    return {name: found.missing for name, found in summary.columns.items()}


def difference(before: list[str], now: list[str]) -> str:
    """Say how the columns differ from those of the version before."""
    for name in now:
        if name not in before:
            return f"column {name} is new"
    for name in before:
        if name not in now:
            return f"column {name} is gone"
    return "its columns come in another order"
