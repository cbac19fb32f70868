"""The command line: versions of data proposed by hand, rolled back and traced, on a real repository and data store."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from reconciler.yaml.parse import mapping
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.cli.test_proposing import Place

CENSUS = "datasets/digits"
FIRST, SECOND, OPEN = (f"{CENSUS}/{digit * 12}" for digit in "123")


@pytest.fixture
def versions(settings: Settings) -> None:
    """Leave two versions in the data store, and one that was never accepted."""
    data = GitData(settings.home / "data", "dev")
    for name in (FIRST, SECOND, OPEN):
        run = RunName(name)
        folder = Path(data.open(run).removeprefix("file://"))
        told = {"accepted": True, "content": f"sha256:{name[-12:]}", "facts": {"rows": 5}, "metrics": {"rows": 5}}
        (folder / "result.json").write_text(json.dumps(told))
        data.commit(run, {"run": run})
        if name != OPEN:
            data.merge(run)


def pinned(repository: Path, branch: str = "main") -> Any:
    show = ["git", "-C", str(repository), "show", f"{branch}:environments/dev/{CENSUS}.yaml"]
    return mapping(subprocess.run(show, capture_output=True, check=True).stdout).get("pin")


@pytest.mark.usefixtures("status", "versions")
def test_a_version_is_pinned_by_hand_and_traced_to_who_did(say: Say, place: Place, repository: Path) -> None:
    told = say("promote", FIRST, CENSUS, "--json", *place)
    assert told.code == Exit.OK, told.err
    assert pinned(repository, told.json["branch"]) == {"version": FIRST, "content": "sha256:111111111111"}
    assert say("promote", FIRST, CENSUS, "--merge", *place).code == Exit.OK
    traced = say("trace", CENSUS, "--json", *place).json
    assert (traced["dataset"], traced["version"]["run"]) == (CENSUS, FIRST)
    assert traced["pinned_by"]["title"].startswith("Promote ")
    again = say("promote", FIRST, CENSUS, *place)
    assert (again.code, "is the version of" in again.err) == (Exit.REFUSED, True)


@pytest.mark.usefixtures("status", "versions")
@pytest.mark.parametrize(
    ("run", "why"),
    [
        (f"{CENSUS}/444444444444", "is not in the data store"),
        (OPEN, "was never accepted"),
        ("experiments/employment/aaaaaaaaaaaa", "is not in the data store"),
    ],
)
def test_what_is_no_version_of_it_is_refused(say: Say, place: Place, run: str, why: str) -> None:
    told = say("promote", run, CENSUS, *place)
    assert (told.code, why in told.err) == (Exit.REFUSED, True), told.err


@pytest.mark.usefixtures("status", "versions")
def test_a_rollback_pins_the_former_version_again(say: Say, place: Place, repository: Path) -> None:
    for run in (FIRST, SECOND):
        assert say("promote", run, CENSUS, "--merge", *place).code == Exit.OK
    unknown = say("rollback", CENSUS, *place)
    assert (unknown.code, "no version of" in unknown.err) == (Exit.REFUSED, True)
    assert say("rollback", CENSUS, "--to", FIRST, "--merge", *place).code == Exit.OK
    assert pinned(repository)["version"] == FIRST
