"""A coverage that is missed: told where it surely is, of whatever a job has left."""

from typing import Any

import pytest

from reconciler.controllers.coverage_doubt import coverage_doubt


def told(stated: Any = 0.9, measured: Any = 0.821, interval: Any = (0.79, 0.85)) -> dict[str, Any]:
    between = list(interval) if isinstance(interval, tuple) else interval
    return {"coverage": {"stated": stated, "measured": measured, "interval": between, "rows": 500}}


def test_a_share_that_surely_is_missed_is_told() -> None:
    found = coverage_doubt(told())
    assert "82.1% of the test rows (at most 85.0%, with 95 % confidence)" in found
    assert found.endswith("and 90.0% are stated")


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"coverage": None},
        {"coverage": "0.8"},
        told(interval=(0.79, 0.9)),
        told(measured=0.95, interval=(0.93, 0.97)),
        told(stated=None),
        told(stated=True),
        told(measured="0.8"),
        told(measured=-3),
        told(interval=None),
        told(interval=(0.5,)),
        told(interval=(0.5, float("nan"))),
    ],
    ids=str,
)
def test_what_may_be_chance_or_is_no_figure_isn_t(facts: dict[str, Any]) -> None:
    assert coverage_doubt(facts) == ""
