"""Quantiles and histograms of counted numbers."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.ingest.profile.bins import binned, edges_of
from runners.tables.summary import tally
from runners.tables.summary.numbers import numbers_of

FEW = 10
Numbers = st.lists(st.floats(-1e6, 1e6) | st.integers(-5, 5).map(float), min_size=1, max_size=60)
SHARES = (0.0, 0.01, 0.25, 0.5, 0.95, 1.0)


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """Have bins made of a few numbers already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "MOST", FEW)
        yield


@given(Numbers)
def test_quantiles_are_those_of_numpy_or_within_their_bound(numbers: list[float]) -> None:
    found, error = binned(numbers_of(pa.array(numbers)), "number").quantiles(SHARES)
    assert found == pytest.approx(np.quantile(numbers, SHARES).tolist(), rel=1e-12, abs=error + 1e-9)
    if len(set(numbers)) <= FEW:
        assert error == 0


@given(Numbers)
def test_bars_are_those_of_numpy_or_within_their_bound(numbers: list[float]) -> None:
    edges = edges_of(min(numbers), max(numbers), len(set(numbers)), whole=False)
    counts, off = binned(numbers_of(pa.array(numbers)), "number").within(edges)
    true = np.histogram(numbers, edges)[0].tolist()
    assert sum(counts) == len(numbers)
    assert all(abs(count - expected) <= off for count, expected in zip(counts, true, strict=True))
    if len(set(numbers)) <= FEW:
        assert off == 0


def test_bins_of_a_million_numbers_are_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST", 8192)
    numbers = np.random.default_rng(3).normal(50, 10, 1_000_000)
    bins = binned(numbers_of(pa.array(numbers)), "number")
    found, error = bins.quantiles(SHARES)
    assert error < 0.5
    assert found == pytest.approx(np.quantile(numbers, SHARES).tolist(), abs=0.05)
    assert all(low <= high for low, high in pairwise(found))


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("low", [0.0, -3.0, 2.0**52, 1e17, -9.2e18, 9.2e18])
@pytest.mark.parametrize("width", [0.0, 3.0, 1e4])
def test_numbers_of_any_size_have_edges_that_hold_them(low: float, width: float, whole: bool) -> None:
    edges = edges_of(low, low + width, 3, whole=whole)
    assert len(edges) >= 2
    assert edges[0] <= low
    assert edges[-1] >= low + width
    assert edges[-1] > edges[0]
    assert np.histogram([low, low + width], edges)[0].sum() == 2
