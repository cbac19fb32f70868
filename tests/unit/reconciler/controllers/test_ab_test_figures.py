"""What a look told is believed as far as it is figures, and put in words."""

from typing import Any

import pytest

from reconciler.controllers.ab_test_figures import LARGEST_STATE, Known, known_of
from reconciler.model.kinds.ab_tests import ABTest

TOLD: dict[str, Any] = {
    "means": [0.9, 0.8], "gain": -0.1, "low": -0.2, "high": 0.05, "units": [10, 20], "assigned": [12, 22],
    "waiting": 3, "crossed": 1, "notes": ["a note"], "verdict": "reject", "why": "", "state": {"until": "x"},
}  # fmt: skip


def stated(**told: Any) -> ABTest:
    return ABTest.model_validate({"metric": "accuracy", "minimum_effect": 0.02, **told})


def test_what_was_told_comes_back() -> None:
    known = known_of(TOLD)
    assert known_of(known.as_facts() | {"state": TOLD["state"]}) == known
    assert known.verdict == "reject"


@pytest.mark.parametrize(
    "odd",
    [
        {"low": float("nan")}, {"high": "1"}, {"gain": True}, {"means": [0.5]}, {"means": [0.5, -1]}, {"units": "many"},
        {"assigned": [1, None]}, {"waiting": -1}, {"notes": "text"}, {"verdict": ["promote"]}, {"low": -7},
        {"state": {"x": "y" * LARGEST_STATE}}, {"state": 7},
    ],
)  # fmt: skip
def test_what_is_none_isn_t_known(odd: dict[str, Any]) -> None:
    known = known_of({**TOLD, **odd})
    (name,) = odd
    assert getattr(known, name) in (None, -1.0, 1.0, (0, 0), 0, (), "")
    assert known.words(stated())


def test_a_promotion_needs_a_bound_above_nothing() -> None:
    assert known_of({**TOLD, "verdict": "promote"}).verdict == ""
    assert known_of({**TOLD, "verdict": "promote", "low": 0.01}).verdict == "promote"
    assert known_of({**TOLD, "verdict": "win"}).verdict == ""


def test_figures_of_which_less_is_better_are_told_as_they_are() -> None:
    known = Known(gain=0.02, low=0.01, high=0.03, means=(0.95, 0.97), units=(1000, 2000))
    words = known.words(stated(metric="error_rate", key="X-User"))
    assert words == "error rate 0.0300 against 0.0500, better by 0.0200 (0.0100 to 0.0300), of 2,000 and 1,000 users"
    worse = Known(gain=-0.02, low=-0.03, high=-0.01, means=(0.97, 0.95), units=(1, 2))
    assert "latency" not in worse.words(stated(metric="latency", slower_than_ms=5))
    assert "worse by 0.0200" in worse.words(stated())


def test_what_isn_t_known_yet_says_what_is_waited_for() -> None:
    known = Known(assigned=(3, 4), waiting=1200, notes=("no identifier is one of those",))
    words = "nothing is known yet of 7 requests; 1,200 aren't old enough: no identifier is one of those"
    assert known.words(stated()) == words
