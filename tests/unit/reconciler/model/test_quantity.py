"""Quantities and durations."""

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from reconciler.model.quantity import Duration, Quantity, format_duration, parse_duration, parse_quantity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (2, 2.0), (0.5, 0.5), ("2", 2.0), ("500m", 0.5), ("2k", 2000.0), ("1.5Gi", 1.5 * 2**30), ("8M", 8e6),
        (" 1Ti ", 2.0**40), ("0", 0.0), ("1P", 1e15), ("1Pi", 2.0**50), ("1Ki", 1024.0), ("1Mi", 2.0**20), ("1G", 1e9),
        ("1T", 1e12),
    ],
)  # fmt: skip
def test_quantities(text: Any, number: float) -> None:
    assert parse_quantity(text) == pytest.approx(number)


@pytest.mark.parametrize(
    "text",
    ["", "-1", "2gi", "2 Gi", "2GB", "1e3", "m", ".5", "1.", "٣", "1" * 50, None, True, [], -1, math.inf, math.nan],
)
def test_other_values_are_no_quantities(text: Any) -> None:
    with pytest.raises(ValueError, match="quantity"):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("1h30m", 5400), ("7d", 604800), ("2w", 1209600), ("250ms", 0.25), ("1.5h", 5400), ("0s", 0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert parse_duration(timedelta(seconds=seconds)) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "5 minutes", "1h 30m", "-1s", "1y", "s", "٣s", "36501d", "1" * 39 + "s", None, 5, True, [], "1sx"]
)
def test_other_values_are_no_durations(text: Any) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@given(st.integers(0, 100 * 365 * 86_400_000))
def test_a_duration_is_written_as_it_is_read(milliseconds: int) -> None:
    value = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(value)) == value


def test_a_duration_is_written_largest_units_first() -> None:
    assert format_duration(timedelta(days=8, hours=1, minutes=2, seconds=3, milliseconds=4)) == "8d1h2m3s4ms"
    assert format_duration(timedelta(0)) == "0s"


class Job(BaseModel):
    memory: Quantity
    timeout: Duration


def test_in_a_model_they_come_out_as_json() -> None:
    job = Job.model_validate({"memory": "2Gi", "timeout": "90s"})
    assert job.model_dump(mode="json") == {"memory": 2.0 * 2**30, "timeout": "1m30s"}
    assert Job.model_validate(job.model_dump(mode="json")) == job
