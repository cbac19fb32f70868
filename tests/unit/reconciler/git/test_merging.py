"""Merging without a work tree: the tree that a merge makes, and the same commit for the same two."""

from pathlib import Path

import pytest

from reconciler.git.local import LocalRepository
from reconciler.git.merging import merge_commit, merge_trees
from reconciler.model.errors import Unavailable
from tests.unit.reconciler.git.people import Clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = Clone(tmp_path / "clone")
    clone.commit({"a.txt": "one\ntwo\nthree\n", "b.txt": "b\n"})
    return clone


def branched(clone: Clone, files: dict[str, str]) -> str:
    clone.git("checkout", "--quiet", "-B", "side", "main")
    commit = clone.commit(dict(files))
    clone.git("checkout", "--quiet", "main")
    return commit


def test_both_sides_are_in_the_tree_and_no_ref_moves(clone: Clone) -> None:
    theirs = branched(clone, {"a.txt": "one\ntwo\nTHREE\n"})
    ours = clone.commit({"a.txt": "ONE\ntwo\nthree\n", "c.txt": "c\n"})
    repository = LocalRepository(clone.folder)
    before = repository.refs()
    commit, conflicts = merge_commit(repository.objects, ours, theirs)
    assert conflicts == ()
    assert clone.git("show", f"{commit}:a.txt") == "ONE\ntwo\nTHREE"
    assert clone.git("show", f"{commit}:c.txt") == "c"
    assert clone.git("log", "--format=%P", "-1", commit) == f"{ours} {theirs}"
    assert repository.refs() == before
    assert merge_commit(repository.objects, ours, theirs) == (commit, ()), "the same two give the same one"
    repository.close()


def test_files_that_collide_are_named(clone: Clone) -> None:
    theirs = branched(clone, {"a.txt": "1\n", "b.txt": "2\n"})
    ours = clone.commit({"a.txt": "3\n", "b.txt": None})
    assert merge_trees(clone.folder / ".git", ours, theirs).conflicts == ("a.txt", "b.txt")


def test_histories_without_a_common_ancestor_are_told(clone: Clone) -> None:
    ours = clone.git("rev-parse", "HEAD")
    clone.git("checkout", "--quiet", "--orphan", "other")
    theirs = clone.commit({"a.txt": "other\n"})
    with pytest.raises(Unavailable):
        merge_trees(clone.folder / ".git", ours, theirs)
