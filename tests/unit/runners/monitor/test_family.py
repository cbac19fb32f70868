"""The family counts what may alert by chance, and nothing that a threshold leaves out."""

import numpy as np

from runners.monitor.family import rate_of
from runners.monitor.parameters import Thresholds
from tests.unit.runners.monitor import streams


def test_every_figure_that_may_alert_is_counted() -> None:
    random = np.random.default_rng(0)
    reference, now = streams.population(100, random), streams.population(90, random)
    columns, of_them = len(streams.COLUMNS), sum(one.kind == "category" for one in streams.COLUMNS)
    short, long = (streams.tables_of(reference, now, size, 0) for size in (30, 15))
    assert rate_of(short, streams.COLUMNS, Thresholds()).figures == columns
    assert rate_of(long, streams.COLUMNS, Thresholds(false_alarms=0.2)).figures == 2 * columns, "all and the newest"
    assert rate_of(long, streams.COLUMNS, Thresholds(false_alarms=0.2)).rate == 0.2
    shares = Thresholds(missing_share=0.1, unseen_share=0.1)
    assert rate_of(short, streams.COLUMNS, shares).figures == columns + columns + of_them
    wholes = Thresholds(outlier_share=0.1, distance=0.6, estimated_drop=0.1, realized_drop=0.1)
    assert rate_of(short, streams.COLUMNS, wholes).figures == columns + 6, "drops of all chunks and of the newest"
    assert rate_of(short, (), Thresholds(error_rate=0.1)).figures == 0
