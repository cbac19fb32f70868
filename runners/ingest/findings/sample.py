"""A sample of rows for what is too dear to look for in all: those that have the smallest hashes.

So it is a function of the rows alone, whatever their order; a row that was in it stays there when the data grows unless
smaller ones come. Of rows that are the same in all columns, the identifier too, it has one.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from runners.tables.summary.hashes import Hashes, mixed
from runners.tables.summary.numbers import keys_of
from runners.tables.texts import bytes_of

ROWS = 5_000
CELLS = 500_000
"""Cells of a sample: of many columns it has fewer rows."""
LONGEST = 1_000
"""Characters of a text that are kept."""
_WORD = 8


class Sample:
    """The rows of the sample as far as rows were seen."""

    def __init__(self, columns: int, identifier: str | None) -> None:
        self.most = max(100, min(ROWS, CELLS // max(1, columns)))
        self._identifier = identifier
        self._parts: list[tuple[Hashes, Any]] = []
        self._limit = np.uint64(2**64 - 1)

    def see(self, group: Any, hashes: Hashes) -> None:
        """Take the next rows, and their hashes."""
        ranks = self._ranks(group, hashes)
        places = _once(ranks, np.flatnonzero(ranks <= self._limit))
        places = places[: self.most]
        if places.size:
            self._parts.append((ranks[places], _clipped(group.take(pa.array(places)))))
        if sum(len(part) for part, _ in self._parts) > 2 * self.most:
            self._prune()

    def _ranks(self, group: Any, hashes: Hashes) -> Hashes:
        """Return what orders the rows: a hash of the identifier and of all other values."""
        if self._identifier is not None:
            hashes = hashes ^ _of_names(group.column(self._identifier))
        return mixed(hashes.view(np.int64))

    def _prune(self) -> None:
        ranks = np.concatenate([part for part, _ in self._parts])
        rows = pa.Table.from_batches([batch for _, batch in self._parts])
        order = _once(ranks, np.arange(len(ranks)))[: self.most]
        kept = rows.take(pa.array(order)).combine_chunks().to_batches()
        self._parts = [(ranks[order], kept[0])]
        self._limit = ranks[order[-1]] if len(order) == self.most else self._limit

    def rows(self) -> Mapping[str, Any]:
        """Return the columns of the sample, its rows in the order of their hashes."""
        if not self._parts:
            return {}
        self._prune()
        batch = self._parts[0][1]
        return dict(zip(batch.schema.names, batch.columns, strict=True))


def _of_names(names: Any) -> Hashes:
    """Return a hash of each identifier, 0 where there is none; of texts that of their ends."""
    found = np.zeros(len(names), np.uint64)
    present = names.drop_null()
    present = present.cast(pa.int64()) if pa.types.is_boolean(present.type) else present
    hashed = _of_ends(present) if pa.types.is_string(present.type) else mixed(keys_of(present))
    found[names.is_valid().to_numpy(zero_copy_only=False)] = hashed
    return found


def _of_ends(texts: Any) -> Hashes:
    """Return a hash of the last eight bytes of each text: hashing all of them takes six times as long."""
    starts, lengths, data = bytes_of(texts)
    padded = np.concatenate([data, np.zeros(_WORD, np.uint8)])
    words: Hashes = np.ndarray((len(data) + 1,), "<u8", padded, strides=(1,))
    unused = (_WORD - np.minimum(lengths, _WORD)).astype(np.uint64) * np.uint64(8)
    ends = words[starts + np.maximum(lengths - _WORD, 0)] << np.minimum(unused, np.uint64(63))
    return mixed((ends ^ lengths.astype(np.uint64)).view(np.int64))


def _clipped(batch: Any) -> Any:
    """Return rows whose texts are no longer than is kept."""
    arrays = [
        pc.utf8_slice_codeunits(values, 0, LONGEST) if pa.types.is_string(values.type) else values
        for values in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _once(ranks: Hashes, places: Any) -> Any:
    """Return the places of rows by their ranks, of rows that are the same in all columns one."""
    return places[np.unique(ranks[places], return_index=True)[1]]
