"""A folder of the disk as a tree of specs."""

import subprocess
from pathlib import Path

import pytest

from reconciler.watched.folder import FolderTree
from tests.unit.reconciler.git.people import Clone, git


def test_files_are_read_by_id_and_links_are_odd(tmp_path: Path) -> None:
    (tmp_path / "specs/pools").mkdir(parents=True)
    (tmp_path / "specs/pools/a.yaml").write_text("{}\n")
    (tmp_path / "specs/pools/b.yaml").symlink_to("a.yaml")
    (tmp_path / "other").write_text("not a spec")
    tree = FolderTree(tmp_path)
    assert list(tree.files) == ["specs/pools/a.yaml"]
    assert tree.odd == {"specs/pools/b.yaml": "symlink"}
    blob = tree.files["specs/pools/a.yaml"]
    assert tree.read(blob) == b"{}\n"
    assert tree.read_all([blob]) == [b"{}\n"]
    assert tree.size(blob) == 3


def test_folders_of_code_have_ids(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    tree = FolderTree(tmp_path)
    assert tree.tree_id("code")
    assert tree.tree_id("nowhere") is None


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert not FolderTree(tmp_path).files


@pytest.mark.parametrize(
    ("name", "target", "what"),
    [
        ("code/data", "../../data", "data is a symbolic link out of its folder"),
        ("code/deep/data", "/etc", "deep/data is a symbolic link out of its folder"),
        ("code/data", "deep/train.py", None),
        ("other/data", "/etc", None),
        ("code/venv/python", "/usr/bin/python3", None),
    ],
)
def test_what_of_a_folder_leads_out_of_it_is_told(tmp_path: Path, name: str, target: str, what: str | None) -> None:
    clone = Clone(tmp_path)
    clone.write({"code/deep/train.py": "", ".gitignore": "venv\n"})
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).symlink_to(target)
    found = FolderTree(tmp_path).unfit("code")
    assert (found and found[0]) == what
    clone.git("add", ".")
    assert FolderTree(tmp_path).unfit("code") == found, "committed or not"


def test_a_repository_in_a_folder_of_code_is_told(tmp_path: Path) -> None:
    Clone(tmp_path)
    Clone(tmp_path / "code/lib").commit({"x": "1"})
    found = FolderTree(tmp_path).unfit("code")
    assert found
    assert found[0] == "lib is a submodule"


def test_in_a_folder_that_nobody_would_commit_links_lead_anywhere(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/data").symlink_to("/etc")
    assert FolderTree(tmp_path).unfit("code") is None


def test_a_pointer_of_git_lfs_in_a_folder_of_code_is_told(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    found = FolderTree(tmp_path).unfit("code")
    assert found
    assert found[0] == "train.py is a Git LFS pointer, not the file itself"


def test_what_git_would_take_lies_in_a_folder(tmp_path: Path) -> None:
    for name in ("code/mine/train.py", "code/mine/deep/a.py", "code/mine/x.pyc", "specs/a.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert FolderTree(tmp_path).inside("code/mine") == {"train.py", "deep/a.py", "x.pyc"}, "nothing ignores anything"
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("*.pyc\n")
    tree = FolderTree(tmp_path)
    assert tree.inside("code/mine") == {"train.py", "deep/a.py"}
    assert tree.inside("") == {".gitignore", "code/mine/train.py", "code/mine/deep/a.py", "specs/a.yaml"}
    assert tree.inside("nowhere") == frozenset()
