"""Watermarks of every kind."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from runners.contract import InputError
from runners.sources.watermarks import as_json, before, from_json

NOON = datetime(2024, 3, 1, 12, 0, 30)  # noqa: DTZ001, databases have moments without a zone


@pytest.mark.parametrize(
    "value", [7, -1, 0.5, "2024-01-01", "", Decimal("1.10"), NOON, NOON.replace(tzinfo=UTC), date(2024, 3, 1), None]
)
def test_what_is_kept_is_the_same_again(value: Any) -> None:
    found = from_json(as_json(value))
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", [True, b"x", [1]])
def test_what_doesnt_grow_is_none(value: Any) -> None:
    with pytest.raises(InputError, match="a number, a moment or a text"):
        as_json(value)


@pytest.mark.parametrize("told", [7, {}, {"colour": 1}, {"moment": "soon"}, {"integer": []}, {"decimal": "x"}])
def test_what_is_no_watermark_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(told)


@pytest.mark.parametrize(
    ("value", "lag", "bound"),
    [
        (None, 9, None),
        (7, 0, 7),
        (7, 2.5, 4),
        (7.5, 2.5, 5.0),
        (Decimal("7.5"), 2.5, Decimal("5.0")),
        (NOON, 60, datetime(2024, 3, 1, 11, 59, 30)),  # noqa: DTZ001
        (date(2024, 3, 1), 3600, date(2024, 2, 29)),
        ("2024-03-01", 3600, "2024-02-29"),
        ("2024-03-01 12:00", 90, "2024-03-01 11:58"),
        ("2024-03-01T12:00:30", 60, "2024-03-01T11:59:30"),
        ("2024-03-01 12:00:30.123456", 60, "2024-03-01 11:59:30"),
        ("2024-03-01T12:00:30Z", 60, "2024-03-01T11:59:30"),
        ("2024-03-01 12:00:30+02:00", 60, "2024-03-01 11:59:30"),
        ("no moment", 0, "no moment"),
        (datetime(1, 1, 1), 60, datetime(1, 1, 1)),  # noqa: DTZ001
    ],
)
def test_a_lag_goes_back_far_enough(value: Any, lag: float, bound: Any) -> None:
    assert before(value, lag) == bound


def test_a_text_that_is_no_moment_has_no_lag() -> None:
    with pytest.raises(InputError, match="texts that are no moments"):
        before("row-7", 60)
