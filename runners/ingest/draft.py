"""A version of a growing table on its way: parts that are taken over, new ones, and those that are read again."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import repeat
from pathlib import Path
from typing import Any

from runners.ingest.former import Former
from runners.ingest.parts import PART_ROWS, Layout, take_over, write_part, write_parts
from runners.tables.content import GROUP_ROWS
from runners.tables.streamed import streamed
from runners.tables.summary import Summary, summarise
from runners.tables.version import Part

Span = tuple[int, int]
"""The number of a file, and how many rows in a row it has brought."""
MOST_SMALL = 16
"""Parts of less than half the size up to which they stay as they are."""


@dataclass
class Draft:
    """The parts of a version, in the order of its rows, and the summary of each."""

    folder: Path
    layout: Layout
    base: Former | None = None
    kept: list[Part] = field(default_factory=list)
    fresh: list[Part] = field(default_factory=list)
    opened: list[Part] = field(default_factory=list)
    summaries: dict[Part, Summary] = field(default_factory=dict)
    rewritten: int = 0
    compacted: int = 0

    @property
    def parts(self) -> list[Part]:
        """Return all parts."""
        return [*self.kept, *self.fresh, *self.opened]

    @property
    def next_place(self) -> int:
        """Return the place of the next part."""
        taken = [part.place for part in self.parts] + [part.place for part in (self.base.closed if self.base else ())]
        return 1 + max(taken, default=-1)

    def add_closed(self, batches: Iterable[Any], came: Sequence[Span] = ()) -> None:
        """Write rows that no later reading brings again; `came` tells, once they are written, which file brought which.

        It is read when the last row was taken.
        """
        written = list(write_parts(self.folder, self.layout, batches, self.next_place))
        spans = iter(_cut([part.rows for part, _ in written], came)) if came else repeat(())
        self.fresh += self._noted((replace(part, spans=next(spans)), summary) for part, summary in written)

    def add_open(self, batches: Iterable[Any]) -> None:
        """Write rows that the next reading brings again; a version without any rows has one part all the same."""
        written = write_parts(self.folder, self.layout, batches, self.next_place, is_open=True)
        self.opened += self._noted(written)
        if not self.parts:
            self.opened += self._noted([write_part(self.folder, self.layout, (), self.next_place, is_open=True)])

    def keep(self, stays_of: Callable[[Part], Any | None], gone: Collection[int] = ()) -> None:
        """Take over what the former version has, without the rows that go.

        Args:
            stays_of: tells which rows of a part stay, as a mask; None where all do.
            gone: the numbers of the files whose rows go.
        """
        if self.base is None:
            return
        for part in self.base.closed:
            stays = stays_of(part)
            if stays is None or stays.true_count == len(stays):
                take_over(part, self.base.files, self.folder)
                self.kept += self._noted([(part, self.base.summaries[part])])
                continue
            self.rewritten += 1
            if stays.true_count:
                rows = _rows(self.base.files.path(part.file), stays)
                made, summary = write_part(self.folder, self.layout, rows, part.place)
                left = tuple(span for span in part.spans if span[0] not in gone)
                self.kept += self._noted([(replace(made, spans=left), summary)])

    def compact(self) -> None:
        """Write small neighbours anew as one part, once there are too many of them."""
        closed = [*self.kept, *self.fresh]
        if sum(_is_small(part) for part in closed) <= MOST_SMALL:
            return
        compacted = [self._joined(run) for run in _runs(closed)]
        self.kept, self.fresh = [part for part in compacted if part in self.kept], []
        self.fresh = [part for part in compacted if part not in self.kept]
        left = {name for part in self.parts for name in part.files}
        for stale in {name for part in closed for name in part.files} - left:
            (self.folder / stale).unlink(missing_ok=True)

    def _joined(self, run: list[Part]) -> Part:
        if len(run) == 1:
            return run[0]
        self.compacted += len(run)
        rows = (batch for part in run for batch in streamed(self.path(part.file), GROUP_ROWS))
        made, summary = write_part(self.folder, self.layout, rows, run[0].place)
        spans = tuple(span for part in run for span in part.spans)
        (part,) = self._noted([(replace(made, spans=spans), summary)])
        return part

    def path(self, name: str) -> Path:
        """Return where a file of the version lies: one of a part that was taken over may still be where it was."""
        path = self.folder / name
        return path if path.exists() or self.base is None else self.base.files.path(name)

    def taken(self) -> dict[str, str]:
        """Return the digests of all files that were taken over, by their paths, where somebody vouches for them."""
        told = self.base.files.digests if self.base else {}
        former = set(self.base.closed) if self.base else set()
        return {name: told[name] for part in self.kept if part in former for name in part.files if name in told}

    def summary(self) -> Summary:
        """Return the summary of all rows."""
        none = summarise((), self.layout.types, self.layout.target)
        return reduce(Summary.merged, (self.summaries[part] for part in self.parts), none)

    def _noted(self, written: Iterable[tuple[Part, Summary]]) -> list[Part]:
        found = dict(written)
        self.summaries |= found
        return list(found)


def _is_small(part: Part) -> bool:
    return part.rows < PART_ROWS // 2


def _runs(parts: list[Part]) -> Iterator[list[Part]]:
    """Yield neighbours that are small, as many as fit one part; any other part by itself."""
    run: list[Part] = []
    for part in parts:
        is_joined = (
            run and _is_small(part) and _is_small(run[-1]) and sum(one.rows for one in [*run, part]) <= PART_ROWS
        )
        if run and not is_joined:
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def _cut(sizes: Iterable[int], came: Iterable[Span]) -> Iterator[tuple[Span, ...]]:
    """Yield the spans of each part of so many rows; one that goes on in the next part is in both."""
    waiting = iter(came)
    number, left = 0, 0
    for rows in sizes:
        spans: list[Span] = []
        size = rows
        while size:
            if not left:
                number, left = next(waiting)
                continue
            count = min(left, size)
            spans.append((number, count))
            size, left = size - count, left - count
        yield tuple(spans)


def _rows(path: Path, stays: Any) -> Iterator[Any]:
    start = 0
    for batch in streamed(path, GROUP_ROWS):
        yield batch.filter(stays.slice(start, batch.num_rows))
        start += batch.num_rows
