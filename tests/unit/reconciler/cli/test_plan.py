"""`setpoint plan`, as people type it."""

from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]


def test_a_plan_tells_what_would_be_done_and_does_nothing(
    repository: Path, say: Say, place: Place, tmp_path: Path
) -> None:
    told = say("plan", "--detailed-exitcode", "--json", *place)
    assert told.code == Exit.CHANGES
    assert {"configure pools/shared"} <= {f"{c['verb']} {c['target']}" for c in told.json["changes"]}
    assert told.json["resources"]["deployments/employment"]["reason"] == "NoModel"
    assert say("plan", "--json", *place).json["digest"] == told.json["digest"], "the same twice"
    assert not list((tmp_path / "home" / "pool").glob("*/*")), "nothing was submitted"


def test_people_read_a_sentence_for_each_change(repository: Path, say: Say, place: Place) -> None:
    told = say("plan", *place)
    assert told.code == Exit.OK
    assert "+ run datasets/employment/" in told.out
    assert "waiting" in told.out


@pytest.mark.usefixtures("repository")
def test_an_unknown_commit_is_refused(say: Say, place: Place) -> None:
    assert say("plan", "--commit", "nonsense", *place).code == Exit.REFUSED
