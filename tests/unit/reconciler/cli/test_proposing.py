"""The command line: proposals by hand, on a real repository and a real data store."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.proposing import propose, target_of
from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from reconciler.wiring import wire
from tests.unit.reconciler.cli.conftest import TRIALS, Say
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.signers import ssh_key

Place = tuple[str, ...]
DEPLOYMENT = "deployments/employment"


@pytest.fixture
def trial(settings: Settings) -> str:
    """Leave a trial with a model in the data store."""
    data, run = GitData(settings.home / "data", "dev"), RunName(TRIALS[0])
    folder = Path(data.open(run).removeprefix("file://"))
    result = {"accepted": True, "facts": {"model": {"digest": f"sha256:{'0' * 64}"}}, "metrics": {"roc_auc": 0.9}}
    result["provenance"] = {"spec": "specs/experiments/employment.yaml", "commit": "c" * 40}
    (folder / "result.json").write_text(json.dumps(result))
    data.commit(run, {"run": run})
    data.merge(run)
    return run


def test_a_proposal_pins_the_trial_in_the_environments_patch(settings: Settings, trial: str, repository: Path) -> None:
    opened = propose(target_of(settings, DEPLOYMENT), trial, "Promote", merge=False)
    show = ["git", "-C", str(repository), "show", f"{opened.branch}:environments/dev/{DEPLOYMENT}.yaml"]
    assert trial in subprocess.run(show, capture_output=True, text=True, check=True).stdout
    assert opened.merged is None


def test_what_is_no_deployment_or_no_trial_is_refused(settings: Settings, trial: str) -> None:
    with pytest.raises(Refused, match="is no deployment"):
        target_of(settings, "deployments/other")
    with pytest.raises(Refused, match="not in the data store"):
        propose(target_of(settings, DEPLOYMENT), TRIALS[1], "Promote", merge=False)


def test_a_graph_is_no_place_for_a_model_and_names_what_is(settings: Settings, repository: Path) -> None:
    graph = "graph: [{router: ensemble, steps: [{deployment: deployments/employment}]}]\n"
    Clone(repository).commit({"specs/deployments/both.yaml": graph})
    with pytest.raises(Refused) as refused:
        target_of(settings, "deployments/both")
    assert str(refused.value) == f"deployments/both combines several models (name one of {DEPLOYMENT})"


def test_a_failed_trial_is_refused_with_what_failed(settings: Settings, failed: str) -> None:
    with pytest.raises(Refused, match=f"^{failed} failed: exit code 1: no module named torch"):
        propose(target_of(settings, DEPLOYMENT), failed, "Promote", merge=False)


def test_promote_and_then_trace(say: Say, place: Place, status: None, trial: str, repository: Path) -> None:
    told = say("promote", trial, DEPLOYMENT, "--merge", "--json", *place)
    assert told.code == Exit.OK, told.err
    assert told.json["merged"]
    again = say("promote", trial, DEPLOYMENT, *place)
    assert again.code == Exit.REFUSED
    assert "already" in again.err


def test_a_model_that_clients_would_find_another_is_proposed_only_by_force(settings: Settings, trial: str) -> None:
    data, other = GitData(settings.home / "data", "dev"), RunName(TRIALS[1])
    for run, name in ((other, "wine"), (RunName("experiments/employment/00000000000f"), "age")):
        folder = Path(data.open(run).removeprefix("file://"))
        result = {"accepted": True, "facts": {"model": {"digest": f"sha256:{'1' * 64}"}}, "metrics": {}}
        (folder / "result.json").write_text(json.dumps(result))
        (folder / "signature.json").write_text(json.dumps({"inputs": [{"name": name, "datatype": "FP32"}]}))
        data.commit(run, {"run": run})
        data.merge(run)
    propose(target_of(settings, DEPLOYMENT), run, "Promote", merge=True)
    with pytest.raises(Refused, match="it asks for wine, which clients don't send; it refuses age"):
        propose(target_of(settings, DEPLOYMENT), other, "Promote", merge=False, alike=True)
    assert propose(target_of(settings, DEPLOYMENT), other, "Promote", merge=False).branch


@pytest.mark.usefixtures("status", "trial")
def test_rollback_names_what_to_do_when_the_former_model_is_gone(say: Say, place: Place) -> None:
    told = say("rollback", DEPLOYMENT, "--to", TRIALS[1], *place)
    assert told.code == Exit.REFUSED
    assert "setpoint compare" in told.err


def test_where_commits_have_to_be_signed_it_merges_with_a_key_that_is_allowed(
    settings: Settings, trial: str, repository: Path, tmp_path: Path
) -> None:
    key, person = ssh_key(tmp_path), Clone(repository)
    file = "environments/dev/environment.yaml"
    text = (repository / file).read_text() + "verification: {commits: signed}\n"
    key.commit(person, {file: text, "environments/dev/allowed_signers": key.public})
    with pytest.raises(Refused, match="no key is here to sign a merge"):
        propose(target_of(settings, DEPLOYMENT), trial, "Promote", merge=True)
    assert "proposals" not in person.git("branch", "--list"), "nothing is left behind"
    signing = replace(settings, signing_key=key.path)
    opened = propose(target_of(signing, DEPLOYMENT), trial, "Promote", merge=True)
    (tmp_path / "signers").write_text(key.public)
    options = ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'signers'}")
    assert person.git(*options, "log", "-1", "--format=%H %G? %GS", "main") == f"{opened.merged} G ada@example.org"
    assert wire(signing).converging.head() == opened.merged
