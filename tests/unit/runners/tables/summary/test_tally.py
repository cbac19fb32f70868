"""Counts of whole numbers, one by one and in bins."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.summary import tally
from runners.tables.summary.tally import NOTHING, Tally, tally_of

Numbers = st.lists(st.one_of(st.integers(-40, 40), st.integers(-(2**63), 2**63 - 1)), max_size=80)
FEW = 8


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """Have bins made of a few numbers already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "MOST", FEW)
        yield


def of(numbers: list[int]) -> Tally:
    return tally_of(np.array(numbers, np.int64))


def told(found: Tally) -> tuple[int, dict[int, int]]:
    return found.shift, dict(zip(found.bins.tolist(), found.counts.tolist(), strict=True))


@given(Numbers)
def test_bins_are_as_narrow_as_their_number_allows(numbers: list[int]) -> None:
    shift, counts = told(of(numbers))
    assert counts == Counter(number >> shift for number in numbers)
    assert len(counts) <= FEW
    assert not shift or len({number >> (shift - 1) for number in numbers}) > FEW


@given(Numbers, st.lists(st.integers(0, 80), max_size=4), st.randoms())
def test_a_tally_is_the_same_in_whatever_order_and_however_cut(
    numbers: list[int], cuts: list[int], chance: object
) -> None:
    whole = told(of(numbers))
    shuffled = numbers.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    ends = sorted({0, len(numbers), *(min(cut, len(numbers)) for cut in cuts)})
    parts = [of(shuffled[start:end]) for start, end in pairwise(ends)]
    chance.shuffle(parts)  # type: ignore[attr-defined]
    merged = NOTHING
    for part in parts:
        merged = merged.merged(part)
    assert told(merged) == whole


@given(Numbers.filter(len))
def test_every_number_lies_within_its_bin(numbers: list[int]) -> None:
    found = of(numbers)
    for number in numbers:
        assert ((found.lowest <= number) & (number <= found.highest)).sum() == 1
    assert found.total == len(numbers)
    assert found.is_exact == (len(set(numbers)) <= FEW)
