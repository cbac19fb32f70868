"""How good estimates were: told once outcomes are known, with an interval where there are enough windows."""

import numpy as np
import pytest

from runners.monitor.header import with_history
from runners.monitor.report import KeyFigures, Report, Span
from runners.monitor.tracking import NEWEST, Known, tracked
from tests.unit.runners.monitor.example import document


def test_without_outcomes_nothing_is_told() -> None:
    assert tracked([]) is None


def test_an_estimate_that_is_too_high_each_time_is_told_so() -> None:
    told = tracked([Known(0.80 + noise, 0.75, 100) for noise in (0.0, 0.01, -0.01, 0.0)])
    assert told
    assert (told.windows, told.rows) == (4, 400)
    assert told.bias == pytest.approx(0.05)
    assert told.low is not None
    assert told.low > 0
    assert "off by 0.05 on average, by 0.06 at most, and too high by 0.05 (" in told.sentence("accuracy")


def test_noise_is_told_as_noise_and_few_windows_have_no_interval() -> None:
    told = tracked([Known(0.8, 0.8 + gap, 100) for gap in (0.02, -0.02, 0.01)])
    assert told
    assert "neither too high nor too low beyond noise" in told.sentence("f1")
    one = tracked([Known(0.8, 0.7, 50)])
    assert one
    assert one.sentence("f1") == "Of the one window whose outcomes are known, 50 rows, the estimated f1 was off by 0.1."


def test_the_interval_holds_as_often_as_it_says() -> None:
    random, hits = np.random.default_rng(0), 0
    for _ in range(400):
        told = tracked([Known(0.8 + gap, 0.8, 10) for gap in random.normal(0.01, 0.02, 6)])
        assert told
        assert told.low is not None
        assert told.high is not None
        hits += told.low <= 0.01 <= told.high
    assert 0.92 <= hits / 400 <= 0.98


def test_other_estimates_are_held_against_the_first_one_over_the_same_windows() -> None:
    told = tracked([Known(0.9, 0.8, 10), Known(0.9, 0.8, 10, 0.82), Known(0.7, 0.8, 10, 0.78, 0.8)])
    assert told
    assert [(one.windows, one.off, one.first) for one in told.others] == [(2, 0.02, 0.1), (1, 0.0, 0.1)]
    assert told.sentence("f1").endswith(
        "By weights, it was off by 0.02 in 2 windows, where the first estimate was by 0.1. "
        "Multicalibrated, it was off by 0 in 1 window, where the first estimate was by 0.1."
    )


def test_only_the_newest_windows_count() -> None:
    told = tracked([Known(0.0, 1.0, 10)] * 5 + [Known(0.8, 0.8, 10)] * NEWEST)
    assert told
    assert (told.windows, told.worst) == (NEWEST, 0.0)


def report(*former: KeyFigures) -> Report:
    return with_history(document().model_copy(update={"history": former}))


def test_a_window_counts_for_the_same_model_and_metric_once_its_outcomes_are_known() -> None:
    first = document().history[-1]
    told = {"trial": first.trial, "metric": "roc_auc", "rows": 100, "estimated": 0.9, "realized": 0.8, "known": 90}
    whole = KeyFigures(window=Span(end="2026-03-01T09:00:00+00:00"), **told)
    others = [{"known": 50}, {"trial": "other"}, {"metric": "f1"}, {"estimated": None}, {"realized": None}, {"rows": 0}]
    for other in others:
        assert report(whole.model_copy(update=other)).track is None, other
    track = report(whole).track
    assert track
    assert (track.windows, track.off) == (1, pytest.approx(0.1))
