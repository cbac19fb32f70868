"""A repository far away: heard of, fetched, and pushed to with a lease on every ref."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git import remote
from reconciler.git.commits import format_commit
from reconciler.git.refs import RefUpdate
from reconciler.git.remote import RemoteRepository
from reconciler.git.trees import Draft
from reconciler.model.errors import Raced, Refused, Unavailable
from tests.unit.reconciler.git.people import Clone, bare, git

MAIN = "refs/heads/main"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return bare(tmp_path / "origin.git")


@pytest.fixture
def ada(tmp_path: Path, origin: Path) -> Clone:
    clone = Clone(tmp_path / "ada", origin)
    clone.commit({"a": "1"})
    clone.push()
    return clone


@pytest.fixture
def far(tmp_path: Path, origin: Path) -> Iterator[RemoteRepository]:
    repository = RemoteRepository(origin.as_uri(), tmp_path / "state", heard_for=0)
    yield repository
    repository.close()


def written(far: RemoteRepository, parent: str | None, message: str = "Made") -> str:
    draft = Draft(far.objects)
    commit = draft.add("commit", format_commit(draft.add("tree", b""), [parent] if parent else [], message))
    draft.save()
    return commit


def test_what_moves_is_heard_and_fetched(far: RemoteRepository, ada: Clone) -> None:
    assert far.ref(MAIN) == ada.git("rev-parse", "HEAD")
    second = ada.commit({"a": "2"})
    ada.push()
    assert far.ref(MAIN) == second
    assert far.objects.read(f"{second}:a") == b"2"
    assert far.default_branch() == "main"
    assert far.watched is None


def test_a_lock_that_a_killed_git_left_in_the_mirror_is_taken_away(far: RemoteRepository, ada: Clone) -> None:
    first = far.ref(MAIN)
    (kept,) = [path for path in (far.git_dir / "refs" / "mirror").iterdir() if path.read_text().strip() == first]
    lock = kept.with_name(f"{kept.name}.lock")
    lock.touch()
    os.utime(lock, (0, 0))
    second = ada.commit({"a": "2"})
    ada.push()
    assert far.ref(MAIN) == second
    assert kept.read_text().strip() == second, "nothing in the mirror keeps the new objects"


def test_an_empty_remote_has_no_refs(far: RemoteRepository) -> None:
    assert far.refs("refs/") == {}
    assert far.ref(MAIN) is None
    assert far.default_branch() == "main"


def test_one_look_is_good_for_a_while(tmp_path: Path, origin: Path, ada: Clone) -> None:
    far = RemoteRepository(origin.as_uri(), tmp_path / "state", heard_for=3600)
    first = far.ref(MAIN)
    second = ada.commit({"a": "2"})
    ada.push()
    assert far.ref(MAIN) == first
    far.refresh(MAIN)
    assert far.ref(MAIN) == second
    third = ada.commit({"a": "3"})
    ada.push()
    far.refresh()
    assert far.ref(MAIN) == third
    far.close()


def test_what_is_said_to_have_moved_is_fetched_beside_the_look(tmp_path: Path, origin: Path, ada: Clone) -> None:
    """All of it is here afterwards: the remote may go."""
    far = RemoteRepository(origin.as_uri(), tmp_path / "state", heard_for=60)
    far.ref(MAIN)
    second = ada.commit({"a": "2"})
    ada.push()
    far.anticipate(MAIN)
    origin.rename(tmp_path / "elsewhere")
    assert far.ref(MAIN) == second
    assert far.objects.read(f"{second}:a") == b"2"
    with pytest.raises(Unavailable, match="out of reach"):
        far.anticipate(MAIN)
    far.close()


@pytest.mark.parametrize("ref", ["refs/heads/none", "refs/heads/no name", "--upload-pack=touch gone"])
def test_what_is_said_to_have_moved_and_isn_t_there_changes_nothing(
    far: RemoteRepository, ada: Clone, ref: str
) -> None:
    far.anticipate(ref)
    assert far.ref(ref) is None
    assert far.ref(MAIN) == ada.git("rev-parse", "HEAD")


def test_a_branch_that_is_gone_or_rewritten_is_told(far: RemoteRepository, ada: Clone, origin: Path) -> None:
    assert far.ref(MAIN)
    ada.git("checkout", "--quiet", "--orphan", "new")
    other = ada.commit({"b": "1"})
    ada.push("+HEAD:refs/heads/main")
    assert far.ref(MAIN) == other
    git(origin, "update-ref", "-d", MAIN)
    far.refresh(MAIN)
    assert far.ref(MAIN) is None


def test_a_name_may_become_a_folder(far: RemoteRepository, ada: Clone) -> None:
    ada.push("HEAD:refs/heads/a")
    assert set(far.refs("refs/heads/a")) == {"refs/heads/a"}
    ada.push(":refs/heads/a")
    ada.push("HEAD:refs/heads/a/b")
    assert set(far.refs("refs/heads/a")) == {"refs/heads/a/b"}


def test_a_push_moves_refs_together(far: RemoteRepository, ada: Clone, origin: Path) -> None:
    head = far.ref(MAIN)
    new, other = written(far, head), written(far, None, "Orphan")
    far.swap([RefUpdate(MAIN, new, head), RefUpdate("refs/setpoint/x", other, None)])
    assert git(origin, "rev-parse", "main", "refs/setpoint/x").split() == [new, other]
    far.swap([RefUpdate("refs/setpoint/x", None, other)])
    assert far.refs("refs/setpoint/") == {}


def test_a_lost_race_is_told_and_moves_nothing(far: RemoteRepository, ada: Clone, origin: Path) -> None:
    head = far.ref(MAIN)
    new = written(far, head)
    moved = ada.commit({"a": "2"})
    ada.push()
    with pytest.raises(Raced):
        far.swap([RefUpdate(MAIN, new, head)])
    with pytest.raises(Raced):
        far.swap([RefUpdate("refs/heads/x", new, None), RefUpdate(MAIN, head, head)])
    with pytest.raises(Raced):
        far.swap([RefUpdate(MAIN, new, None)])
    with pytest.raises(Raced):
        far.advance(RefUpdate(MAIN, None, head))
    assert git(origin, "for-each-ref", "--format=%(refname) %(objectname)") == f"{MAIN} {moved}"


def test_a_write_whose_answer_was_lost_is_done(far: RemoteRepository, ada: Clone) -> None:
    head = far.ref(MAIN)
    new = written(far, head)
    far.swap([RefUpdate(MAIN, new, head)])
    far.swap([RefUpdate(MAIN, new, head)])
    assert far.ref(MAIN) == new


def test_a_remote_that_declines_is_told(
    far: RemoteRepository, ada: Clone, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_PAUSE", 0.0)
    hook = origin / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho protected >&2; exit 1\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    head = far.ref(MAIN)
    with pytest.raises(Refused, match=r"declines to move refs/heads/main .it says: protected;"):
        far.swap([RefUpdate(MAIN, written(far, head), head)])
    assert far.ref(MAIN) == head


def test_one_that_is_out_of_reach_is_told(tmp_path: Path, far: RemoteRepository, ada: Clone, origin: Path) -> None:
    head = far.ref(MAIN)
    origin.rename(tmp_path / "away.git")
    for ask in (lambda: far.ref(MAIN), lambda: far.swap([RefUpdate(MAIN, written(far, head), head)])):
        with pytest.raises(Unavailable, match="out of reach"):
            ask()
    (tmp_path / "away.git").rename(origin)
    assert far.ref(MAIN) == head


def test_credentials_are_not_shown(tmp_path: Path) -> None:
    far = RemoteRepository("https://me:secret@127.0.0.1:1/x.git", tmp_path)
    assert far.place == "https://127.0.0.1:1/x.git"
    with pytest.raises(Unavailable) as told:
        far.ref(MAIN)
    assert "secret" not in str(told.value)


def test_the_mirror_may_be_deleted(tmp_path: Path, origin: Path, ada: Clone) -> None:
    for name in ("one", "two"):
        far = RemoteRepository(origin.as_uri(), tmp_path / name)
        head = far.ref(MAIN)
        assert head
        assert far.objects.read(f"{head}:a") == b"1"
        far.close()
