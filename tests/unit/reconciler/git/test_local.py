"""A repository on this machine: found where it is, moved directly, with care for who has a branch checked out."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from reconciler.git.local import LocalRepository
from reconciler.git.process import environment
from reconciler.git.refs import RefUpdate
from reconciler.model.errors import Raced, Refused, Unavailable
from tests.unit.reconciler.git.people import Clone, bare, git

MAIN = "refs/heads/main"


def test_it_is_found_bare_or_not(ada: Clone, tmp_path: Path) -> None:
    commit = ada.commit({"a": "1"})
    for place in (ada.folder, ada.folder / ".git"):
        repository = LocalRepository(place)
        assert repository.ref(MAIN) == commit
        assert repository.refs(MAIN) == {MAIN: commit}
        assert repository.default_branch() == "main"
        assert repository.watched == ada.folder / ".git"
        repository.close()
    assert LocalRepository(bare(tmp_path / "b.git")).ref(MAIN) is None


def test_a_linked_work_tree_is_the_same_repository(ada: Clone, tmp_path: Path) -> None:
    commit = ada.commit({"a": "1"})
    ada.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    repository = LocalRepository(tmp_path / "linked")
    assert repository.git_dir == ada.folder / ".git"
    assert repository.ref("refs/heads/side") == commit
    repository.close()


def test_what_is_no_repository_is_told(ada: Clone, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="isn't there"):
        LocalRepository(tmp_path / "nothing")
    (tmp_path / "plain").mkdir()
    with pytest.raises(Refused, match="plain is no Git repository"):
        LocalRepository(tmp_path / "plain")
    (ada.folder / "inner").mkdir()
    with pytest.raises(Refused, match="inner is no Git repository"):
        LocalRepository(ada.folder / "inner")


def test_a_repository_that_vanishes_is_no_missing_branch(ada: Clone) -> None:
    repository = LocalRepository(ada.folder)
    assert repository.ref(MAIN) is None
    (ada.folder / ".git").rename(ada.folder / "away")
    with pytest.raises(Unavailable, match="is gone"):
        repository.ref(MAIN)
    with pytest.raises(Unavailable):
        repository.refs(MAIN)
    repository.close()


def next_commit(ada: Clone, parent: str, files: dict[str, str]) -> str:
    """Make a commit that no branch points to."""
    ada.git("checkout", "--quiet", "--detach", parent)
    made = ada.commit(dict(files))
    ada.git("checkout", "--quiet", "main")
    return made


def test_a_checked_out_branch_takes_its_work_tree_along(ada: Clone) -> None:
    first = ada.commit({"a": "1", "b": "1"})
    second = next_commit(ada, first, {"a": "2"})
    ada.write({"b": "edited", "new": "untracked"})
    repository = LocalRepository(ada.folder)
    repository.advance(RefUpdate(MAIN, second, first))
    assert (ada.folder / "a").read_text() == "2"
    assert (ada.folder / "b").read_text() == "edited"
    assert ada.git("status", "--porcelain") == "M b\n?? new"
    assert repository.ref(MAIN) == second
    repository.close()


def test_changes_in_the_way_are_kept_and_told(ada: Clone) -> None:
    first = ada.commit({"a": "1"})
    second = next_commit(ada, first, {"a": "2"})
    ada.write({"a": "mine"})
    repository = LocalRepository(ada.folder)
    with pytest.raises(Refused, match=r"changes in the work tree .* are in the way") as told:
        repository.advance(RefUpdate(MAIN, second, first))
    assert "commit or stash" in told.value.hint
    assert (ada.folder / "a").read_text() == "mine"
    assert ada.git("rev-parse", "main") == first
    repository.close()


def test_another_work_tree_is_found_too(ada: Clone, tmp_path: Path) -> None:
    first = ada.commit({"a": "1"})
    second = next_commit(ada, first, {"a": "2"})
    ada.git("checkout", "--quiet", "-b", "side")
    ada.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "main")
    repository = LocalRepository(ada.folder)
    repository.advance(RefUpdate(MAIN, second, first))
    assert (tmp_path / "linked/a").read_text() == "2"
    assert (ada.folder / "a").read_text() == "1"
    repository.close()


@pytest.mark.parametrize("hook", ["post-index-change", "reference-transaction"])
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_merge_that_was_killed_is_made_by_the_next(ada: Clone, tmp_path: Path, hook: str, is_linked: bool) -> None:
    """The first is killed when it has written the index, or when it has locked the branch that it is about to move."""
    first = ada.commit({"a": "1"})
    second = next_commit(ada, first, {"a": "2", "b": "1"})
    if is_linked:
        ada.git("checkout", "--quiet", "-b", "side")
        ada.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "main")
    work_tree = tmp_path / "linked" if is_linked else ada.folder
    kill_a_merge(work_tree, second, hook)
    repository = LocalRepository(ada.folder)
    repository.advance(RefUpdate(MAIN, second, first))
    assert repository.ref(MAIN) == second
    assert (work_tree / "a").read_text() == "2"
    assert git(work_tree, "status", "--porcelain") == ""
    repository.close()


def kill_a_merge(work_tree: Path, commit: str, hook: str) -> None:
    """Kill a merge at a hook; what it leaves is old."""
    script = work_tree / ".." / "hooks" / hook
    script.parent.mkdir()
    script.write_text(
        f"#!/bin/sh\n[ {hook} = post-index-change ] || grep -q refs/heads/main && kill -9 $PPID\nexit 0\n"
    )
    script.chmod(0o755)
    line = ["git", "-c", f"core.hooksPath={script.parent}", "merge", "--ff-only", "--quiet", commit]
    assert subprocess.run(line, cwd=work_tree, env=environment(), check=False).returncode == -signal.SIGKILL
    for lock in work_tree.parent.rglob("*.lock"):
        os.utime(lock, (0, 0))


def test_an_index_that_is_locked_is_told_and_waited_for(ada: Clone) -> None:
    first = ada.commit({"a": "1"})
    second = next_commit(ada, first, {"a": "2"})
    lock = ada.folder / ".git" / "index.lock"
    lock.touch()
    os.utime(lock, (0, 0))
    repository = LocalRepository(ada.folder)
    with pytest.raises(Unavailable, match="another git command writes to the index") as told:
        repository.advance(RefUpdate(MAIN, second, first))
    assert str(lock) in told.value.hint
    lock.unlink()
    repository.advance(RefUpdate(MAIN, second, first))
    assert repository.ref(MAIN) == second
    repository.close()


@pytest.mark.parametrize("checked_out", [True, False])
def test_a_branch_that_moved_is_a_lost_race(ada: Clone, checked_out: bool) -> None:
    first = ada.commit({"a": "1"})
    second = next_commit(ada, first, {"a": "2"})
    third = ada.commit({"b": "1"})
    if not checked_out:
        ada.git("checkout", "--quiet", "--detach")
    repository = LocalRepository(ada.folder)
    with pytest.raises(Raced):
        repository.advance(RefUpdate(MAIN, second, first))
    assert repository.ref(MAIN) == third
    repository.close()


def test_a_bare_one_just_moves(tmp_path: Path, ada: Clone) -> None:
    origin = bare(tmp_path / "origin.git")
    ada.git("remote", "add", "origin", str(origin))
    first, second = ada.commit({"a": "1"}), ada.commit({"a": "2"})
    ada.push(f"{first}:{MAIN}", "HEAD:refs/heads/other")
    repository = LocalRepository(origin)
    repository.advance(RefUpdate(MAIN, second, first))
    assert git(origin, "rev-parse", "main") == second
    repository.close()


def test_a_ref_that_a_power_cut_has_emptied_is_damaged_and_not_gone(ada: Clone) -> None:
    ada.commit({"a": "1"})
    repository = LocalRepository(ada.folder)
    (ada.folder / ".git" / MAIN).write_bytes(b"\0" * 41)
    with pytest.raises(Unavailable, match=f"the ref .*{MAIN} is damaged") as told:
        repository.ref(MAIN)
    assert f"git update-ref {MAIN}" in told.value.hint
    (ada.folder / ".git" / MAIN).unlink()
    assert repository.ref(MAIN) is None
    repository.close()


def test_a_branch_whose_commit_was_emptied_is_not_gone(ada: Clone) -> None:
    commit = ada.commit({"a": "1"})
    repository = LocalRepository(ada.folder)
    file = ada.folder / ".git" / "objects" / commit[:2] / commit[2:]
    file.chmod(0o644)
    file.write_bytes(b"")
    with pytest.raises(Unavailable, match=f"object {commit} of .* is damaged"):
        repository.ref(MAIN)
    repository.close()
