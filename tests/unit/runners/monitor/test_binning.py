"""Bins hold every value, and a change of values that stand alone can be seen in them."""

from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.binning import BINS, MOST_CATEGORIES, Binning, Counts, binning
from runners.monitor.columns import Column

NUMBER, CATEGORY = Column("x", "number"), Column("x", "category")


def counts(bins: Binning, values: "pd.Series[Any]") -> Counts:
    return bins.counts(values, [len(values)])[0]


def test_numbers_are_cut_at_their_deciles() -> None:
    bins = binning(pd.Series(np.arange(1000.0)), NUMBER)
    assert bins
    assert counts(bins, pd.Series(np.arange(1000.0))).tolist() == [100] * BINS
    assert counts(bins, pd.Series([-1e9, 1e9, np.nan])).tolist() == [1, *[0] * (BINS - 2), 1]


def test_a_value_that_is_frequent_by_itself_has_a_bin_of_its_own() -> None:
    bins = binning(pd.Series([5.0] * 100), NUMBER)
    assert bins
    assert counts(bins, pd.Series([4.0, 5.0, 5.0, 6.0])).tolist() == [1, 2, 1]


def test_rare_categories_are_counted_together() -> None:
    bins = binning(pd.Series(["a"] * 5 + ["b"] * 3 + ["once"]), CATEGORY)
    assert bins
    assert bins.names == ("a", "b")
    assert counts(bins, pd.Series(["a", "b", "b", "once", "new", np.nan])).tolist() == [1, 2, 2]
    many = binning(pd.Series([f"v{at}" for at in range(100)] * 2), CATEGORY)
    assert many
    assert len(many.names or ()) == MOST_CATEGORIES


def test_no_values_make_no_bins() -> None:
    assert binning(pd.Series([np.nan]), NUMBER) is None
    bins = binning(pd.Series(["a", "a"]), CATEGORY)
    assert bins
    assert counts(bins, pd.Series([], dtype=object)).tolist() == [0, 0]


def test_pieces_are_counted_as_their_places_say() -> None:
    numbers = pd.Series([np.nan, *np.random.default_rng(0).normal(size=50_000).round(2), np.inf, -np.inf])
    names = pd.Series(["a", "b", None, "c", "a", "b"] * 10)
    for values, column, sizes in ((numbers, NUMBER, [1, 40_000, 10_002]), (names, CATEGORY, [7, 0, 53])):
        bins = binning(values[:40_000], column)
        assert bins
        ends = np.cumsum(sizes)
        places = np.split(bins.places(values), ends[:-1])
        assert bins.counts(values, sizes).tolist() == [bins.counts_of(part).tolist() for part in places]
