"""Intervals of one metric on each slice, so that nobody takes the noise of a few rows for a difference."""

from collections.abc import Mapping

import numpy as np

from runners.evaluate.metrics import Metric
from runners.evaluate.predictions import Answers
from runners.evaluate.resampling import intervals
from runners.evaluate.slices import Slicing

SliceIntervals = dict[str, dict[str, dict[str, float | None]]]
"""Column, value, and of the metric there `value`, `low` and `high`."""
FEWEST = 2
"""Rows that draws can be made of."""


def slice_intervals(metric: Metric, answers: Answers, slicings: Mapping[str, Slicing], seed: int) -> SliceIntervals:
    """Return a metric on every slice of some columns, with its 95 % interval; a slice of one row has none."""
    return {
        column: {
            value: intervals([metric], answers.take(rows), seed)[metric.name].as_dict()
            for value, mask in parts
            if len(rows := np.flatnonzero(mask)) >= FEWEST
        }
        for column, (parts, _) in slicings.items()
    }
