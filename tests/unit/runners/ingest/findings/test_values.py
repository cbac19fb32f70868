"""Values that are probably none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.unit.runners.ingest.findings.looked import found_in, kinds

CHANCE = np.random.default_rng(11)
NORMAL, WHOLE = CHANCE.normal(100, 5, 2000), CHANCE.integers(0, 90, 2000)


def of(values: Any, type_: Any) -> set[str]:
    return kinds(found_in({"x": values}, {"x": type_}))


@pytest.mark.parametrize(
    ("values", "is_odd"),
    [
        (np.append(NORMAL, 1e4), True),
        (np.append(NORMAL, -1e4), True),
        (NORMAL, False),
        (np.append(NORMAL, 130), False),
        (CHANCE.lognormal(0, 2.5, 50_000), False),
        (CHANCE.exponential(1, 50_000), False),
        (CHANCE.pareto(1.1, 50_000) + 1, False),
        (CHANCE.standard_t(4, 50_000), False),
        (np.append(CHANCE.lognormal(0, 1, 5000), 1e9), True),
        (np.repeat([0.0, 1.0], [1990, 10]), False),
        (np.append(CHANCE.normal(size=20), 1e9), False),
    ],
)
def test_outliers_are_far_from_long_tails_too(values: Any, is_odd: bool) -> None:
    assert ("outliers" in of(values, "number")) == is_odd


@pytest.mark.parametrize(
    ("values", "is_odd"),
    [
        (np.append(WHOLE, [-999] * 3), True),
        (np.append(WHOLE, [-999] * 2), False),
        (np.append(WHOLE - 1, [-9] * 40), False),
        (np.append(WHOLE, [999] * 40), True),
        (np.append(WHOLE, [99] * 60), False),
        (CHANCE.integers(0, 1000, 3000), False),
        (CHANCE.integers(-1000, 1000, 3000), False),
        (np.append(CHANCE.integers(0, 10**6, 20_000), [-9999] * 5), True),
    ],
)
def test_codes_stand_apart_and_repeat(values: Any, is_odd: bool) -> None:
    assert ("sentinel_numbers" in of(values, "integer")) == is_odd
    assert ("sentinel_numbers" in of(values.astype(float), "number")) == is_odd


def days(start: datetime, count: int = 800) -> list[datetime]:
    return [start + timedelta(days=int(day)) for day in CHANCE.integers(0, 1000, count)]


@pytest.mark.parametrize(
    ("values", "is_odd"),
    [
        ([*days(datetime(1990, 1, 1, tzinfo=UTC)), datetime(1900, 1, 1, tzinfo=UTC)], True),
        ([*days(datetime(1990, 1, 1, tzinfo=UTC)), datetime(1970, 1, 1, tzinfo=UTC)], True),
        ([*days(datetime(1990, 1, 1, tzinfo=UTC)), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)], True),
        ([*days(datetime(1990, 1, 1, tzinfo=UTC)), datetime(1723, 5, 5, tzinfo=UTC)], True),
        (days(datetime(1990, 1, 1, tzinfo=UTC)), False),
        ([*days(datetime(1970, 1, 2, tzinfo=UTC)), datetime(1970, 1, 1, tzinfo=UTC)], False),
        ([datetime(1900, 1, 1, tzinfo=UTC)] * 50, False),
        ([*days(datetime(1990, 1, 1, tzinfo=UTC)), datetime(2150, 1, 1, tzinfo=UTC)], False),
    ],
)
def test_the_first_and_last_days_of_calendars_are_placeholders(values: Any, is_odd: bool) -> None:
    assert ("placeholder_dates" in of(values, "datetime")) == is_odd


def test_figures_of_outliers_are_counts_and_the_ends_of_the_others() -> None:
    found = found_in({"x": np.append(NORMAL, [1e4, 2e4, -9e5])}, {"x": "number"})
    one = next(f for f in found if f.kind == "outliers")
    assert (one.evidence["below"], one.evidence["above"]) == (1, 2)
    assert one.evidence["low"] == pytest.approx(NORMAL.min(), rel=1e-4)
    assert one.evidence["high"] == pytest.approx(NORMAL.max(), rel=1e-4)
    assert "3 numbers of x lie far" in one.what
