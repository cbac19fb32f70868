"""Commits as people name them, in a clone whose commits aren't pushed."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say

SPEC = "specs/pools/shared.yaml"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(repository: Path, tmp_path: Path, status: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a clone of the watched repository with one commit that isn't pushed; one stands in it."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(repository), str(folder)], check=True)
    (folder / SPEC).write_text("capacity: {cpus: 7}\n")
    git(folder, "commit", "-qam", "seven")
    monkeypatch.chdir(folder)
    return folder


def test_head_is_that_of_the_clone(clone: Path, say: Say) -> None:
    commit = git(clone, "rev-parse", "HEAD").strip()
    assert (
        say("diff", "HEAD", "-e", "dev", "--json").json
        == [{"sign": "+", "address": "pools/shared", "field": "capacity.cpus", "old": None, "new": 7.0}]
        or say("diff", "HEAD", "-e", "dev", "--json").json[0]["new"] == 7.0
    )
    told = say("plan", "--commit", "HEAD", "-e", "dev", "--json").json
    assert told["commit"] == commit


def test_without_a_commit_the_watched_branch_is_meant(clone: Path, repository: Path, say: Say) -> None:
    told = say("plan", "-e", "dev", "--json").json
    assert told["commit"] == git(repository, "rev-parse", "main").strip()


def test_a_revision_that_nobody_has_is_refused(clone: Path, say: Say) -> None:
    told = say("diff", "nothing-like-it", "-e", "dev")
    assert told.code == Exit.REFUSED
    assert "is no commit" in told.err
