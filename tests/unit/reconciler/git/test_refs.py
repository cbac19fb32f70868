"""Refs move by compare-and-swap, and what became of it is told by the refs."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.git.objects import ObjectStore
from reconciler.git.process import _SETTINGS, call, environment
from reconciler.git.refs import RefUpdate, list_refs, swap, transaction
from reconciler.git.trees import Draft
from reconciler.model.errors import Raced, Unavailable

MAIN, SIDE = "refs/heads/main", "refs/heads/side/x"


@pytest.fixture
def blobs(store: ObjectStore) -> list[str]:
    draft = Draft(store)
    names = [draft.add("blob", b"%d" % number) for number in range(30)]
    draft.save()
    return names


def test_refs_are_made_moved_and_removed(store: ObjectStore, blobs: list[str]) -> None:
    place = store.git_dir
    refs = ["refs/setpoint/a", "refs/tags/b/c"]
    swap(place, [RefUpdate(ref, blobs[0], None) for ref in refs])
    assert list_refs(place) == dict.fromkeys(refs, blobs[0])
    swap(place, [RefUpdate(refs[0], blobs[1], blobs[0]), RefUpdate(refs[1], None, blobs[0])])
    assert list_refs(place, "refs/setpoint/") == {refs[0]: blobs[1]}
    assert list_refs(place, "refs/*/a", refs[1]) == {refs[0]: blobs[1]}


@pytest.mark.parametrize("said", ["", "no commit\n"])
def test_a_ref_that_a_power_cut_has_emptied_is_damaged_and_not_gone(
    store: ObjectStore, blobs: list[str], said: str
) -> None:
    swap(store.git_dir, [RefUpdate(ref, blobs[0], None) for ref in ("refs/x/one", "refs/x/two", "refs/y/three")])
    (store.git_dir / "refs/x/one").write_text(said)
    with pytest.raises(Unavailable, match=r"the refs of .* can't all be read: .*refs/x/one") as told:
        list_refs(store.git_dir, "refs/x/")
    assert "git update-ref" in told.value.hint
    assert list_refs(store.git_dir, "refs/y/") == {"refs/y/three": blobs[0]}


def test_a_lost_race_moves_nothing(store: ObjectStore, blobs: list[str]) -> None:
    one, two = "refs/x/one", "refs/x/two"
    swap(store.git_dir, [RefUpdate(one, blobs[0], None)])
    for lost in (
        RefUpdate(one, blobs[1], blobs[2]),
        RefUpdate(one, blobs[1], None),
        RefUpdate(one, None, blobs[3]),
        RefUpdate(one, blobs[3], blobs[3]),
        RefUpdate("refs/x/three", blobs[1], blobs[2]),
    ):
        with pytest.raises(Raced, match="has moved"):
            swap(store.git_dir, [RefUpdate(two, blobs[0], None), lost])
    assert list_refs(store.git_dir) == {one: blobs[0]}


def test_a_guard_holds_while_it_does_not_move(store: ObjectStore, blobs: list[str]) -> None:
    lease, status = "refs/x/lease", "refs/x/status"
    swap(store.git_dir, [RefUpdate(lease, blobs[0], None)])
    swap(store.git_dir, [RefUpdate(lease, blobs[0], blobs[0]), RefUpdate(status, blobs[1], None)])
    assert list_refs(store.git_dir, status) == {status: blobs[1]}


def test_a_write_that_was_done_already_is_done(store: ObjectStore, blobs: list[str]) -> None:
    swap(store.git_dir, [RefUpdate("refs/x/a", blobs[0], None)])
    swap(store.git_dir, [RefUpdate("refs/x/a", blobs[0], None)])


def test_of_many_writers_one_wins_each_round(store: ObjectStore, blobs: list[str]) -> None:
    ref = "refs/x/counter"
    swap(store.git_dir, [RefUpdate(ref, blobs[0], None)])

    def attempt(new: str) -> bool:
        try:
            swap(store.git_dir, [RefUpdate(ref, new, blobs[0])])
        except Raced:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        won = list(threads.map(attempt, blobs[1:13]))
    assert won.count(True) == 1
    assert list_refs(store.git_dir) == {ref: blobs[1 + won.index(True)]}


@pytest.mark.slow
def test_half_a_transaction_moves_nothing(store: ObjectStore, blobs: list[str]) -> None:
    one, two = "refs/x/one", "refs/x/two"
    swap(store.git_dir, [RefUpdate(one, blobs[0], None)])
    fed = transaction([RefUpdate(one, blobs[1], blobs[0]), RefUpdate(two, blobs[1], None)])
    for length in range(len(fed) - len("commit\n")):
        call(store.git_dir, "update-ref", "--stdin", stdin=fed[:length])
        assert list_refs(store.git_dir) == {one: blobs[0]}, f"after {fed[:length]!r}"


def test_a_lock_is_told(store: ObjectStore, blobs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_SETTINGS, "core.filesRefLockTimeout", "10")
    lock = store.git_dir / "refs/x/a.lock"
    lock.parent.mkdir()
    lock.touch()
    with pytest.raises(Unavailable, match="another git command locks a ref") as told:
        swap(store.git_dir, [RefUpdate("refs/x/a", blobs[0], None)])
    assert str(lock) in told.value.hint
    assert lock.exists()


def test_a_git_that_is_killed_keeps_nobody_from_moving_refs(store: ObjectStore, blobs: list[str]) -> None:
    one, two, three = "refs/x/one", "refs/x/two", "refs/x/three"
    swap(store.git_dir, [RefUpdate(ref, blobs[0], None) for ref in (one, two, three)])
    call(store.git_dir, "pack-refs", "--all")
    updates = [RefUpdate(one, None, blobs[0]), *(RefUpdate(ref, blobs[1], blobs[0]) for ref in (two, three))]
    left = killed_while_it_locks(store.git_dir, transaction(updates))
    assert {path.name for path in left} >= {"one.lock", "two.lock", "three.lock", "packed-refs.lock", "packed-refs.new"}
    swap(store.git_dir, updates)
    assert list_refs(store.git_dir) == {two: blobs[1], three: blobs[1]}
    assert not any(path.exists() for path in left)


def killed_while_it_locks(git_dir: Path, fed: bytes) -> list[Path]:
    """Kill a git that has locked the refs that it is about to move; return what it left, made old."""
    hook = git_dir / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text('#!/bin/sh\n[ "$1" = prepared ] && kill -9 $PPID\nexit 0\n')
    hook.chmod(0o755)
    line = ["git", f"--git-dir={git_dir}", "update-ref", "--stdin"]
    assert subprocess.run(line, input=fed, env=environment(), check=False).returncode == -signal.SIGKILL
    left = [path for pattern in ("*.lock", "*.new") for path in git_dir.rglob(pattern)]
    for path in left:
        os.utime(path, (0, 0))
    return left


def test_a_folder_that_is_gone_is_no_empty_list(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="gone"):
        list_refs(tmp_path / "nothing.git")
