"""Repeats: which columns hold each value once, exactly, in bounded memory and without a second reading.

A summary only estimates how many of many values differ. Here every present value of a watched column leaves its hash:
of 64 bits for numbers, which no two of them share, of 128 bits for texts, which two of a billion share by a chance of
one in 10**20. Hashes that memory doesn't hold lie on the disk, parted by their first bits, and are counted by part.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from runners.tables.summary import Summary
from runners.tables.summary.hashes import Hashes, mixed, text_hashes
from runners.tables.summary.numbers import keys_of

IN_MEMORY = 2**19
"""Rows whose hashes are held in memory: at most 8 MiB."""
_PARTS = 256


class Repeats:
    """The hashes of watched columns, as far as rows have been seen."""

    def __init__(self, folder: Path, asked: Collection[str], types: Mapping[str, str]) -> None:
        """Prepare to watch columns.

        Args:
            folder: where hashes lie that memory doesn't hold.
            asked: the columns whose repeats are counted to the last row.
            types: the types of all columns to watch; one that isn't asked for is let go at its first repeat.
        """
        self._asked = asked
        self._columns = {name: Hashed(folder / f"{place}") for place, name in enumerate(types)}
        self._held = 0

    def see(self, group: Any, found: Summary) -> None:
        """Take the next rows, and what is known of them."""
        for name in tuple(self._columns):
            summary = found.columns[name]
            if name not in self._asked and summary.exact_distinct not in (None, summary.count):
                del self._columns[name]
                continue
            hashes = hashes_of(group.column(name).drop_null())
            if name not in self._asked and _again(hashes).size:
                del self._columns[name]
                continue
            self._columns[name].add(hashes)
            self._held += len(hashes)
        if self._held > IN_MEMORY:
            for column in self._columns.values():
                column.spill()
            self._held = 0

    def distinct(self) -> dict[str, int]:
        """Return how many present values differ of each column that was watched to the end."""
        return {name: sum(map(distinct_of, column.parts())) for name, column in self._columns.items()}


class Hashed:
    """Hashes, a row for each value: in memory, and in files by the first eight bits of the first."""

    def __init__(self, folder: Path, lanes: int = 1) -> None:
        """Hold nothing; `folder` is made when memory is full."""
        self._folder = folder
        self._held: list[Hashes] = []
        self._lanes = lanes

    def add(self, hashes: Hashes) -> None:
        """Take the hashes of more values."""
        self._held.append(hashes)
        self._lanes = hashes.shape[1]

    @property
    def held(self) -> int:
        """Return how many are in memory."""
        return sum(map(len, self._held))

    @property
    def is_parted(self) -> bool:
        """Tell whether they lie in files."""
        return self._folder.exists()

    def spill(self) -> None:
        """Write down what memory holds."""
        if self._held:
            self.part()

    def part(self) -> None:
        """Write down what memory holds, and have all of it in parts from now on."""
        self._folder.mkdir(exist_ok=True)
        hashes = np.concatenate([np.zeros((0, self._lanes), np.uint64), *self._held])
        firsts = hashes[:, 0] >> np.uint64(56)
        order = np.argsort(firsts, kind="stable")
        ends = np.searchsorted(firsts[order], np.arange(_PARTS + 1))
        for part in range(_PARTS):
            with (self._folder / f"{part}").open("ab") as file:
                file.write(hashes[order[ends[part] : ends[part + 1]]].tobytes())
        self._held = []

    def parts(self) -> Iterator[Hashes]:
        """Yield all hashes; equal ones in the same part."""
        if not self.is_parted:
            yield np.concatenate([np.zeros((0, self._lanes), np.uint64), *self._held])
            return
        self.spill()
        for part in range(_PARTS):
            yield np.fromfile(self._folder / f"{part}", np.uint64).reshape(-1, self._lanes)


def hashes_of(present: Any) -> Hashes:
    """Return the hashes of values, a row for each: of texts two, which know nothing of each other."""
    if pa.types.is_string(present.type):
        return np.column_stack(text_hashes(present))
    if pa.types.is_boolean(present.type):
        present = present.cast(pa.int64())
    return mixed(keys_of(present)).reshape(-1, 1)


def distinct_of(hashes: Hashes) -> int:
    """Return how many rows of hashes differ."""
    again = _again(hashes)
    if not again.size:
        return len(hashes)
    is_again = np.isin(hashes[:, 0], again)
    return int((~is_again).sum()) + len(np.unique(hashes[is_again], axis=0))


def _again(hashes: Hashes) -> Hashes:
    """Return the first hashes that are there more than once."""
    ordered = np.sort(hashes[:, 0])
    found: Hashes = ordered[1:][ordered[1:] == ordered[:-1]]
    return found
