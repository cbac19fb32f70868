"""`setpoint compare`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


@pytest.mark.usefixtures("status")
def test_trials_stand_side_by_side(say: Say, place: Place) -> None:
    told = say("compare", "experiments/employment", *place)
    assert told.out.index("0.9100") < told.out.index("0.8800")
    assert "0.9000 to 0.9200" in told.out
    assert told.out.index("roc_auc (validation)") < told.out.index("roc_auc (test)")


@pytest.mark.usefixtures("status")
def test_a_trial_is_chosen_by_the_beginning_of_its_digest(say: Say, place: Place) -> None:
    assert len(say("compare", "experiments/employment", "bbb", "--json", *place).json) == 1


@pytest.mark.usefixtures("status")
def test_what_has_no_leaderboard_is_refused(say: Say, place: Place) -> None:
    assert say("compare", "datasets/digits", *place).code == Exit.REFUSED
    assert say("compare", "experiments/employment", "ccc", *place).code == Exit.REFUSED


@pytest.mark.usefixtures("failed")
def test_a_failed_trial_has_no_rank_but_its_message(say: Say, place: Place) -> None:
    lines = say("compare", "experiments/employment", *place).out.splitlines()
    (row,) = (line.split() for line in lines if line.split()[:1] == ["dddddddddddd"] and len(line.split()) == 2)
    assert row == ["dddddddddddd", "failed"]
    assert "dddddddddddd failed: exit code 1: no module named torch" in lines
