"""`setpoint history`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import open_status
from reconciler.settings import Settings
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.conftest import Say, condition

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_what_became_of_a_resource_the_newest_first(say: Say, place: Place, settings: Settings) -> None:
    document = {"state": "ready", "conditions": [condition(True, "Accepted", "version 2 is merged")]}
    open_status(settings).write({"status/datasets/digits.yaml": dump(document)}, "dev: datasets/digits")
    open_status(settings).write({"status/datasets/digits.yaml": None}, "dev: datasets/digits")
    told = say("history", "datasets/digits", "--json", *place).json
    assert [event["state"] for event in told] == ["removed", "ready", "stalled"]
    assert told[1]["message"] == "version 2 is merged"
    shown = say("history", "datasets/digits", "-n", "2", *place).out
    assert "version 2 is merged" in shown
    assert "too few rows" not in shown


@pytest.mark.usefixtures("status")
def test_a_stranger_is_refused_with_the_nearest(say: Say, place: Place) -> None:
    told = say("history", "datasets/digit", *place)
    assert told.code == Exit.REFUSED
    assert "did you mean datasets/digits?" in told.err
