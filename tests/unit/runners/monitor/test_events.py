"""A line is an event, or it is none."""

import json
from datetime import UTC, datetime
from math import isnan

import pytest

from runners.monitor.events import event_of, is_answered, seconds_of
from tests.unit.runners.monitor.traffic import event

ROWS = [{"AGEP": 40, "prediction": 1, "predicted_probability": 0.9}]


def test_an_event_tells_its_name_its_time_and_its_data() -> None:
    found = event_of(json.dumps(event(3, ROWS)).encode())
    assert found
    assert (found.id, found.time) == ("e3", datetime(2026, 3, 1, 10, 0, 3, tzinfo=UTC))
    assert is_answered(found.data)
    assert seconds_of(found.data) == 0.004


@pytest.mark.parametrize("line", [b"{", b"[]", b"\xff", json.dumps(event(1, ROWS, rows=[])).encode()])
def test_what_isn_t_whole_is_none(line: bytes) -> None:
    assert event_of(line) is None


@pytest.mark.parametrize("told", [None, "0.1", True])
def test_a_time_that_is_no_number_is_unknown(told: object) -> None:
    assert isnan(seconds_of({"seconds": told}))


def test_rows_may_be_lists_of_values() -> None:
    found = event_of(json.dumps(event(1, ROWS, columns=["AGEP"], rows=[[40]])).encode())
    assert found
    assert found.data["rows"] == [{"AGEP": 40}]


@pytest.mark.parametrize("columns", [None, [], ["AGEP", "SEX"], [1], "A", {"AGEP": 1}])
def test_rows_of_other_columns_are_broken(columns: object) -> None:
    assert event_of(json.dumps(event(1, ROWS, columns=columns, rows=[[40]])).encode()) is None


def test_what_failed_needs_no_answers() -> None:
    found = event_of(json.dumps(event(1, ROWS, status=500, prediction=None)).encode())
    assert found
    assert not is_answered(found.data)
