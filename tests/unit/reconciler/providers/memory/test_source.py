"""A repository in memory has the object ids that Git has."""

import subprocess
from pathlib import Path

import pytest

from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.providers.memory import MemorySource, World

FILES = {"a.b": "1", "a/deep/er": "2", "a/x": "3", "a0": "4", "code/train.py": "print()\n", "ü": "5"}


@pytest.fixture
def source() -> MemorySource:
    return MemorySource(World())


def test_at_first_there_is_no_commit(source: MemorySource) -> None:
    assert source.head() is None


def test_commits_build_on_one_another(source: MemorySource) -> None:
    first = source.commit({"a": "1", "b": "2"})
    second = source.commit({"b": None, "c": b"\xff"})
    assert source.head() == second
    tree = source.tree(second)
    assert tree.commit == second
    assert {path: tree.read(blob) for path, blob in tree.files.items()} == {"a": b"1", "c": b"\xff"}
    assert tree.size(tree.files["c"]) == 1
    assert set(source.tree(first).files) == {"a", "b"}


def test_equal_commits_at_different_times_are_two(source: MemorySource) -> None:
    assert source.commit({}) != source.commit({})


def test_history_is_known(source: MemorySource) -> None:
    first = source.commit({"a": "1"})
    side = source.commit({"a": "2"})
    other = source.commit({"a": "3"}, parents=[first])
    merged = source.commit({}, parents=[other, side])
    assert source.descends(merged, first)
    assert source.descends(merged, side)
    assert source.descends(merged, merged)
    assert not source.descends(side, other)
    assert not source.descends(merged, CommitId("0" * 40))


def test_a_history_can_be_rewritten(source: MemorySource) -> None:
    first = source.commit({"a": "1"})
    root = source.commit({"b": "1"}, parents=[])
    assert not source.descends(root, first)
    assert set(source.tree(root).files) == {"b"}


def test_what_is_no_regular_file_is_odd(source: MemorySource) -> None:
    commit = source.commit({"a": "1"}, odd={"link": "symlink"})
    assert dict(source.tree(commit).odd) == {"link": "symlink"}
    assert set(source.tree(commit).files) == {"a"}


def test_a_commit_that_isn_t_there_is_told(source: MemorySource) -> None:
    with pytest.raises(Refused, match="no commit"):
        source.tree(CommitId("0" * 40))


def test_ids_are_git_s_own(source: MemorySource, tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)

    def git(*command: str) -> str:
        return subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    whole = git("write-tree").strip()
    tree = source.tree(source.commit(FILES))
    assert tree.files["a/x"] == git("rev-parse", f"{whole}:a/x").strip()
    for folder in ("a", "a/deep", "code"):
        assert tree.tree_id(folder) == git("rev-parse", f"{whole}:{folder}").strip()
    assert tree.tree_id("nothing") is None
    assert tree.tree_id("a/x") is None


def test_a_folder_is_written_to_the_disk(source: MemorySource, tmp_path: Path) -> None:
    name = source.tree(source.commit(FILES)).tree_id("a")
    assert name
    source.export(name, tmp_path / "code")
    assert (tmp_path / "code" / "deep" / "er").read_text() == "2"
    with pytest.raises(Refused):
        source.export("0" * 40, tmp_path)
