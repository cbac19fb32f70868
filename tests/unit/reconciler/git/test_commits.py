"""Commits are made by one author, and their messages carry trailers that nobody can forge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.git.commits import AUTHOR, Commit, format_commit, parse_commit, trailers, with_trailers
from reconciler.git.objects import ObjectStore
from reconciler.git.trees import Draft
from tests.unit.reconciler.git.people import Clone, git


def test_git_reads_what_was_written(store: ObjectStore) -> None:
    draft = Draft(store)
    tree = draft.add("tree", b"")
    first = draft.add("commit", format_commit(tree, [], "Title\n\nBody ü\n", 1_700_000_000))
    second = draft.add("commit", format_commit(tree, [first], "Next"))
    draft.save()
    assert git(store.git_dir, "log", "-1", "--format=%an <%ae>%n%ct%n%B", first).strip() == (
        f"{AUTHOR}\n1700000000\nTitle\n\nBody ü"
    )
    assert git(store.git_dir, "fsck", "--strict", "--no-dangling") == ""
    assert parse_commit(store.read(second)).parents == (first,)


def test_commits_of_others_are_read(ada: Clone) -> None:
    first = ada.commit({"a": "1"})
    ada.git("checkout", "--quiet", "-b", "side")
    side = ada.commit({"b": "1"})
    ada.git("checkout", "--quiet", "main")
    second = ada.commit({"c": "1"})
    ada.git("merge", "--quiet", "--no-ff", "-m", "Merge it\n\nWell done", "side")
    store = ObjectStore(ada.folder / ".git")
    told = parse_commit(store.read("refs/heads/main"))
    assert told.parents == (second, side)
    assert told.title == "Merge it"
    assert told.author == "Ada <ada@example.org>"
    assert parse_commit(store.read(first)).parents == ()
    store.close()


def test_what_is_signed_or_odd_is_read() -> None:
    text = (
        "tree 1\nauthor Zo\u00eb  <z@x> 12 +0100\ncommitter C <c@x> 13 +0000\n"
        "gpgsig -----BEGIN\n parent nonsense\n -----END\n\nT\n\nparent 5\n"
    )
    assert parse_commit(text.encode()) == Commit("1", (), "Zo\u00eb  <z@x>", 12, "T\n\nparent 5\n")


def test_trailers_are_read_by_git(store: ObjectStore) -> None:
    message = with_trailers("Title\n\nBody", {"run": "a/b/c", "input_dataset": "x", "empty": "", "Two words!": "y"})
    assert message == "Title\n\nBody\n\nRun: a/b/c\nInput-dataset: x\nTwo-words: y"
    assert git(store.git_dir, "interpret-trailers", "--parse", stdin=message + "\n").splitlines() == [
        "Run: a/b/c",
        "Input-dataset: x",
        "Two-words: y",
    ]
    assert trailers(message) == {"Run": "a/b/c", "Input-dataset": "x", "Two-words": "y"}


def test_trailers_join_those_that_are_there() -> None:
    assert with_trailers("T\n\nCommit: 1", {"Lease-Token": "7"}) == "T\n\nCommit: 1\nLease-Token: 7"
    assert with_trailers("T: x", {"Lease-Token": "7"}) == "T: x\n\nLease-Token: 7"
    assert with_trailers("T\n", {}) == "T"
    assert trailers("T: x") == {}
    assert trailers("T\n\nCommit: 1\nsome words") == {}


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_value_never_becomes_another_trailer(key: str, value: str) -> None:
    told = trailers(with_trailers("Title", {key: value, "Last": "1"}))
    assert told["Last"] == "1"
    assert len(told) <= 2


@pytest.mark.parametrize("message", ["", "\n", "a\0b", "ends\n\n"])
def test_any_message_makes_a_commit(store: ObjectStore, message: str) -> None:
    draft = Draft(store)
    commit = draft.add("commit", format_commit(draft.add("tree", b""), [], message))
    draft.save()
    assert git(store.git_dir, "cat-file", "-t", commit) == "commit"
    assert git(store.git_dir, "fsck", "--no-dangling") == ""
