"""Hashes of 64 bits of a column's present values, the same on every machine and in every process.

Of numbers, moments and truths they are exact: a value has one hash, and a hash one value. Two texts share a hash of 64
bits by a chance of one in 2**64, and both of two hashes (`lane` 0 and 1) by one in 2**128.
"""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

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


def text_hashes(values: Any, lane: int = 0) -> Hashes:
    """Hash an Arrow array of texts without missing ones; `lane` chooses one of two hashes."""
    starts, lengths, data = bytes_of(values)
    found = lengths.astype(np.uint64) * _STEPS[lane] + _SALTS[lane]
    padded = np.zeros(len(data) + _WORD, np.uint8)
    padded[: len(data)] = data
    words: Hashes = np.ndarray((len(data) + 1,), "<u8", padded, strides=(1,))
    short = lengths <= _LONGEST
    place = 0
    left = np.flatnonzero(short & (lengths > 0))
    while left.size:
        taken = words[starts[left] + place]
        taken &= _mask(lengths[left] - place)
        folded = (found[left] ^ taken) * _STEPS[lane]
        found[left] = folded ^ (folded >> np.uint64(32))
        place += _WORD
        left = left[lengths[left] > place]
    for index in np.flatnonzero(~short):
        found[index] = _digest(data[starts[index] : starts[index] + lengths[index]], lane)
    return mixed(found.view(np.int64))


def bytes_of(values: Any) -> tuple[Keys, Keys, NDArray[np.uint8]]:
    """Return where each text of an Arrow array begins, how many bytes it has, and the bytes of all."""
    kind = np.int64 if pa.types.is_large_string(values.type) else np.int32
    _, offsets, data = values.buffers()
    if offsets is None or not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    all_places = np.frombuffer(offsets, kind)[values.offset : values.offset + len(values) + 1]
    first, last = int(all_places[0]), int(all_places[-1])
    places = all_places.astype(np.int64) - first
    held = np.frombuffer(data, np.uint8, last - first, first) if last > first else np.zeros(0, np.uint8)
    return places[:-1], np.diff(places), held


def _mask(left: Keys) -> Hashes:
    """Return masks of as many low bytes as are left of a text, all of a word at most."""
    unused = (_WORD - np.minimum(left, _WORD)).astype(np.uint64) * np.uint64(8)
    return np.uint64(0xFFFFFFFFFFFFFFFF) >> unused


def _digest(data: NDArray[np.uint8], lane: int) -> int:
    made = hashlib.blake2b(data.tobytes(), digest_size=16).digest()
    return int.from_bytes(made[lane * _WORD : (lane + 1) * _WORD], "little")
