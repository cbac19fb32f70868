"""Where a life came to rest, and how it differs from another."""

import pytest

from reconciler.loop.cycle import Pass
from reconciler.providers.memory.faults import Faults
from reconciler.simulation.ending import Ending, differences, ending, phase, scheduled
from reconciler.simulation.life import Life
from tests.unit.reconciler.simulation.sample import sample
from tests.unit.reconciler.stage import API, LOANS

WANTED = Ending({LOANS: ("ready", "Accepted"), API: ("ready", "Serving")}, frozenset({"version a", "version b"}))


def told(found: Ending, *, timeless: bool = False) -> list[str]:
    return differences(WANTED, found, timeless=timeless)


def test_equal_ends_do_not_differ() -> None:
    assert told(WANTED) == []


def test_what_stands_otherwise_is_told() -> None:
    assert told(Ending({**WANTED.resources, LOANS: ("stalled", "JobFailed")}, WANTED.things)) == [
        f"{LOANS} is stalled JobFailed and should be ready Accepted"
    ]


def test_what_is_missing_or_too_much_is_told() -> None:
    found = Ending(WANTED.resources, frozenset({"version b", "version c"}))
    assert told(found) == ["version a is missing", "version c is too much"]


def test_what_follows_from_the_order_of_events_can_be_left_out() -> None:
    found = Ending({LOANS: ("ready", "Accepted")}, frozenset())
    assert told(found, timeless=True) == []
    assert told(Ending({}, frozenset()), timeless=True) == [f"{LOANS} is gone and should be ready Accepted"]


@pytest.fixture(scope="module")
def rest() -> Pass:
    life = Life(["dev"], lambda _: Faults(0, rate=0))
    life.commit(sample(), "begin")
    done = life.rest()
    assert done is not None
    return done[0]


def test_an_end_holds_what_stands_and_what_is_there(rest: Pass) -> None:
    found = ending(rest, frozenset())
    assert found.resources.keys() == phase(rest).keys()
    kinds = {thing.split()[0] for thing in found.things}
    assert {"version", "pool", "revision", "traffic"} <= kinds


def test_what_the_time_of_day_names_is_left_out(rest: Pass) -> None:
    named = frozenset(scheduled(rest.desired))
    assert named == {"monitors/employment"}
    assert not any("monitors/employment/" in thing for thing in ending(rest, named).things)
