"""Locks that a killed git command has left are taken away after a while, and no others."""

import os
import time
from pathlib import Path

import pytest

from reconciler.git.stale_locks import STALE, clear_stale, held

REF = "refs/heads/setpoint/dev"
OURS = (f"{REF}.lock", "packed-refs.lock", "packed-refs.new", "HEAD.lock", "ORIG_HEAD.lock")
OTHERS = ("index.lock", "config.lock", "refs/heads/other.lock", REF)


def leave(git_dir: Path, name: str, seconds: float) -> Path:
    """Leave a file as a command would that was killed so long ago."""
    file = git_dir / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    os.utime(file, (time.time() - seconds,) * 2)
    return file


@pytest.mark.parametrize("name", OURS)
def test_an_old_one_is_taken_away(tmp_path: Path, name: str) -> None:
    file = leave(tmp_path, name, STALE + 1)
    clear_stale(tmp_path, [REF])
    assert not file.exists()


@pytest.mark.parametrize("name", OURS)
def test_a_young_one_is_somebodys(tmp_path: Path, name: str) -> None:
    file = leave(tmp_path, name, STALE / 2)
    clear_stale(tmp_path, [REF])
    assert file.exists()
    assert held(tmp_path, [REF]) == file


@pytest.mark.parametrize("name", OTHERS)
def test_what_belongs_to_others_is_left_alone(tmp_path: Path, name: str) -> None:
    file = leave(tmp_path, name, 1e6)
    clear_stale(tmp_path, [REF])
    assert file.exists()
    assert held(tmp_path, [REF]) is None


def test_one_that_cannot_be_looked_at_is_left_for_git_to_complain_of(tmp_path: Path) -> None:
    (tmp_path / "refs").touch()
    clear_stale(tmp_path, [REF])
    assert held(tmp_path, [REF]) is None
