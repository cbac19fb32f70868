"""`setpoint verify` as it is typed: what it looks at, what it says, and how it exits."""

import json
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.model.ids import RunName
from reconciler.provenance.envelope import Envelope
from reconciler.provenance.statement import FILE
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from tests.unit.reconciler.cli.conftest import TRIALS, Say
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.provenance import made

Place = tuple[str, ...]


@pytest.fixture
def trial(settings: Settings) -> str:
    """Leave a trial with a model in the data store, whose statement is about another one."""
    data, run = GitData(settings.home / "data", "dev"), RunName(TRIALS[0])
    folder = Path(data.open(run).removeprefix("file://"))
    (folder / "result.json").write_text(
        json.dumps({"accepted": True, "facts": {"model": {"digest": made.MODEL.digest}}})
    )
    data.commit(run, {"run": run}, {FILE: Envelope(made.payload()).line()})
    data.merge(run)
    return run


def test_a_link_that_does_not_hold_is_told_and_is_the_exit_code(say: Say, place: Place, trial: str) -> None:
    told = say("verify", trial, *place)
    assert told.code == Exit.BROKEN
    assert "not ok        statement  it is about experiments/score/0123456789ab and not about " in told.out
    assert "not looked at data" in told.out
    assert told.out.endswith("1 link of 5 holds, 1 does not, 3 were not looked at\n")


def test_of_a_graph_each_model_is_followed_back(say: Say, place: Place, trial: str, repository: Path) -> None:
    pin = f"model: {{trial: {trial}, digest: '{made.MODEL.digest}'}}\n"
    graph = "graph: [{router: ensemble, steps: [{deployment: deployments/employment}, {deployment: deployments/b}]}]\n"
    files = {"environments/dev/deployments/employment.yaml": pin, "specs/deployments/both.yaml": graph}
    person = Clone(repository)
    person.commit({**files, "specs/deployments/b.yaml": "{}\n"})
    told = say("verify", "deployments/both", *place)
    assert (told.code, "no model is pinned in deployments/b yet" in told.err) == (Exit.REFUSED, True)
    person.commit({"specs/deployments/b.yaml": pin})
    found = say("verify", "deployments/both", "--json", *place).json["links"]
    names = [link["link"] for link in found]
    assert names[:5] == ["endpoint", "employment, pin", "b, pin", "employment, model", "employment, statement"]
    assert found[0]["what"] == "nothing has any traffic"
    assert [link["verdict"] for link in found[1:4]] == ["ok", "not looked at", "ok"]


def test_json_has_every_link(say: Say, place: Place, trial: str) -> None:
    told = say("verify", trial, "--json", *place)
    assert (told.code, told.json["verified"], told.json["subject"]) == (Exit.BROKEN, False, trial)
    assert [link["link"] for link in told.json["links"]] == ["model", "statement", "files", "specs", "data"]


@pytest.mark.usefixtures("trial")
@pytest.mark.parametrize(
    ("subject", "what"),
    [
        ("deployments/employment", "has no model yet"),
        ("deployments/nothing", "is no deployment of dev, and no trial"),
        (TRIALS[1], "has left no model that is in the data store"),
    ],
)
def test_what_can_not_be_verified_is_refused(say: Say, place: Place, subject: str, what: str) -> None:
    told = say("verify", subject, *place)
    assert told.code == Exit.REFUSED
    assert what in told.err


def test_a_model_without_a_statement_is_not_looked_at_and_strictly_that_is_an_error(
    say: Say, place: Place, settings: Settings
) -> None:
    data, run = GitData(settings.home / "data", "dev"), RunName(TRIALS[1])
    folder = Path(data.open(run).removeprefix("file://"))
    (folder / "result.json").write_text(
        json.dumps({"accepted": True, "facts": {"model": {"digest": made.MODEL.digest}}})
    )
    data.commit(run, {})
    data.merge(run)
    told = say("verify", run, *place)
    assert told.code == Exit.OK
    assert "an older version of Setpoint trained it" in told.out
    assert say("verify", run, "--strict", *place).code == Exit.BROKEN
