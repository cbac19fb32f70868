"""Each unit counts once, by its first request, when it is old enough."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from runners.ab_test.units import Dealt, dealt
from tests.unit.runners.ab_test.dealing import START, Line, event, log, params


def read(folder: Path, *events: Line, **told: Any) -> Dealt:
    return dealt(log(folder / "logs", events), params(**told))


def numbers(found: Dealt) -> list[tuple[str, int]]:
    return [(unit.id, unit.arm) for unit in found.fresh]


def test_requests_are_units_in_the_order_of_time(tmp_path: Path) -> None:
    found = read(tmp_path, event(5, 1), event(2, 0), event(9, 1, seconds=7195), event(3, 0))
    assert numbers(found) == [("e2", 0), ("e3", 0), ("e5", 1)]
    assert (found.waiting, found.requests, found.crossed) == (1, (2, 2), 0)


def test_an_event_that_is_told_twice_is_one_unit(tmp_path: Path) -> None:
    assert numbers(read(tmp_path, event(1, 0), event(1, 0))) == [("e1", 0)]


def test_a_key_counts_by_its_first_request_whoever_answers_later(tmp_path: Path) -> None:
    events = (event(3, 0, unit="ada"), event(1, 0, unit="ada"), event(4, 1, unit="ada"), event(2, 1, unit="bob"))
    found = read(tmp_path, *events, event(6, 1), keyed=True)
    assert numbers(found) == [("e1", 0), ("e2", 1), ("e6", 1)]
    assert (found.crossed, found.keyless, found.requests) == (1, (0, 1), (2, 3))
    assert len(read(tmp_path / "other", *events).fresh) == 4, "without a key each request is a unit"


def test_who_was_counted_isn_t_counted_again(tmp_path: Path) -> None:
    former = {"until": (START + timedelta(seconds=10)).isoformat(), "assigned": [1, 1]}
    events = (event(1, 0, unit="ada"), event(2, 1, unit="bob"), event(11, 0, unit="ada"), event(12, 1, unit="cyd"))
    found = read(tmp_path, *events, keyed=True, former=former)
    assert numbers(found) == [("e12", 1)]
    assert found.before == 2
    assert numbers(read(tmp_path, former=former)) == [("e11", 0), ("e12", 1)]


def test_what_isn_t_of_the_test_is_passed_over(tmp_path: Path) -> None:
    other = {**event(1, 0), "subject": "f" * 12}
    early, late = event(2, 0, seconds=-1), event(3, 0, seconds=7200)
    folder = log(tmp_path / "logs", [other, early, late, event(4, 1)])
    (folder / "x.jsonl").write_text(f'half a line {"0" * 12}\n{{"subject": "{"0" * 12}"}}\n')
    assert numbers(dealt(folder, params())) == [("e4", 1)]


def test_of_a_row_its_name_alone_is_held(tmp_path: Path) -> None:
    folder = log(tmp_path / "logs", [event(1, 0), event(2, 1, status=500, error="no")])
    (first, failed) = dealt(folder, params(), "id").fresh
    assert first.data == {"status": 200, "seconds": 0.01, "rows": [1], "prediction": ["yes"]}
    assert failed.data == {"status": 500, "seconds": 0.01}
    assert dealt(folder, params()).fresh[0].data == {"status": 200, "seconds": 0.01}
