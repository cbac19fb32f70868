"""What piles up is packed now and then, and what is left half-written is deleted."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog.testing

from reconciler.git import maintenance
from reconciler.git.bare import make_bare
from reconciler.git.maintenance import Upkeep, sweep_unfinished
from reconciler.git.objects import ObjectStore
from reconciler.git.process import command, environment
from reconciler.git.refs import RefUpdate, swap
from reconciler.git.trees import Draft, Entry, edited
from reconciler.model.errors import Unavailable
from tests.unit.reconciler.git.people import git


@pytest.fixture
def piled(tmp_path: Path) -> Path:
    """Return a repository with some hundred loose objects that a ref keeps."""
    store = ObjectStore(make_bare(tmp_path / "r.git", {"gc.auto": "1"}))
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


@pytest.fixture
def supervisor(piled: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upkeep]:
    """Return the upkeep of the repository; every third write may have it packed."""
    monkeypatch.setattr(maintenance, "EVERY", 3)
    supervisor = Upkeep(piled)
    yield supervisor
    supervisor.close()


def packed(supervisor: Upkeep, writes: int = 3) -> None:
    """Count writes, and wait for what they have begun."""
    for _ in range(writes):
        supervisor.written()
    if supervisor._packing:
        supervisor._packing.wait(60)


def hold_gc(git_dir: Path) -> subprocess.Popen[bytes]:
    """Be another process that packs the repository, as the file says that Git looks at (git-gc(1))."""
    other = subprocess.Popen(["sleep", "60"])
    (git_dir / "gc.pid").write_text(f"{other.pid} {socket.gethostname()}")
    return other


def test_it_is_done_every_so_often(piled: Path, supervisor: Upkeep) -> None:
    packed(supervisor, 2)
    assert loose(piled) == 151
    packed(supervisor, 1)
    assert loose(piled) == 0


def test_a_repository_that_wants_none_gets_none(piled: Path, supervisor: Upkeep) -> None:
    git(piled, "config", "gc.auto", "0")
    packed(supervisor)
    assert loose(piled) == 151


def test_whoever_writes_doesn_t_wait(piled: Path, supervisor: Upkeep) -> None:
    slow = piled / "slow"
    slow.mkdir()
    (slow / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (slow / "git").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(slow), prepend=os.pathsep)
        for _ in range(9):
            supervisor.written()
    assert supervisor._packing
    assert supervisor._packing.poll() is None


def test_no_gc_is_at_work_once_it_is_closed_and_a_person_may_start_one(piled: Path, supervisor: Upkeep) -> None:
    """Git detaches its own: it would outlive the daemon, and refuse a person's `git gc` with 128 meanwhile."""
    for _ in range(3):
        supervisor.written()
    process = supervisor._packing
    assert process
    supervisor.close()
    assert process.poll() is not None
    assert not (piled / "gc.pid").exists()
    git(piled, "gc", "--quiet", "--prune=now")
    assert loose(piled) == 0


def test_a_gc_that_a_person_has_started_is_left_alone(piled: Path, supervisor: Upkeep) -> None:
    other = hold_gc(piled)
    with structlog.testing.capture_logs() as told:
        packed(supervisor)
        supervisor.written()
    other.kill()
    other.wait()
    assert (loose(piled), told) == (151, [])
    packed(supervisor, 2)
    assert loose(piled) == 0


def test_what_fails_is_told_and_tried_again(piled: Path, supervisor: Upkeep) -> None:
    ref = piled / "refs/x/z"
    ref.write_text("1" * 40 + "\n")
    with structlog.testing.capture_logs() as told:
        packed(supervisor)
        supervisor.written()
    assert [line["event"] for line in told] == ["a repository isn't packed"]
    assert told[0]["why"] == "failed to run repack"
    ref.unlink()
    packed(supervisor, 2)
    assert loose(piled) == 0


def test_a_folder_that_is_gone_is_told_and_nothing_breaks(piled: Path, supervisor: Upkeep) -> None:
    shutil.rmtree(piled)
    with structlog.testing.capture_logs() as told:
        packed(supervisor)
    assert [line["event"] for line in told] == ["a repository isn't packed"]


def test_what_a_person_prunes_before_a_ref_keeps_it_is_told_and_written_again(piled: Path) -> None:
    store = ObjectStore(piled)

    def write() -> str:
        draft = Draft(store)
        tree = edited(draft, None, {"new": Entry("100644", draft.add("blob", b"new"))})
        draft.save()
        assert tree
        return tree

    tree = write()
    git(piled, "gc", "--quiet", "--prune=now")
    with pytest.raises(Unavailable):
        swap(piled, [RefUpdate("refs/x/new", tree, None)])
    assert write() == tree
    swap(piled, [RefUpdate("refs/x/new", tree, None)])
    store.close()


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
