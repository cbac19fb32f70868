"""The digest of a table's rows as a bag: the same in whatever order they come, and however they are cut into parts.

Each row is hashed to 256 bits, and these are added up: the bag of two parts is the sum of theirs. It tells apart what
differs by accident: of ten million rows two share both their hashes by a chance of one in 2**82. It is no proof against
who makes up rows in order to be taken for others; that is what the SHA-256 of every file is for.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from runners.tables.summary.hashes import Hashes, mixed, text_hashes
from runners.tables.summary.numbers import keys_of
from runners.tables.types import Type

_LANES = 4
_MODULUS = 2**64
_STEPS = np.array([[0x9E3779B97F4A7C15], [0xC2B2AE3D27D4EB4F]], np.uint64)
_MISSING = np.array([[0xD6E8FEB86659FD93], [0xA0761D6478BD642F]], np.uint64)
"""What stirs a missing value in, in the place of the steps: so it is no value."""
_SALTS = np.array([[0x243F6A8885A308D3], [0x13198A2E03707344]], np.uint64)
_SPREAD = tuple(
    (np.uint64(left), np.uint64(right))
    for left, right in (
        (0xA4093822299F31D1, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6D),
        (0xC0AC29B7C97C50DD, 0x3F84D5B5B5470917),
        (0x9216D5D98979FB1B, 0xD1310BA698DFB5AD),
    )
)
_HALF = np.uint64(32)


@dataclass(frozen=True)
class Bag:
    """How many rows there are, and the sums of their hashes."""

    rows: int = 0
    sums: tuple[int, ...] = (0,) * _LANES

    def merged(self, other: "Bag") -> "Bag":
        """Return the bag of both parts' rows."""
        sums = ((mine + others) % _MODULUS for mine, others in zip(self.sums, other.sums, strict=True))
        return Bag(self.rows + other.rows, tuple(sums))

    def hexdigest(self, types: Mapping[str, Type]) -> str:
        """Return the content digest of a table of such columns, in hexadecimal."""
        told = ["bag", [[name, type_] for name, type_ in types.items()], self.rows, self.sums]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


class Bagging:
    """The bag of a table while its groups of rows pass by."""

    def __init__(self, types: Mapping[str, Type]) -> None:
        """Begin with no rows of such columns."""
        self._types = types
        self.bag = Bag()

    def add(self, group: Any) -> None:
        """Take the next rows."""
        self.bag = self.bag.merged(bag_of(group))

    def hexdigest(self) -> str:
        """Return the content digest of all that was added."""
        return self.bag.hexdigest(self._types)


def bag_of(batch: Any) -> Bag:
    """Return the bag of a record batch of plain columns."""
    if not batch.num_rows:
        return Bag()
    left, right = row_hashes(batch.columns).T
    sums = (int(mixed((left * a + right * b).view(np.int64)).sum()) for a, b in _SPREAD)
    return Bag(batch.num_rows, tuple(sums))


def row_hashes(columns: Sequence[Any]) -> Hashes:
    """Hash the rows of plain arrays of one length by two hashes that know nothing of each other."""
    lanes = np.repeat(_SALTS, len(columns[0]), axis=1)
    for values in columns:
        lanes ^= _words(values)
        is_missing = pc.is_null(values).to_numpy(zero_copy_only=False) if values.null_count else None
        lanes *= _STEPS if is_missing is None else np.where(is_missing, _MISSING, _STEPS)
        lanes ^= lanes >> _HALF
    hashes: Hashes = lanes.T
    return hashes


def _words(values: Any) -> Any:
    if pa.types.is_string(values.type):
        return np.stack(text_hashes(pc.fill_null(values, "") if values.null_count else values))
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8()).cast(pa.int64())
    if values.null_count:
        values = pc.fill_null(values.cast(pa.int64()) if pa.types.is_timestamp(values.type) else values, 0)
    return keys_of(values).view(np.uint64)
