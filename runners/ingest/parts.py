"""Parts: how rows are written to immutable files, and what is kept beside each of them.

A part's name is the digest of its bytes, and equal rows give equal bytes.
"""

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from runners.ingest.repeats import hashes_of
from runners.ingest.tables import write
from runners.inputs import Lent
from runners.tables.bag import Bag, Bagging, row_hashes
from runners.tables.content import GROUP_ROWS
from runners.tables.summary import Summary, to_bytes
from runners.tables.summary.hashes import Hashes
from runners.tables.types import Type
from runners.tables.version import BESIDE, DATA, Part, part_file

PART_ROWS = 16 * GROUP_ROWS
"""The most rows of a part."""
KEY = ""
"""The name of the hashes of all columns of the key together, which no column has."""


@dataclass(frozen=True)
class Layout:
    """How parts are written: their columns and target, the columns whose hashes are kept, and the key of a row."""

    types: Mapping[str, Type]
    target: str | None = None
    hashed: Collection[str] = ()
    asked: Collection[str] = ()
    key: tuple[str, ...] = ()


class _Kept:
    """Gathers the hashes of a part's columns; of one that nobody asks for no longer than it has no repeats."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._held: dict[str, list[Hashes]] = {name: [] for name in layout.hashed}
        if layout.key:
            self._held[KEY] = []

    def see(self, group: Any, found: Summary) -> None:
        """Take the next rows."""
        for name in tuple(self._held):
            summary = found.columns.get(name)
            is_loose = name != KEY and name not in self._layout.asked
            if summary and is_loose and summary.exact_distinct not in (None, summary.count):
                del self._held[name]
                continue
            if name == KEY:
                hashes = row_hashes([group.column(one) for one in self._layout.key])
            else:
                hashes = hashes_of(group.column(name).drop_null())
            self._held[name].append(hashes[:, 0])

    def sorted(self) -> dict[str, Hashes]:
        """Return the hashes of each column in their order."""
        found = {name: np.sort(np.concatenate([np.zeros(0, np.uint64), *held])) for name, held in self._held.items()}
        must = {KEY, *self._layout.asked}
        return {name: held for name, held in found.items() if name in must or not (held[1:] == held[:-1]).any()}


def write_parts(
    folder: Path, layout: Layout, batches: Iterable[Any], first: int, *, is_open: bool = False
) -> Iterator[tuple[Part, Summary]]:
    """Write rows to parts of a bounded size, one after the other; none where there are no rows.

    Args:
        folder: that of the version.
        layout: how they are written.
        batches: the rows.
        first: the place of the first part.
        is_open: whether the source reads these rows again.
    """
    place = first
    for some in _cut(batches, PART_ROWS):
        yield write_part(folder, layout, some, place, is_open=is_open)
        place += 1


def write_part(
    folder: Path, layout: Layout, batches: Iterable[Any], place: int, *, is_open: bool = False
) -> tuple[Part, Summary]:
    """Write rows to one part, and what is kept beside it."""
    (folder / DATA).mkdir(exist_ok=True)
    (folder / BESIDE).mkdir(exist_ok=True)
    draft, bagging, kept = folder / DATA / ".draft", Bagging(layout.types), _Kept(layout)
    written = write(draft, layout.types, batches, target=layout.target, watchers=[kept], digest=bagging)
    with draft.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    hashes, bag = kept.sorted(), bagging.bag
    part = Part(part_file(place, digest), bag.rows, draft.stat().st_size, digest, bag.sums, tuple(hashes), is_open)
    draft.replace(folder / part.file)
    beside = {part.summary: to_bytes(written.summary)}
    beside |= {part.hashes(name): found.astype("<u8").tobytes() for name, found in hashes.items()}
    for path, content in beside.items():
        if not (folder / path).exists():  # else it is that of an equal part, and may be another version's file, too
            (folder / path).write_bytes(content)
    return part, written.summary


def bag_of(parts: Iterable[Part]) -> Bag:
    """Return the bag of all rows of some parts."""
    bag = Bag()
    for part in parts:
        bag = bag.merged(Bag(part.rows, part.sums))
    return bag


def hashes_at(path: Path) -> Hashes:
    """Return the sorted hashes in a file; they stay on the disk until they are looked at."""
    return np.memmap(path, "<u8", "r") if path.stat().st_size else np.zeros(0, np.uint64)


def take_over(part: Part, former: Lent, folder: Path) -> None:
    """Put a part of a former version into a new one: the same file where that may be, as nobody changes it.

    What lies in a store stays there, which copies it by itself.
    """
    for name in part.files if former.is_near else ():
        (folder / name).parent.mkdir(exist_ok=True)
        if not (folder / name).exists():
            _same(former.folder / name, folder / name)


def _same(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # on another disk, or of another user
        shutil.copyfile(source, target)


def _cut(batches: Iterable[Any], most: int) -> Iterator[Iterator[Any]]:
    """Yield streams of at most so many rows each; each is to be read to its end before the next."""
    waiting = (batch for batch in batches if batch.num_rows)
    held = next(waiting, None)

    def some() -> Iterator[Any]:
        nonlocal held
        left = most
        while held is not None and left:
            piece = held.slice(0, left)
            left -= piece.num_rows
            held = held.slice(piece.num_rows) if piece.num_rows < held.num_rows else next(waiting, None)
            yield piece

    while held is not None:
        yield some()
