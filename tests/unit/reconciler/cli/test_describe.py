"""`setpoint describe`, as people type it."""

import pytest

from reconciler.cli.describing import MOST_LINES
from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import open_status
from reconciler.settings import Settings
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.conftest import Say, condition

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_a_resource_on_a_page(say: Say, place: Place, settings: Settings) -> None:
    ready = {"state": "ready", "conditions": [condition(True, "Accepted", "version 2 is merged")]}
    document = {**ready, "facts": {"run": "datasets/digits/2", "made_from": {"source": "b"}}}
    open_status(settings).write({"status/datasets/digits.yaml": dump(document)}, "dev: datasets/digits")
    lines = say("describe", "datasets/digits", *place).out.splitlines()
    assert lines[0] == "datasets/digits in dev: ready"
    assert any("version 2 is merged" in line for line in lines)
    assert any("datasets/digits/2" in line for line in lines)
    assert "  setpoint get datasets/digits --environment dev" in lines
    assert len(lines) <= MOST_LINES
    told = say("describe", "datasets/digits", "--json", *place).json
    assert told["events"][0]["message"] == "version 2 is merged"
    assert told["runs"][0]["run"] == "datasets/digits/2"


@pytest.mark.usefixtures("status")
def test_neighbours_are_those_of_the_specs_that_were_applied(say: Say, place: Place) -> None:
    told = say("describe", "experiments/employment", "--json", *place).json
    assert told["needs"]["datasets/employment"]
    assert "promotions/employment" in told["needed_by"]


@pytest.mark.usefixtures("status")
def test_one_that_isn_t_there_is_told_with_the_nearest(say: Say, place: Place) -> None:
    told = say("describe", "datasets/digit", *place)
    assert told.code == Exit.REFUSED
    assert "did you mean datasets/digits?" in told.err


@pytest.mark.usefixtures("status")
def test_where_no_commit_is_known_the_rest_is_told(say: Say, place: Place, settings: Settings) -> None:
    open_status(settings).write({"pass.yaml": None}, "lost")
    assert "needs: not known, no commit was applied yet" in say("describe", "datasets/digits", *place).out
