"""`setpoint status`, as people type it."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.cli.exits import Exit
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.cli.test_apply_lease import claim, held

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_every_resource_is_shown_with_its_state(say: Say, place: Place) -> None:
    told = say("status", *place)
    assert told.code == Exit.OK
    assert "datasets/digits" in told.out
    assert "too few rows" in told.out
    assert "a note" in told.out


@pytest.mark.usefixtures("status")
def test_json_holds_the_same(say: Say, place: Place) -> None:
    rows = {row["address"]: row for row in say("status", "--json", *place).json["resources"]}
    assert rows["datasets/digits"]["state"] == "stalled"
    assert rows["experiments/employment"]["reason"] == "Trained"


def test_before_the_first_pass_it_says_how_to_begin(say: Say, place: Place) -> None:
    assert "setpoint run" in say("status", *place).out


@pytest.mark.usefixtures("status")
def test_it_tells_when_the_daemon_was_last_seen(say: Say, place: Place, settings: Settings) -> None:
    assert "no daemon has run here yet" in say("status", *place).out
    held(settings, claim())
    told = say("status", *place)
    assert told.code == Exit.OK
    assert "the daemon was seen 5 s ago: host-9:1" in told.out.replace("6 s", "5 s")
    assert say("status", "--json", *place).json["daemon"]["state"] == "alive"


@pytest.mark.usefixtures("status")
def test_of_a_daemon_that_died_it_doesn_t_say_that_all_is_well(say: Say, place: Place, settings: Settings) -> None:
    held(settings, claim(expires=datetime.now(UTC) - timedelta(hours=3)))
    told = say("status", *place)
    assert told.code == Exit.UNAVAILABLE
    assert "no daemon lives: host-9:1 was last seen 3 h ago" in told.out
    assert say("status", "--json", *place).json["daemon"]["state"] == "dead"
    asked = say("reconcile", "datasets/digits", *place)
    assert asked.code == Exit.UNAVAILABLE
    assert "datasets/digits is asked for in dev\nno daemon lives" in asked.out
    planned = say("plan", *place)
    assert planned.code == Exit.OK
    assert "no daemon lives" in planned.out
    looked = say("doctor", *place)
    assert looked.code == Exit.FAILED
    assert "no daemon lives" in looked.out.replace("\n", " ")


@pytest.mark.usefixtures("status")
def test_of_one_that_was_stopped_it_says_so(say: Say, place: Place, settings: Settings) -> None:
    held(settings, claim(holder="", expires=datetime.now(UTC) - timedelta(hours=3)))
    for verb in (["status"], ["reconcile", "datasets/digits"], ["wait", "experiments/employment"]):
        told = say(*verb, *place)
        assert told.code == Exit.OK
        assert "the last one stopped 3 h ago" in told.out
