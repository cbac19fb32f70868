"""Hashes of 64 bits of a column's present values, the same on every machine and in every process.

Of numbers, moments and truths they are exact: a value has one hash, and a hash one value. Two texts share a hash of 64
bits by a chance of one in 2**64, and both of two hashes by one in 2**128.
"""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.tables.texts import bytes_of

Hashes = NDArray[np.uint64]
Keys = NDArray[np.int64]

_LONGEST = 128
"""Bytes of a text above which it is hashed by itself."""
_STEPS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_SALTS = (np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344))
_WORD = 8


def mixed(keys: Keys) -> Hashes:
    """Hash whole numbers, one to one, by the finaliser of SplitMix64 (Steele, Lea & Flood, 2014)."""
    found = keys.view(np.uint64).copy()
    found += _STEPS[0]
    found ^= found >> np.uint64(30)
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(27)
    found *= np.uint64(0x94D049BB133111EB)
    found ^= found >> np.uint64(31)
    return found


def text_hashes(values: Any, count: int = 2) -> list[Hashes]:
    """Hash an Arrow array of texts without missing ones, by one or two hashes that know nothing of each other."""
    starts, lengths, data = bytes_of(values)
    lanes = [lengths.astype(np.uint64) * step + salt for step, salt in zip(_STEPS[:count], _SALTS, strict=False)]
    padded = np.zeros(len(data) + _WORD, np.uint8)
    padded[: len(data)] = data
    words: Hashes = np.ndarray((len(data) + 1,), "<u8", padded, strides=(1,))
    left = np.flatnonzero((lengths > 0) & (lengths <= _LONGEST))
    for place in range(0, _LONGEST, _WORD):
        if not left.size:
            break
        unread = lengths[left] - place
        taken = words[starts[left] + place] & _mask(unread)
        for lane, step in zip(lanes, _STEPS, strict=False):
            lane[left] = _folded(lane[left] ^ taken, step)
        left = left[unread > _WORD]
    for index in np.flatnonzero(lengths > _LONGEST):
        made = hashlib.blake2b(data[starts[index] : starts[index] + lengths[index]].tobytes(), digest_size=16).digest()
        for lane, hashed in zip(lanes, np.frombuffer(made, "<u8"), strict=False):
            lane[index] = hashed
    return [mixed(lane.view(np.int64)) for lane in lanes]


def _folded(words: Hashes, step: np.uint64) -> Hashes:
    """Spread the bits of words over all of each, one to one."""
    words *= step
    words ^= words >> np.uint64(32)
    return words


def _mask(unread: Keys) -> Hashes:
    """Return masks of as many low bytes as are unread of a text, all of a word at most."""
    unused = (_WORD - np.minimum(unread, _WORD)).astype(np.uint64) * np.uint64(8)
    found: Hashes = np.uint64(2**64 - 1) >> unused
    return found
