"""The four metrics in words."""

from datetime import timedelta

import pytest

from reconciler.releases.dora import Dora, FailureRate, Frequency, Spread
from reconciler.releases.words import figures, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.6, "1m"), (3600, "1h"), (3660, "1h1m"), (90061, "1d1h"), (86460, "1d"), (86400 * 40, "40d")],
)
def test_spans_are_short(seconds: float, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text


def test_each_metric_says_what_it_is_told_from() -> None:
    hour = timedelta(hours=1)
    metrics = Dora(
        Spread(2, 3, hour, 2 * hour, 3 * hour), Frequency(3, timedelta(days=30)), FailureRate(1, 3), Spread(0, 1)
    )
    assert figures(metrics) == [
        ("lead time for changes", "2h (median of 2 of 3 changes, 1h to 3h)"),
        ("deployment frequency", "0.70 a week (3 releases in 30d)"),
        ("change failure rate", "33% (1 of 3 releases)"),
        ("time to restore", "not known of 1 failure"),
    ]


def test_of_no_release_nothing_is_made_up() -> None:
    none = Dora(Spread(0, 0), Frequency(0, timedelta()), FailureRate(0, 0), Spread(0, 0))
    assert [words for _, words in figures(none)] == ["no change", "0 releases in 0s", "no release", "no failure"]
