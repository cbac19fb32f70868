"""Figures of a job: believed where they can be, and held by the end of their interval."""

from typing import Any

import pytest

from reconciler.controllers.measured import Figures, is_number

SHARE = {"value": 0.1, "low": 0.05, "high": 0.2, "count": 100}


def figures(told: Any = SHARE, confidence: float = 0.95) -> Figures:
    return Figures({"facts": {"figures": {"share": told}, "confidence": confidence}}, 0.95)


def test_a_figure_is_read_with_its_ends() -> None:
    known = figures().of("share")
    assert known is not None
    assert (known.value, known.low, known.high, known.count) == (0.1, 0.05, 0.2, 100)
    assert figures().of("share", fewest=101) is None
    assert figures().of("other") is None


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3.0,
        {},
        {**SHARE, "value": "much"},
        {**SHARE, "value": float("nan")},
        {**SHARE, "low": -1.0},
        {**SHARE, "low": 0.3},
        {**SHARE, "high": 0.01},
        {**SHARE, "count": 0},
        {**SHARE, "count": True},
        {**SHARE, "count": "100"},
    ],
)
def test_what_is_none_is_missing(odd: Any) -> None:
    assert figures(odd).of("share") is None
    assert figures(odd).at_most("share", "share", 1.0).passed is False


@pytest.mark.parametrize("result", [{}, {"facts": 3}, {"facts": {"figures": [], "confidence": 0.95}}])
def test_a_result_without_figures_has_none(result: dict[str, Any]) -> None:
    assert Figures(result, 0.95).of("share") is None


def test_what_is_less_sure_than_was_asked_for_is_missing() -> None:
    assert figures(confidence=0.5).of("share") is None


@pytest.mark.parametrize(("most", "passed"), [(0.21, True), (0.2, True), (0.19, False)])
def test_the_upper_end_is_held_against_what_is_allowed(most: float, passed: bool) -> None:
    found = figures().at_most("share", "the share", most, unit="rows")
    assert found.passed is passed
    assert str(found) == (
        f"the share is 0.1000, at most {most:g} with a confidence of 0.95 (the interval's bound: 0.2000, of 100 rows)"
    )


@pytest.mark.parametrize(("fewest", "passed"), [(0.04, True), (0.05, True), (0.06, False)])
def test_the_lower_end_is_held_against_what_is_asked_for(fewest: float, passed: bool) -> None:
    assert figures().at_least("share", "the share", fewest).passed is passed


def test_a_scale_and_no_unit_are_told_plainly() -> None:
    assert str(figures().at_most("share", "it", 0.2, 0.1, unit="")) == "it is 1.0000, at most 2"


def test_numbers_are_finite_and_not_negative() -> None:
    assert is_number(0)
    assert is_number(1.5)
    assert not any(map(is_number, (True, -1, float("inf"), "1", None)))
