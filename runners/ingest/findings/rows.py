"""Rows that are alike: hashed while they pass by, counted to the last one, in bounded memory.

Each row leaves 64 bits of hash of its features and 64 of its target. Two different rows share them by a chance of one
in 2**64: of ten million rows any two by three in a million. The identifier is no part of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from runners.ingest.repeats import Hashed
from runners.tables.summary import Summary
from runners.tables.summary.hashes import Hashes, mixed, text_hashes
from runners.tables.summary.numbers import keys_of

TEST, VALIDATION = 0.25, 0.15
"""The shares of the rows that test and validate where an experiment says nothing else."""
IN_MEMORY = 2**20
"""Rows whose hashes are held in memory: 16 MiB."""
_MISSING = np.uint64(0x5851F42D4C957F2D)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(29)
_REPEATED = 4


@dataclass(frozen=True)
class Alike:
    """How many rows are alike.

    `repeated` are rows that are like an earlier one in features and target, `pairs` two rows at a time with the same
    features, `conflicting` rows whose features are those of a row with another target. `twins` is the share of the test
    rows that would have the same features as a training row, as the split by identifiers is expected to deal them out.
    """

    rows: int = 0
    distinct: int = 0
    pairs: int = 0
    conflicting: int = 0
    twins: float = 0.0

    @property
    def repeated(self) -> int:
        """Return how many rows are like an earlier one."""
        return self.rows - self.distinct


class RowHashes:
    """The hashes of all rows that were seen; `newest` are those of the last group's, features and target as one."""

    def __init__(self, folder: Path, identifier: str | None, target: str | None) -> None:
        folder.mkdir(exist_ok=True)
        self._others, self._target = {identifier, target}, target
        self._held, self._in_memory = Hashed(folder / "rows"), 0
        self.newest: Hashes = np.zeros(0, np.uint64)

    def see(self, group: Any, found: Summary) -> None:
        """Take the next rows, and what is known of them."""
        features = np.zeros(group.num_rows, np.uint64)
        for name in group.schema.names:
            if name not in self._others:
                _fold(features, _hashed(group.column(name), found, name))
        features = mixed(features.view(np.int64))
        target = np.zeros(group.num_rows, np.uint64)
        if self._target in group.schema.names:
            _fold(target, _hashed(group.column(self._target), found, str(self._target)))
        self.newest = features ^ target
        self._held.add(np.column_stack([features, target]))
        self._in_memory += group.num_rows
        if self._in_memory > IN_MEMORY:
            self._held.spill()
            self._in_memory = 0

    def alike(self) -> Alike:
        """Count the rows that are alike."""
        parts = [_alike(part) for part in self._held.parts() if len(part)]
        rows = sum(part.rows for part in parts)
        return Alike(
            rows,
            sum(part.distinct for part in parts),
            sum(part.pairs for part in parts),
            sum(part.conflicting for part in parts),
            sum(part.twins for part in parts) / rows if rows else 0.0,
        )


def _fold(rows: Hashes, values: Hashes) -> None:
    """Take a column's values into the hashes of rows, by its place among the columns."""
    rows ^= values
    rows *= _STEP
    rows ^= rows >> _TURN


def _hashed(values: Any, found: Summary, name: str) -> Hashes:
    """Return 64 bits for each value of a column, equal ones for equal values; missing ones have their own."""
    present = values.drop_null() if values.null_count else values
    hashes = _of_present(present, is_repeated=found.columns[name].distinct * _REPEATED <= len(present))
    if not values.null_count:
        return hashes
    whole = np.full(len(values), _MISSING)
    whole[values.is_valid().to_numpy(zero_copy_only=False)] = hashes
    return whole


def _of_present(present: Any, *, is_repeated: bool) -> Hashes:
    if pa.types.is_boolean(present.type):
        present = present.cast(pa.int64())
    if not pa.types.is_string(present.type):
        return keys_of(present).view(np.uint64)
    if not is_repeated:
        return text_hashes(present, 1)[0]
    coded = present.dictionary_encode()
    hashes: Hashes = text_hashes(coded.dictionary, 1)[0][coded.indices.to_numpy(zero_copy_only=False)]
    return hashes


def _alike(hashes: Hashes) -> Alike:
    """Count rows of one part of the hashes; rows that are alike are all in it."""
    ordered = np.sort(hashes[:, 0])
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not again.size:
        return Alike(len(hashes), len(hashes))
    several = hashes[np.isin(hashes[:, 0], again)]
    several = several[np.lexsort((several[:, 1], several[:, 0]))]
    is_new = np.concatenate([[True], several[1:, 0] != several[:-1, 0]])
    is_other = is_new | np.concatenate([[True], several[1:, 1] != several[:-1, 1]])
    sizes, counts = _lengths(is_new), _lengths(is_other)
    targets = np.add.reduceat(is_other, np.flatnonzero(is_new))
    twins = float((sizes * (1.0 - (TEST + VALIDATION) ** (sizes - 1.0))).sum())
    distinct = len(hashes) - len(several) + len(counts)
    pairs = int((sizes * (sizes - 1) // 2).sum())
    return Alike(len(hashes), distinct, pairs, int(sizes[targets > 1].sum()), twins)


def _lengths(is_first: Any) -> Any:
    """Return how long the runs are that begin at these places."""
    return np.diff(np.flatnonzero(is_first), append=len(is_first))
