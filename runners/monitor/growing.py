"""Columns that grow by parts, each value of which is written once, to where it stays.

Numbers and the places of texts lie in memory of their own that grows where it is: parts that are joined in the end
would be there twice, and the system would hand out pages twice. What is neither, or is of several types, is kept as
parts.
"""

from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any

import numpy as np
import pyarrow as pa

from runners.monitor.rows import Values, is_coded, is_empty, joined

MOST_TEXTS = 2**15
"""Texts of a column that are known by their places; where more of them differ, it is kept as parts."""

_FEWEST = 2**16
_TOGETHER = 2**17
"""Rows of parts that are joined to one: many small ones would take twice their room."""
_NUMBERS = {pa.float64(): np.float64, pa.int64(): np.int64}


class Array:
    """Numbers of one type, as many as there are."""

    def __init__(self, dtype: Any) -> None:
        self._dtype, self._count = np.dtype(dtype), 0
        self._memory = mmap(-1, _FEWEST * self._dtype.itemsize, MAP_PRIVATE | MAP_ANONYMOUS)

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def add(self, values: Any, count: int) -> None:
        """Add so many values, or one so many times."""
        size = self._dtype.itemsize
        if (self._count + count) * size > len(self._memory):
            self._memory.resize(max(2 * len(self._memory), (self._count + count) * size))
        np.frombuffer(self._memory, self._dtype, count, self._count * size)[:] = values
        self._count += count

    def whole(self) -> Any:
        """Return all values; none is added afterwards."""
        return np.frombuffer(self._memory, self._dtype, self._count)


class Growing:
    """A column of a log.

    Args:
        missing: rows before its first, which don't hold it.
    """

    def __init__(self, missing: int = 0) -> None:
        self._held: _Numbers | _Texts | _Parts | None = None
        self._missing = missing

    def add(self, values: Values | None, count: int) -> None:
        """Add so many rows; without values they don't hold the column."""
        values = None if values is None or is_empty(values) else values
        if self._held is None and values is None:
            self._missing += count
            return
        if self._held is None:
            self._held = _held(values)
            self._held.add(None, self._missing)
        if not self._held.takes(values):
            self._held = _Parts([(self._held.whole(), len(self._held))])
        self._held.add(values, count)

    def whole(self) -> Values | None:
        """Return the column; None where no row holds it. Nothing is added afterwards."""
        return None if self._held is None else self._held.whole()


def _held(values: Values) -> "_Numbers | _Texts | _Parts":
    kind = getattr(values, "type", None)
    if kind in _NUMBERS:
        return _Numbers(kind)
    return _Texts() if _is_text(kind) else _Parts([])


def _is_text(kind: Any) -> bool:
    return kind == pa.string() or is_coded(kind)


class _Numbers:
    """A column of numbers of one of Arrow's types; of some it may be missing."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._values, self._known = Array(_NUMBERS[kind]), Array(bool)
        self._missing = 0

    def __len__(self) -> int:
        return len(self._values)

    def takes(self, values: Values | None) -> bool:
        return values is None or getattr(values, "type", None) == self._kind

    def add(self, values: Values | None, count: int) -> None:
        missing = count if values is None else values.null_count
        if missing and not self._missing:
            self._known.add(True, len(self))
        self._missing += missing
        if self._missing:
            self._known.add(False if values is None else values.is_valid(), count)
        self._values.add(0 if values is None else _numbers(values, self._kind), count)

    def whole(self) -> Values:
        known = pa.py_buffer(np.packbits(self._known.whole(), bitorder="little")) if self._missing else None
        return pa.Array.from_buffers(self._kind, len(self), [known, pa.py_buffer(self._values.whole())], self._missing)


def _numbers(values: Any, kind: Any) -> Any:
    """Return an array's numbers, with any in the place of those that are missing."""
    return np.frombuffer(values.buffers()[1], _NUMBERS[kind], len(values), values.offset * 8) if len(values) else []


class _Texts:
    """A column of texts, as their places among those that differ."""

    def __init__(self) -> None:
        self._values = Array(np.int32)
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._values)

    def takes(self, values: Values | None) -> bool:
        return values is None or (_is_text(getattr(values, "type", None)) and len(self._places) <= MOST_TEXTS)

    def add(self, values: Values | None, count: int) -> None:
        if values is None:
            self._values.add(-1, count)
            return
        coded = values if is_coded(values.type) else values.dictionary_encode()
        known = [self._places.setdefault(text, len(self._places)) for text in coded.dictionary.to_pylist()]
        codes = coded.indices.fill_null(len(known)) if coded.indices.null_count else coded.indices
        self._values.add(np.array([*known, -1], np.int32)[codes], count)

    def whole(self) -> Values:
        places = self._values.whole()
        width = np.int8 if len(self._places) < 2**7 else np.int16 if len(self._places) < 2**15 else np.int32
        codes = pa.array(places.astype(width), mask=places < 0 if (places < 0).any() else None)
        return pa.DictionaryArray.from_arrays(codes, pa.array(list(self._places), pa.string()))


class _Parts:
    """A column of anything, in parts."""

    def __init__(self, parts: list[tuple[Values | None, int]]) -> None:
        self._parts, self._fresh = parts, list[tuple[Values | None, int]]()

    def __len__(self) -> int:
        return sum(count for _, count in (*self._parts, *self._fresh))

    def takes(self, _: Values | None) -> bool:
        return True

    def add(self, values: Values | None, count: int) -> None:
        self._fresh.append((values, count))
        rows = sum(count for _, count in self._fresh)
        if rows >= _TOGETHER:
            self._parts.append((joined(self._fresh), rows))
            self._fresh = []

    def whole(self) -> Values:
        return joined((*self._parts, *self._fresh))
