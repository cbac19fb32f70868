"""What `setpoint init --forge` adds: jobs that run as a runner runs them, and owners as each forge reads them."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.forge_files import PROTECTION, forge_files, owner_of
from reconciler.cli.init import write_sample
from reconciler.git.init import begin
from reconciler.model.code_owners import OwnersFile, OwnersSyntax
from reconciler.model.errors import Refused
from reconciler.owners import findings, owned
from tests.house.yardstick import ROOT

FORGES = ("github", "gitea", "gitlab")


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("owner", ["@ada", "@team/risk", "ada@example.org"])
def test_all_files_have_the_owner(forge: str, owner: str) -> None:
    if (forge, owner) == ("gitea", "ada@example.org"):  # which knows no addresses
        with pytest.raises(Refused, match="can't own files on gitea"):
            forge_files(forge, owner, "prod")
        return
    (path,) = (path for path in forge_files(forge, owner, "prod") if path.endswith("CODEOWNERS"))
    text = forge_files(forge, owner, "prod")[path].decode()
    file = OwnersFile(OwnersSyntax(forge), path, text)
    assert not findings(file)
    assert not owned(file, "specs/datasets/x.yaml").flaw
    assert owner.removeprefix("@") in str(owned(file, "specs/datasets/x.yaml"))


@pytest.mark.parametrize("owner", ["", "ada", "@ada\n* @eve", "@a b"])
def test_who_is_nobody_owns_nothing(owner: str) -> None:
    with pytest.raises(Refused, match="can't own files"):
        forge_files("github", owner, "prod")


@pytest.mark.parametrize("forge", FORGES)
def test_what_to_protect_is_told(forge: str) -> None:
    assert "main" in PROTECTION[forge]
    assert "setpoint/*" in PROTECTION[forge]


def job_of(forge: str) -> Any:
    (text,) = (text for path, text in forge_files(forge, "@ada", "prod").items() if not path.endswith("CODEOWNERS"))
    return yaml.safe_load(text)


def steps(forge: str) -> list[str]:
    """Return the scripts of a job."""
    if forge == "gitlab":
        return list(job_of(forge)["setpoint"]["script"])
    return [step["run"] for step in job_of(forge)["jobs"]["specs"]["steps"] if "run" in step]


@pytest.mark.parametrize("forge", ["github", "gitea"])
def test_no_input_is_written_into_a_script(forge: str) -> None:
    assert not any("${{" in script for script in steps(forge))
    job = job_of(forge)
    assert job["permissions"] == {"contents": "read"}
    assert f"setpoint=={version('setpoint')}" in str(job)
    assert not any("secrets." in str(step) for step in job["jobs"]["specs"]["steps"])


@pytest.mark.slow
@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_scripts_check_a_change_and_show_it(forge: str, tmp_path: Path) -> None:
    clone, temporary = changed(tmp_path / "clone"), tmp_path / "temporary"
    (temporary / "setpoint/bin").mkdir(parents=True)
    command = temporary / "setpoint/bin/setpoint"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m reconciler "$@"\n')
    command.chmod(0o755)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GITHUB_", "SETPOINT_"))}
    env |= {"RUNNER_TEMP": str(temporary), "GITHUB_WORKSPACE": str(clone), "GITHUB_BASE_REF": "main"}
    env |= {"CI_PROJECT_DIR": str(clone), "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    env |= {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main", "SETPOINT_HOME": str(tmp_path / "home")}
    env["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary")
    (tmp_path / "summary").touch()
    told = ""
    for script in steps(forge)[1:]:  # the first one installs
        line = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        told += subprocess.run(line, cwd=temporary, env=env, capture_output=True, text=True, check=True).stdout
    assert "| `experiments/employment` | `seed` | `7` | `8` |" in told + (tmp_path / "summary").read_text()


def changed(clone: Path) -> Path:
    """Make a clone with a commit that isn't merged yet."""
    clone.mkdir()
    git = ["git", "-C", str(clone), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "config", "user.name", "Ada"], check=True)
    subprocess.run([*git, "config", "user.email", "ada@example.org"], check=True)
    begin(clone, "Begin", write_sample(clone))
    subprocess.run([*git, "update-ref", "refs/remotes/origin/main", "HEAD"], check=True)
    spec = clone / "specs/experiments/employment.yaml"
    spec.write_text(spec.read_text().replace("seed: 7", "seed: 8"))
    subprocess.run([*git, "checkout", "-q", "--detach"], check=True)
    subprocess.run([*git, "commit", "-qam", "Change"], check=True)
    return clone


def test_the_owner_is_who_works_there(tmp_path: Path) -> None:
    folder = changed(tmp_path / "clone")
    assert owner_of(folder) == "ada@example.org"
    assert owner_of(folder / "new") == "ada@example.org"
