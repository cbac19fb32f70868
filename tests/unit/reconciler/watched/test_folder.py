"""A folder of the disk as a tree of specs."""

from pathlib import Path

from reconciler.watched.folder import FolderTree


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
