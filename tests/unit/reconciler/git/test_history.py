"""What descends from what, and where a change came from."""

from pathlib import Path

import pytest

from reconciler.git.history import arrival, is_ancestor, line, log, unmerged
from reconciler.model.errors import Unavailable
from tests.unit.reconciler.git.people import Clone


@pytest.fixture
def git_dir(ada: Clone) -> Path:
    return ada.folder / ".git"


def test_descent(ada: Clone, git_dir: Path) -> None:
    first, second = ada.commit({"a": "1"}), ada.commit({"a": "2"})
    ada.git("checkout", "--quiet", "--orphan", "other")
    rewritten = ada.commit({"a": "3"})
    assert is_ancestor(git_dir, first, second)
    assert is_ancestor(git_dir, second, second)
    assert not is_ancestor(git_dir, second, first)
    assert not is_ancestor(git_dir, first, rewritten)
    assert not is_ancestor(git_dir, "1" * 40, second)


def test_an_unreadable_history_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        is_ancestor(tmp_path / "nothing", "0" * 40, "1" * 40)


def test_what_is_merged(ada: Clone, git_dir: Path) -> None:
    ada.commit({"a": "1"})
    ada.git("checkout", "--quiet", "-b", "one")
    one = ada.commit({"b": "1"})
    ada.git("checkout", "--quiet", "-b", "two", "main")
    two = ada.commit({"c": "1"})
    ada.git("checkout", "--quiet", "main")
    ada.git("merge", "--quiet", "--no-ff", "-m", "Merge", "one")
    head = ada.git("rev-parse", "main")
    assert unmerged(git_dir, frozenset({one, two}), head) == {two}
    assert unmerged(git_dir, frozenset(), head) == frozenset()


def test_a_change_is_traced_to_its_merge(ada: Clone, git_dir: Path) -> None:
    ada.commit({"a": "1", "b": "1"}, "Begin")
    ada.git("checkout", "--quiet", "-b", "side")
    changed = ada.commit({"a": "2"}, "Raise a\n\nBecause")
    ada.git("checkout", "--quiet", "main")
    direct = ada.commit({"b": "2"}, "Raise b")
    ada.git("merge", "--quiet", "--no-ff", "-m", "Merge a", "side")
    merge = ada.git("rev-parse", "main")
    ada.commit({"c": "1"}, "Something else")
    head = ada.git("rev-parse", "main")
    (last,) = log(git_dir, head, "a", limit=1)
    assert (last.commit, last.title, last.author) == (changed, "Raise a", "Ada <ada@example.org>")
    brought = arrival(git_dir, head, "a")
    assert brought is not None
    assert (brought.commit, brought.is_merge, brought.parents) == (merge, True, (direct, changed))
    itself = arrival(git_dir, head, "b")
    assert itself is not None
    assert (itself.commit, itself.is_merge) == (direct, False)
    assert arrival(git_dir, head, "nothing") is None
    assert last.when.tzinfo is not None
    assert [entry.title for entry in log(git_dir, head, limit=2)] == ["Something else", "Merge a"]


def test_a_hook_misleads_nobody_here_either(
    ada: Clone, git_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = ada.commit({"a": "1"}, "Mine")
    monkeypatch.setenv("GIT_DIR", str(Clone(tmp_path / "other").folder / ".git"))
    assert [entry.title for entry in log(git_dir, commit)] == ["Mine"]


def test_an_unknown_commit_is_told(ada: Clone, git_dir: Path) -> None:
    ada.commit({"a": "1"})
    with pytest.raises(Unavailable, match="history of 111111111111"):
        log(git_dir, "1" * 40)


def test_a_branch_s_own_line(ada: Clone, git_dir: Path) -> None:
    first, second = ada.commit({"a": "1"}), ada.commit({"a": "2"})
    ada.git("checkout", "--quiet", "-b", "side")
    side = ada.commit({"b": "1"})
    ada.git("checkout", "--quiet", "main")
    ada.git("merge", "--quiet", "--no-ff", "-m", "Merge", "side")
    merge, last = ada.git("rev-parse", "HEAD"), ada.commit({"a": "3"})
    assert line(git_dir, last, first, 10) == (second, merge, last)
    assert line(git_dir, last, first, 2) == (merge, last)
    assert line(git_dir, last, side, 10) == (merge, last)
    assert line(git_dir, first, first, 10) == ()


def test_a_replaced_object_is_read_by_nobody(ada: Clone, git_dir: Path) -> None:
    first, second = ada.commit({"a": "1"}), ada.commit({"a": "2"})
    ada.git("checkout", "--quiet", "--orphan", "other")
    other = ada.commit({"a": "3"})
    ada.git("update-ref", f"refs/replace/{second}", other)
    assert is_ancestor(git_dir, first, second)
