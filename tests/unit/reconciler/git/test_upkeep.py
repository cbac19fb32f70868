"""What piles up is packed now and then, and what is left half-written is deleted."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from reconciler.git import upkeep
from reconciler.git.mirror import make_bare
from reconciler.git.objects import ObjectStore
from reconciler.git.process import command, environment
from reconciler.git.refs import RefUpdate, swap
from reconciler.git.trees import Draft, Entry, edited
from reconciler.git.upkeep import Upkeep, sweep_unfinished
from tests.unit.reconciler.git.people import git


@pytest.fixture
def piled(tmp_path: Path) -> Path:
    """Return a repository with some hundred loose objects that a ref keeps."""
    store = ObjectStore(make_bare(tmp_path / "r.git", {"gc.auto": "1", "gc.autoDetach": "false"}))
    draft = Draft(store)
    tree = edited(
        draft, None, {f"{number}": Entry("100644", draft.add("blob", b"%d" % number)) for number in range(150)}
    )
    draft.save()
    swap(store.git_dir, [RefUpdate("refs/x/y", tree, None)])
    store.close()
    return store.git_dir


def loose(git_dir: Path) -> int:
    return int(git(git_dir, "count-objects").split()[0])


def test_it_is_done_every_so_often(piled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "EVERY", 3)
    keeper = Upkeep(piled)
    keeper.written()
    keeper.written()
    assert loose(piled) == 151
    keeper.written()
    assert loose(piled) == 0


def test_a_repository_that_wants_none_gets_none(piled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "EVERY", 1)
    git(piled, "config", "gc.auto", "0")
    Upkeep(piled).written()
    assert loose(piled) == 151


def test_an_object_that_was_never_finished_goes_when_nobody_writes_it_any_more(piled: Path) -> None:
    line = command(piled, "-c", "core.bigFileThreshold=1", "hash-object", "-w", "--stdin-paths")
    writer = subprocess.Popen(line, stdin=subprocess.PIPE, cwd=piled, env=environment())
    assert writer.stdin
    with (piled / "large").open("wb") as file:
        file.truncate(1 << 34)
    writer.stdin.write(f"{piled / 'large'}\n".encode())
    writer.stdin.flush()
    while not (left := list(piled.glob("objects/*/tmp_*"))):
        time.sleep(0.01)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    sweep_unfinished(piled, 3600)
    assert left[0].exists()
    os.utime(left[0], (0, 0))
    sweep_unfinished(piled, 3600)
    assert not left[0].exists()
    assert loose(piled) == 151
