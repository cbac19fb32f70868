"""A payload log is read as far as it can be read, and nothing in it counts twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from runners.monitor import payloads
from runners.monitor.parameters import Window
from runners.monitor.payloads import COUNTED, Log, read_log
from tests.unit.runners.monitor.traffic import START, TRIAL, compact, event, listed, write_log

ROWS = [{"AGEP": 40, "id": 1, "prediction": 1, "predicted_probability": 0.9}]
EVERYTHING = Window()


def told(number: int, **data: Any) -> dict[str, Any]:
    return event(number, ROWS, **data)


def left_out(log: Log) -> dict[str, int]:
    return {name: count for name, count in log.counts.items() if count and name != "events"}


def test_rows_are_read_in_the_order_of_time_from_all_files(tmp_path: Path) -> None:
    write_log(tmp_path / "replica-1", [told(3), told(1)])
    write_log(tmp_path / "replica-2" / "deep", [told(2)])
    log = read_log(tmp_path.as_uri(), EVERYTHING)
    assert [one.where for one in log.predictions] == ["e1#0", "e2#0", "e3#0"]
    assert log.predictions[0].row == {"AGEP": 40, "id": 1}
    assert (log.predictions[0].prediction, log.predictions[0].probability) == (1, 0.9)
    assert log.counts == dict.fromkeys(COUNTED, 0) | {"events": 3}
    assert log.seconds == [0.004] * 3


def test_a_log_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert read_log((tmp_path / "logs").as_uri(), EVERYTHING) == Log()


@pytest.mark.parametrize(
    "line",
    [
        '{"specversion": "1.0", "id": "e',
        "[]",
        "null",
        '"text"',
        '{"id": "a", "data": {}}',
        '{"id": "a", "time": "yesterday", "data": {}}',
    ],
)
def test_a_broken_line_is_counted_and_passed_over(tmp_path: Path, line: str) -> None:
    log = read_log(write_log(tmp_path, [told(1), line, told(2)]), EVERYTHING)
    assert len(log.predictions) == 2
    assert left_out(log) == {"broken": 1}


@pytest.mark.parametrize(
    "data",
    [
        {"rows": None},
        {"rows": [1]},
        {"prediction": []},
        {"prediction": None},
        {"probability": [0.1, 0.9]},
        {"rows": []},
    ],
)
def test_an_event_whose_rows_lack_their_answers_is_broken(tmp_path: Path, data: dict[str, Any]) -> None:
    log = read_log(write_log(tmp_path, [told(1, **data)]), EVERYTHING)
    assert not log.predictions
    assert left_out(log) == {"broken": 1}


def test_bytes_that_are_no_text_are_a_broken_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe\n")
    assert left_out(read_log(tmp_path.as_uri(), EVERYTHING)) == {"broken": 1}


def test_an_event_counts_once(tmp_path: Path) -> None:
    write_log(tmp_path, [told(1), told(2)])
    log = read_log(write_log(tmp_path, [told(1)], "b.jsonl"), EVERYTHING)
    assert len(log.predictions) == 2
    assert left_out(log) == {"duplicates": 1}


def test_only_the_window_counts(tmp_path: Path) -> None:
    window = Window(start=START + timedelta(seconds=1), end=START + timedelta(seconds=3))
    log = read_log(write_log(tmp_path, [told(number) for number in range(5)]), window)
    assert [one.where for one in log.predictions] == ["e1#0", "e2#0"]
    assert left_out(log) == {"outside": 3}


def test_times_are_read_as_rfc_3339_writes_them(tmp_path: Path) -> None:
    times = ["2026-03-01T10:00:00Z", "2026-03-01T11:00:00.123456789+01:00", "2026-03-01T10:00:00"]
    events = [told(number) | {"time": time} for number, time in enumerate(times)]
    window = Window(start=START, end=START + timedelta(seconds=1))
    assert len(read_log(write_log(tmp_path, events), window).predictions) == 3


def test_failed_requests_are_counted_and_have_no_answers(tmp_path: Path) -> None:
    failed = [told(1, status=500, prediction=None), told(2, status=400, rows=None)]
    log = read_log(write_log(tmp_path, [*failed, told(3)]), EVERYTHING)
    assert len(log.predictions) == 1
    assert left_out(log) == {"failed": 2}


def test_other_models_are_left_out(tmp_path: Path) -> None:
    events = [told(1), told(2, model="experiments/employment/ffffffffffff"), told(3, model=None)]
    log = read_log(write_log(tmp_path, events), EVERYTHING, TRIAL)
    assert [one.where for one in log.predictions] == ["e1#0", "e3#0"]
    assert left_out(log) == {"other_models": 1}


def test_other_events_in_the_log_are_not_ours(tmp_path: Path) -> None:
    assert not read_log(write_log(tmp_path, [told(1) | {"type": "io.other"}]), EVERYTHING).predictions


def test_a_model_without_probabilities_is_read(tmp_path: Path) -> None:
    log = read_log(write_log(tmp_path, [told(1, probability=None)]), EVERYTHING)
    assert log.predictions[0].probability is None


def test_a_row_of_a_model_without_probabilities_is_told_as_any_other(tmp_path: Path) -> None:
    """Lines as a replica writes them, which are read as columns, and out of order."""
    events = [listed(event(second, ROWS * 3)) for second in (1, 4002, 4001)]
    for one in events:
        del one["data"]["probability"]
    write_log(tmp_path, [compact(events[0])], "a.jsonl")
    url = write_log(tmp_path, [compact(one) for one in events[1:]], "b.jsonl")
    found = read_log(url, Window(start=START + timedelta(seconds=4000)), names=("AGEP", "id")).predictions
    assert [one.probability for one in found] == [None] * 6
    assert found[0].where == "e4001#0"


def test_of_a_long_log_rows_are_drawn_by_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "MOST_ROWS", 4)
    url = write_log(tmp_path, [told(number) for number in range(10)])
    logs = [read_log(url, EVERYTHING, seed=seed) for seed in range(40)]
    assert all((len(log.predictions), log.rows, left_out(log)) == (4, 10, {"thinned": 6}) for log in logs)
    assert all([one.time for one in log.predictions] == sorted(one.time for one in log.predictions) for log in logs)
    assert {one.where for log in logs for one in log.predictions} == {f"e{number}#0" for number in range(10)}
    assert read_log(url, EVERYTHING, seed=3).predictions == logs[3].predictions


def test_what_is_kept_of_a_row_can_be_said(tmp_path: Path) -> None:
    url = write_log(tmp_path, [told(number) for number in range(2)])
    log = read_log(url, EVERYTHING, kept=lambda row: {"fields": len(row)})
    assert [tuple(one.row) for one in log.predictions] == [("fields",)] * 2


def test_of_one_moment_the_rows_of_an_event_stay_together(tmp_path: Path) -> None:
    first, second = (event(1, ROWS * 2) | {"id": name} for name in ("e2", "e1"))
    write_log(tmp_path / "replica-1", [first])
    write_log(tmp_path / "replica-2", [second])
    log = read_log(tmp_path.as_uri(), EVERYTHING)
    assert [one.where for one in log.predictions] == ["e1#0", "e1#1", "e2#0", "e2#1"]
