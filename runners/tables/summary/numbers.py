"""The summary of numbers and moments.

They are counted by keys: whole numbers in the same order, so that a bin of keys is a range of numbers.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from runners.tables.summary.distinct import Distinct, distinct_of
from runners.tables.summary.hashes import Hashes, Keys, mixed
from runners.tables.summary.moments import Floats, Moments, moments_of
from runners.tables.summary.tally import NOTHING, Tally, tally_of

HUGE = 1e150
"""A number whose square can't be held: for statistics it is infinite."""
_ALL_BUT_SIGN = np.int64(2**63 - 1)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers or moments: the finite ones in `tally`, those that count as infinite in `beyond`, both by keys.

    `extremes` are the lowest and the highest key of a finite one.
    """

    tally: Tally = NOTHING
    moments: Moments = Moments()  # noqa: RUF009, it is frozen
    extremes: tuple[int, int] | None = None
    beyond: Tally = NOTHING
    sketch: Distinct | None = None

    @property
    def distinct(self) -> int | None:
        """Return how many differ; None where only the sketch knows."""
        is_exact = self.tally.is_exact and self.beyond.is_exact
        return len(self.tally.bins) + len(self.beyond.bins) if is_exact else None

    @property
    def hashes(self) -> Hashes:
        """Return the hashes of all that differ, or the smallest of them."""
        return self.sketch.hashes if self.sketch else mixed(np.concatenate([self.tally.bins, self.beyond.bins]))

    def merged(self, other: "Numbers") -> "Numbers":
        """Return the summary of both."""
        ends = [end for extremes in (self.extremes, other.extremes) for end in extremes or ()]
        made = Numbers(
            self.tally.merged(other.tally),
            self.moments.merged(other.moments),
            (min(ends), max(ends)) if ends else None,
            self.beyond.merged(other.beyond) if self.beyond.bins.size or other.beyond.bins.size else NOTHING,
        )
        if made.distinct is not None:
            return made
        return replace(made, sketch=distinct_of(np.concatenate([self.hashes, other.hashes])))


def numbers_of(present: Any) -> Numbers:
    """Summarise a plain array of numbers or moments, none of them missing."""
    keys = keys_of(present)
    if pa.types.is_timestamp(present.type):
        return _summarised(keys, Moments(), keys[:0])
    numbers: Floats = present.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    moments = moments_of(numbers) if are_finite(numbers) else None
    if moments is not None:
        return _summarised(keys, moments, keys[:0])
    finite = np.abs(numbers) < HUGE
    return _summarised(keys[finite], moments_of(numbers[finite]), keys[~finite])


def are_finite(numbers: Floats) -> bool:
    """Tell whether no number counts as infinite."""
    return not numbers.size or bool(max(-float(numbers.min()), float(numbers.max())) < HUGE)


def _summarised(keys: Keys, moments: Moments, beyond: Keys) -> Numbers:
    extremes = (int(keys.min()), int(keys.max())) if keys.size else None
    made = Numbers(tally_of(keys), moments, extremes, tally_of(beyond))
    if made.distinct is not None:
        return made
    return replace(made, sketch=distinct_of(mixed(np.concatenate([keys, beyond]) if beyond.size else keys)))


def keys_of(present: Any) -> Keys:
    """Return the keys of a plain array of numbers or moments, none of them missing."""
    if pa.types.is_floating(present.type):
        bits: Keys = (present.to_numpy(zero_copy_only=False) + 0.0).view(np.int64)  # + 0 makes minus zero zero
        return bits ^ ((bits >> np.int64(63)) & _ALL_BUT_SIGN)
    moments = present.cast(pa.int64()) if pa.types.is_timestamp(present.type) else present
    whole: Keys = moments.to_numpy(zero_copy_only=False)
    return whole


def values_of(keys: Keys, arrow: Any) -> Any:
    """Return what keys stand for, as an Arrow array of such a type."""
    if not pa.types.is_floating(arrow):
        return pc.cast(pa.array(keys, pa.int64()), arrow)
    bits = keys ^ ((keys >> np.int64(63)) & _ALL_BUT_SIGN)
    return pa.array(bits.view(np.float64))
