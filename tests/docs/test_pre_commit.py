"""The hooks for clones: each entry is run as pre-commit runs it, at the top of a repository."""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.checkout import SPEC, change, checkout, clean, git
from tests.docs.test_action import blocks

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
BY_ID = {hook["id"]: hook for hook in HOOKS}
FIELDS = {
    "id",
    "name",
    "description",
    "entry",
    "args",
    "language",
    "files",
    "pass_filenames",
    "verbose",
    "stages",
    "minimum_pre_commit_version",
}
SHOWN = {one["id"]: one for one in blocks(".pre-commit-config.yaml")["repos"][0]["hooks"]}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return checkout(tmp_path)


def run(hook: str, clone: Path) -> subprocess.CompletedProcess[str]:
    """Run a hook's entry with the arguments that the page gives it, or its own."""
    program, *words = shlex.split(BY_ID[hook]["entry"])
    assert program == "setpoint"
    given = SHOWN[hook].get("args", BY_ID[hook].get("args", []))
    line = [sys.executable, "-m", "reconciler", *words, *given]
    home = {"SETPOINT_HOME": str(clone.parent / "home"), "PYTHONPATH": str(ROOT)}
    return subprocess.run(line, cwd=clone, env=clean() | home, capture_output=True, text=True, check=False)


def test_the_hooks_say_what_pre_commit_has_to_know() -> None:
    assert list(BY_ID) == ["setpoint-validate", "setpoint-plan"]
    for hook in HOOKS:
        assert set(hook) <= FIELDS
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False, "specs are read together, whichever of them changed"
        assert set(hook["stages"]) <= {"pre-commit", "pre-push", "manual"}


def test_the_page_shows_hooks_that_are_there_at_stages_that_they_have() -> None:
    assert set(SHOWN) == set(BY_ID)
    types = set(blocks(".pre-commit-config.yaml")["default_install_hook_types"])
    assert all(types & set(hook["stages"]) for hook in HOOKS)


def test_sound_specs_pass_and_broken_ones_fail_with_their_place_committed_or_not(clone: Path) -> None:
    assert run("setpoint-validate", clone).returncode == 0
    spec = clone / SPEC
    spec.write_text(spec.read_text().replace("seed: 7", "seed: seven"))
    told = run("setpoint-validate", clone)
    assert told.returncode == 3
    assert f"{SPEC}:10:" in told.stdout


def test_a_push_shows_what_its_merge_would_change_and_fetches_nothing(clone: Path) -> None:
    change(clone, "seed: 7", "seed: 8")
    git(clone, "remote", "set-url", "origin", "https://nowhere.invalid/models.git")
    told = run("setpoint-plan", clone)
    assert told.returncode == 0, told.stderr
    assert "| `experiments/employment` | `seed` | `7` | `8` |" in told.stdout


def test_a_push_of_broken_specs_is_stopped(clone: Path) -> None:
    change(clone, "seed: 7", "seed: seven")
    told = run("setpoint-plan", clone)
    assert told.returncode == 3
    assert f"{SPEC}:10:" in told.stdout
