"""`setpoint get`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_a_resource_is_shown_in_full(say: Say, place: Place) -> None:
    assert say("get", "experiments/employment", "--json", *place).json["facts"]["leaderboard"][0]["rank"] == 1
    assert "leaderboard:" in say("get", "experiments/employment", *place).out


@pytest.mark.usefixtures("status")
def test_the_nearest_name_is_told(say: Say, place: Place) -> None:
    told = say("get", "experiments/employmnt", *place)
    assert told.code == Exit.REFUSED
    assert "did you mean experiments/employment?" in told.err
