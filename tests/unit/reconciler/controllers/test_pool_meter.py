"""A pool's meter: it counts exactly, stays small, and writes nothing while nothing changes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.controllers.pool_meter import LADDER, MOST, begins, read_on

START = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)


def live(*spells: tuple[float, Mapping[str, float]]) -> Mapping[str, Any] | None:
    """Read a meter on, so many seconds after each other; each use holds until the next reading."""
    meter, now = None, START
    for seconds, used in spells:
        meter = read_on(meter, used, "cpus", 4.0, now)
        now += timedelta(seconds=seconds)
    return read_on(meter, {}, "cpus", 4.0, now)


def seconds_of(meter: Mapping[str, Any], team: str) -> float:
    return sum(told.get(team, 0.0) for told in begins(meter).values()) * meter["slot"]


def test_a_pool_that_was_never_used_has_none() -> None:
    assert read_on(None, {}, "cpus", 4.0, START) is None


def test_each_slot_has_the_mean_use_of_each_team() -> None:
    meter = live((90, {"risk": 2.0}), (30, {"risk": 1.0, "vision": 1.0}))
    assert meter
    assert begins(meter) == {START: {"risk": 2.0}, START + timedelta(minutes=1): {"risk": 1.5, "vision": 0.5}}
    some = live((20, {"risk": 1.0}), (100, {}))
    assert some
    assert begins(some)[START] == {"risk": 0.3333}


def test_a_slot_has_a_minute_then_more_up_to_an_hour() -> None:
    assert LADDER == (60, 300, 900, 3600), "slots would begin at odd times of the day"
    assert all(longer % shorter == 0 for shorter, longer in pairwise(LADDER))


def test_while_nothing_changes_it_is_the_very_same() -> None:
    meter = read_on(None, {"risk": 2.0}, "cpus", 4.0, START)
    assert read_on(meter, {"risk": 2.0}, "cpus", 4.0, START + timedelta(hours=3)) is meter
    assert read_on(meter, {"risk": 2.0}, "cpus", 8.0, START + timedelta(hours=3)) is not meter


def test_it_counts_anew_in_another_unit() -> None:
    meter = read_on(live((60, {"risk": 2.0})), {"risk": 1.0}, "gpus", 8.0, START)
    assert meter
    assert (meter["unit"], meter["of"], meter["slots"]) == ("gpus", 8.0, {})


@pytest.mark.parametrize(
    "odd",
    [
        {"slots": {"noon": {}}},
        {"slots": {"2026-01-07T12:00": {}}},
        {"slots": 3},
        {"slot": 7},
        {"now": {"a": "b"}},
        {"since": 5},
    ],
)
def test_what_somebody_broke_is_begun_anew(odd: dict[str, Any]) -> None:
    sound = live((60, {"risk": 2.0}))
    assert sound
    meter = read_on({**sound, **odd}, {"risk": 1.0}, "cpus", 4.0, START)
    assert meter
    assert meter["slots"] == {}


@given(st.lists(st.tuples(st.integers(1, 20_000), st.integers(0, 4)), min_size=1, max_size=30))
def test_no_second_is_lost_while_it_covers_them_all(spells: list[tuple[int, int]]) -> None:
    meter = live(*((seconds, {"risk": float(cores)} if cores else {}) for seconds, cores in spells))
    wanted = sum(seconds * cores for seconds, cores in spells)
    assert (seconds_of(meter, "risk") if meter else 0.0) == pytest.approx(
        wanted, abs=0.5 * len(spells) * LADDER[-1] / 60
    )


@pytest.mark.slow
def test_it_stays_small_and_keeps_the_newest_days() -> None:
    meter = live(*((3000, {"risk": float(1 + number % 2)}) for number in range(2000)))
    assert meter
    assert len(meter["slots"]) <= MOST + 1
    assert meter["slot"] == LADDER[-1]
    newest = max(begins(meter))
    assert START + timedelta(seconds=3000 * 2000) - newest <= timedelta(hours=1)
    assert newest - min(begins(meter)) <= timedelta(seconds=MOST * LADDER[-1])
