"""How many values differ in a table of parts: by the hashes beside them, and by the rows only where some repeat."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from runners.ingest.draft import Draft
from runners.ingest.former import found_in
from runners.ingest.parts import KEY, hashes_at
from runners.ingest.repeats import Hashed, distinct_of
from runners.ingest.repeats import hashes_of as values_of
from runners.tables.bag import row_hashes
from runners.tables.content import GROUP_ROWS
from runners.tables.streamed import streamed
from runners.tables.summary import Summary
from runners.tables.summary.hashes import Hashes

_AT_ONCE = 2**20
"""Hashes of all parts that are in memory at once, about."""


def distinct_in(draft: Draft, summary: Summary) -> dict[str, int]:
    """Count the values of the columns that are asked for, of those that never repeat, and the keys."""
    found: dict[str, int] = {}
    counts = {name: summary.columns[name].count for name in draft.layout.hashed}
    counts |= {KEY: summary.rows} if draft.layout.key else {}
    for name, present in counts.items():
        if _never_repeats(draft, name):
            found[name] = present
        elif name in draft.layout.asked or name == KEY:
            found[name] = _counted(draft, name)
    return found


def _never_repeats(draft: Draft, name: str) -> bool:
    if any(name not in part.hashed for part in draft.parts):
        return False
    known = draft.kept if _was_unique(draft, name) else []
    new = [draft.path(part.hashes(name)) for part in draft.parts if part not in known]
    if any((some[1:] == some[:-1]).any() for some in _ranges(new)):
        return False
    held = [draft.path(part.hashes(name)) for part in known]
    return not any(found_in(hashes_at(mine), hashes_at(some)).any() for mine in held for some in new)


def _was_unique(draft: Draft, name: str) -> bool:
    """Tell whether no value of the former version repeats: then none of what is left of it does."""
    base = draft.base
    if base is None or name == KEY:
        return base is not None
    return base.manifest.distinct.get(name) == base.summary.columns[name].count


def _ranges(files: Sequence[Path]) -> Iterator[Hashes]:
    """Yield all hashes of some files, each of which is sorted, in their order: a range of them after the other."""
    sizes = [path.stat().st_size // 8 for path in files]
    count = 1 + sum(sizes) // _AT_ONCE
    bounds = [np.uint64(round(place * 2**64 / count)) for place in range(count)]
    cuts = [[*np.searchsorted(hashes_at(path), bounds).tolist(), size] for path, size in zip(files, sizes, strict=True)]
    for place in range(count):
        found = [
            np.fromfile(path, "<u8", cut[place + 1] - cut[place], offset=8 * cut[place])
            for path, cut in zip(files, cuts, strict=True)
        ]
        yield np.sort(np.concatenate([np.zeros(0, np.uint64), *found]))


def _counted(draft: Draft, name: str) -> int:
    """Count the values of a column, or the keys, by the rows of all parts."""
    names = list(draft.layout.key) if name == KEY else [name]
    with TemporaryDirectory(prefix="setpoint-") as place:
        found = Hashed(Path(place) / "hashes")
        for part in draft.parts:
            for batch in streamed(draft.path(part.file), GROUP_ROWS, names):
                found.add(_hashes(batch, names, is_key=name == KEY))
            found.spill()
        return sum(map(distinct_of, found.parts()))


def _hashes(batch: pa.RecordBatch, names: list[str], *, is_key: bool) -> Hashes:
    columns = [batch.column(name) for name in names]
    return row_hashes(columns) if is_key else values_of(columns[0].drop_null())
