"""Intervals of one metric on each slice, so that nobody takes the noise of a few rows for a difference."""

from collections.abc import Mapping

import numpy as np

from runners.evaluate.metrics import Metric
from runners.evaluate.predictions import Answers
from runners.evaluate.resampling import Interval, intervals
from runners.evaluate.slices import Slicing

SliceIntervals = dict[str, dict[str, dict[str, float | None]]]
"""Column, value, and of the metric there `value`, `low` and `high`."""
FEWEST = 2
"""Rows that draws can be made of."""


def slice_intervals(metric: Metric, answers: Answers, slicings: Mapping[str, Slicing], seed: int) -> SliceIntervals:
    """Return a metric on every slice of some columns, with its 95 % interval; a slice of one row has none.

    Where all draws say the same, as with a few rows that are all right, nobody knows how far the figure may be off.
    """
    return {
        column: {
            value: _honest(intervals([metric], answers.take(rows), seed)[metric.name])
            for value, mask in parts
            if len(rows := np.flatnonzero(mask)) >= FEWEST
        }
        for column, (parts, _) in slicings.items()
    }


def _honest(known: Interval) -> dict[str, float | None]:
    return (Interval(known.value, None, None) if known.low == known.high else known).as_dict()
