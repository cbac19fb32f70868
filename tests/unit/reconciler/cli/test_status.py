"""`setpoint status`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

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
