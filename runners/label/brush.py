"""Label Studio's brush: the pixels of a mask, from the packed picture that its exports hold.

The picture's four channels are packed by runs, of which the last, opacity, is the mask. The packing is that of
https://github.com/thi-ng/umbrella/tree/develop/packages/rle-pack: 32 bits tell how many numbers follow, 5 how many bits
one has, four times 4 how many bits the length of a run may have; then each run has a bit (1 for one number that
repeats), two bits for the width of its length, its length and its number or numbers.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.label.masks import check_size

CHANNELS = 4
MOST_PACKS = 1_000_000
"""Runs of a packed picture: each takes a step of its own to read."""
_WIDTHS = (3, 4, 8, 16)
"""Bits of the length of a run, as Label Studio packs them."""
Bits = NDArray[np.uint8]
_EXPORT = "export again as JSON: the brush's runs are damaged"


def brushed(told: Mapping[str, Any], where: str) -> NDArray[np.bool_]:
    """Return the pixels of a brush's mask, rows by columns.

    Raises:
        InputError: it is damaged, or too large.
        KeyError: it lacks its runs or its size.
        TypeError: it has something else where they belong.
    """
    width, height = (told[name] for name in ("original_width", "original_height"))
    if not all(isinstance(size, int) and not isinstance(size, bool) for size in (width, height)):
        raise TypeError(width, height)
    check_size(width, height, where)
    packed = told["rle"]
    if not isinstance(packed, list) or not all(type(one) is int and 0 <= one < 256 for one in packed):
        raise TypeError("rle")
    numbers = unpacked(np.array(packed, np.uint8), width * height * CHANNELS, where)
    return np.asarray(numbers.reshape(height, width, CHANNELS)[:, :, CHANNELS - 1] > 0)


def unpacked(packed: Bits, expected: int, where: str) -> Bits:
    """Return the numbers that are packed, of at most eight bits each.

    Args:
        packed: the bytes.
        expected: how many numbers there must be.
        where: the task that they are of.

    Raises:
        InputError: there are more or fewer, or they end too early.
    """
    stream = _Stream(np.unpackbits(packed), where)
    count, wide = stream.number(32), stream.number(5) + 1
    widths = [stream.number(4) + 1 for _ in range(4)]
    if count != expected:
        raise InputError(f"a brush has {count:,} numbers, and its picture {expected:,}", where, _EXPORT)
    if wide > 8:
        raise InputError(f"a brush has numbers of {wide} bits, and at most 8 are read", where, _EXPORT)
    numbers, at = np.zeros(count, np.uint8), 0
    for _ in range(MOST_PACKS):
        if at >= count:
            return numbers
        repeats = stream.number(1)
        end = at + 1 + stream.number(widths[stream.number(2)])
        if end > count:
            raise InputError("a run of a brush is longer than its picture", where, _EXPORT)
        numbers[at:end] = stream.number(wide) if repeats else stream.numbers(end - at, wide)
        at = end
    raise InputError(f"a brush has more than {MOST_PACKS:,} runs", where, "smooth it, or draw an outline")


def packed(numbers: Bits) -> list[int]:
    """Pack numbers of eight bits by runs of equal ones."""
    starts = np.flatnonzero(np.diff(numbers.astype(np.int16), prepend=-1))
    bits = [f"{len(numbers):032b}", "00111", *(f"{wide - 1:04b}" for wide in _WIDTHS)]
    for start, end in pairwise([*starts.tolist(), len(numbers)]):
        for first in range(start, end, 2 ** _WIDTHS[-1]):
            more = min(end - first, 2 ** _WIDTHS[-1]) - 1
            place = next(place for place, wide in enumerate(_WIDTHS) if more < 2**wide)
            bits.append(f"1{place:02b}{more:0{_WIDTHS[place]}b}{numbers[start]:08b}")
    whole = "".join(bits)
    whole += "0" * (-len(whole) % 8)
    return list(int(whole, 2).to_bytes(len(whole) // 8, "big"))


class _Stream:
    """Bits, of which numbers are taken one after the other."""

    def __init__(self, bits: Bits, where: str) -> None:
        self._bits, self._at, self._where = bits, 0, where

    def _take(self, count: int) -> Bits:
        self._at += count
        if self._at > len(self._bits):
            raise InputError("a brush's runs end too early", self._where, _EXPORT)
        return self._bits[self._at - count : self._at]

    def number(self, wide: int) -> int:
        """Take a number of so many bits."""
        return int.from_bytes(np.packbits(self._take(wide)).tobytes(), "big") >> (-wide % 8)

    def numbers(self, count: int, wide: int) -> Bits:
        """Take several numbers, of at most eight bits each."""
        return np.asarray(np.packbits(self._take(count * wide).reshape(count, wide), axis=1)[:, 0] >> (8 - wide))
