"""Resources as a list, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]
pytestmark = pytest.mark.usefixtures("status")


def names(say: Say, place: Place, *arguments: str) -> list[str]:
    told = say(*arguments, "-o", "name", *place)
    assert told.code == Exit.OK, told.err
    return told.out.split()


def test_resources_are_chosen_by_kind_team_and_state(say: Say, place: Place) -> None:
    everything = ["datasets/digits", "experiments/employment", "promotions/employment"]
    assert names(say, place, "status") == everything
    assert names(say, place, "status", "--kind", "datasets", "-k", "promotions") == [everything[0], everything[2]]
    assert names(say, place, "status", "--not-ready") == ["datasets/digits"]
    assert names(say, place, "get", "experiments") == ["experiments/employment"]
    assert names(say, place, "get", "experiments", "--not-ready") == []
    assert names(say, place, "status", "--team", "risk") == everything[1:]


def test_forms(say: Say, place: Place) -> None:
    assert "2026-01-05" in say("get", "datasets", "-o", "wide", *place).out
    assert say("get", "datasets", "-o", "json", *place).json[0]["reason"] == "DataRefused"
    assert say("status", "-o", "json", "-k", "datasets", *place).json[0]["address"] == "datasets/digits"
    assert "has no labels" in say("get", "labels", *place).out


def test_what_there_is_not_is_refused_with_the_nearest(say: Say, place: Place) -> None:
    for arguments in (("get", "dataset"), ("status", "-k", "dataset")):
        told = say(*arguments, *place)
        assert told.code == Exit.REFUSED
        assert "did you mean datasets?" in told.err
    assert "teams: " in say("status", "--team", "nobody", *place).err
