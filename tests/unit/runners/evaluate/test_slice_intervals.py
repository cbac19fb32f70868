"""Intervals by slice: wider where there are fewer rows, about the figure of the slice, none where nothing is known."""

import numpy as np

from runners.evaluate.metrics import METRICS
from runners.evaluate.predictions import Answers
from runners.evaluate.slice_intervals import slice_intervals
from runners.evaluate.slices import slice_metrics, slicings_of

ACCURACY = next(metric for metric in METRICS["binary"] if metric.name == "accuracy")


def answers(rows: int) -> Answers:
    drawn = np.random.default_rng(7)
    truth = drawn.integers(2, size=rows)
    return Answers("binary", truth, np.where(drawn.random(rows) < 0.8, truth, 1 - truth))


def test_a_slice_of_few_rows_has_a_wide_interval_about_its_own_figure() -> None:
    told = answers(1000)
    slicings = slicings_of({"town": np.array(["north"] * 950 + ["south"] * 50)})
    found = slice_intervals(ACCURACY, told, slicings, 7)["town"]
    figures = slice_metrics(told, slicings)["town"]
    widths = {}
    for value, one in found.items():
        low, high = one["low"], one["high"]
        assert low is not None
        assert high is not None
        assert low <= figures[value]["accuracy"] <= high
        widths[value] = high - low
    assert widths["south"] > 2 * widths["north"]


def test_a_slice_of_one_row_has_none_and_the_same_seed_gives_the_same() -> None:
    told = answers(5)
    slicings = slicings_of({"town": np.array(["north"] * 4 + ["south"])})
    found = slice_intervals(ACCURACY, told, slicings, 7)
    assert set(found["town"]) == {"north"}
    assert found == slice_intervals(ACCURACY, told, slicings, 7)
    assert slice_intervals(ACCURACY, told, {}, 7) == {}


def test_a_few_rows_that_are_all_right_have_no_interval_of_no_width() -> None:
    truth = np.array([0, 1, 1, 0, 1, 0])
    slicings = slicings_of({"town": np.array(["north"] * 6)})
    found = slice_intervals(ACCURACY, Answers("binary", truth, truth), slicings, 7)
    assert found == {"town": {"north": {"value": 1.0, "low": None, "high": None}}}
