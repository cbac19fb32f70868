"""What people do on the page is made by the commands' code, in a real repository, under their own names."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.cli.acting import Commands
from reconciler.cli.status_reader import open_status, read_status
from reconciler.model.errors import Refused, SetpointError
from reconciler.model.ids import Address, RunName
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from reconciler.web.pages.acting import Act, Verb
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.conftest import TRIALS

ADA = "Ada Lovelace <ada@example.org>"
DIGITS, DEPLOYMENT = "datasets/digits", "deployments/employment"


def act(verb: Verb, address: str, said: str = "") -> Act:
    return Act(verb, "dev", address, said, ADA)


def written(repository: Path, ref: str) -> list[str]:
    line = ["git", "-C", str(repository), "log", "-1", "--format=%an <%ae>%n%cn%n%s", ref]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.usefixtures("status")
def test_controls_are_commits_of_who_asks(settings: Settings, repository: Path) -> None:
    commands = Commands({"dev": settings})
    assert commands(act(Verb.RECONCILE, DIGITS)).words == f"{DIGITS} is asked for in dev"
    assert written(repository, "setpoint/dev") == [ADA, "Setpoint", f"dev: reconcile {DIGITS}"]
    commands(act(Verb.SUSPEND, DIGITS, "an incident"))
    control = read_status(settings).controls.resources[Address(DIGITS)]
    assert (control.suspended, control.reason, control.requested is not None) == (True, "an incident", True)
    commands(act(Verb.RESUME, DIGITS))
    assert not read_status(settings).controls.resources[Address(DIGITS)].suspended
    assert written(repository, "setpoint/dev") == [ADA, "Setpoint", f"dev: resume {DIGITS}"]


@pytest.mark.usefixtures("status")
def test_an_approval_is_one_that_is_asked_for(settings: Settings, repository: Path) -> None:
    note = "approve with `setpoint apply --approve 0123456789ab`"
    open_status(settings).write({"pass.yaml": dump({"environment": "dev", "notes": [note]})}, "dev: asks")
    commands = Commands({"dev": settings})
    with pytest.raises(Refused, match="no approval of 01"):
        commands(act(Verb.APPROVE, "", "01"))
    commands(act(Verb.APPROVE, "", "0123456789ab"))
    assert read_status(settings).controls.approved == {"0123456789ab"}
    assert written(repository, "setpoint/dev") == [ADA, "Setpoint", "dev: approve 0123456789ab"]


@pytest.mark.usefixtures("status")
def test_a_proposal_is_a_branch_of_who_asks(settings: Settings, repository: Path) -> None:
    data, run = GitData(settings.home / "data", "dev"), RunName(TRIALS[0])
    folder = Path(data.open(run).removeprefix("file://"))
    result = {"accepted": True, "facts": {"model": {"digest": f"sha256:{'0' * 64}"}}, "metrics": {"roc_auc": 0.9}}
    result["provenance"] = {"spec": "specs/experiments/employment.yaml", "commit": "c" * 40}
    (folder / "result.json").write_text(json.dumps(result))
    data.commit(run, {"run": run})
    data.merge(run)
    commands = Commands({"dev": settings})
    done = commands(act(Verb.PROPOSE, DEPLOYMENT, TRIALS[0]))
    assert done.branch.startswith(f"proposals/dev/{DEPLOYMENT}/")
    author, committer, title = written(repository, done.branch)
    assert (author, committer, TRIALS[0] in title) == (ADA, "Setpoint", True)
    again = commands(act(Verb.PROPOSE, DEPLOYMENT, TRIALS[0]))
    assert again == done, "asked for twice, it is there once"
    with pytest.raises(Refused, match="not in the data store"):
        commands(act(Verb.ROLLBACK, DEPLOYMENT, TRIALS[1]))


@pytest.mark.usefixtures("status")
def test_a_push_that_is_declined_is_told_with_what_to_do(settings: Settings, repository: Path, tmp_path: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho protected >&2\nexit 1\n")
    hook.chmod(0o755)
    far = replace(settings, repository=f"file://{repository}", home=tmp_path / "other")
    with pytest.raises(SetpointError) as raised:
        Commands({"dev": far})(act(Verb.SUSPEND, DIGITS, "an incident"))
    assert raised.value.hint
    assert written(repository, "setpoint/dev")[0] != ADA
