"""A tree is written to the disk so that nothing in it reaches out."""

from pathlib import Path

import pytest

from reconciler.git.export import LARGEST_POINTER, export
from reconciler.git.objects import ObjectStore
from reconciler.git.trees import FILE, FOLDER, SYMLINK, Draft, Entry, edited, format_tree
from reconciler.model.errors import Refused, Unavailable
from tests.unit.reconciler.git.people import Clone


def linked(store: ObjectStore, links: dict[str, str]) -> str:
    """Write a tree with files `a`, `sub/b` and links."""
    draft = Draft(store)
    blob = Entry(FILE, draft.add("blob", b"1"))
    entries = {path: Entry(SYMLINK, draft.add("blob", target.encode())) for path, target in links.items()}
    tree = edited(draft, None, {"a": blob, "sub/b": blob, **entries})
    draft.save()
    assert tree
    return tree


def test_files_are_written_with_their_modes(ada: Clone, tmp_path: Path) -> None:
    ada.write({"code/train.py": "x", "code/lib/ü.py": "", "other": ""})
    (ada.folder / "code/run.sh").write_text("#!/bin/sh\n")
    (ada.folder / "code/run.sh").chmod(0o755)
    (ada.folder / "code/link").symlink_to("lib/ü.py")
    commit = ada.commit({})
    store = ObjectStore(ada.folder / ".git")
    folder = export(store, ada.git("rev-parse", f"{commit}:code"), tmp_path / "out/code")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        "lib",
        "lib/ü.py",
        "link",
        "run.sh",
        "train.py",
    ]
    assert (folder / "run.sh").stat().st_mode & 0o111
    assert not (folder / "train.py").stat().st_mode & 0o111
    assert (folder / "link").readlink() == Path("lib/ü.py")
    store.close()


def test_what_is_there_is_left_alone(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert export(store, "0" * 40, tmp_path / "out") == tmp_path / "out"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("target", ["a", "sub/b", "./sub/../a", "sub"])
def test_links_inside_are_kept(store: ObjectStore, tmp_path: Path, target: str) -> None:
    assert (export(store, linked(store, {"link": target}), tmp_path / "out") / "link").exists()


@pytest.mark.parametrize(
    "links",
    [
        {"link": "/etc/passwd"},
        {"link": "../outside"},
        {"sub/link": "../../outside"},
        {"link": "sub/../../outside"},
        {"deep/er/root": "../..", "link": "deep/er/root/../outside"},
        {"one": "two", "two": "a"},
        {"link": "link"},
    ],
)
def test_links_out_are_refused(store: ObjectStore, tmp_path: Path, links: dict[str, str]) -> None:
    with pytest.raises(Refused, match="symbolic link"):
        export(store, linked(store, links), tmp_path / "out/x")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["..", ".", ".git", ".GIT", "a\\b", "x\ny"])
def test_names_that_climb_out_are_refused(store: ObjectStore, tmp_path: Path, name: str) -> None:
    draft = Draft(store)
    blob = Entry(FILE, draft.add("blob", b"1"))
    inner = draft.add("tree", format_tree({"evil": blob}))
    tree = draft.add("tree", format_tree({name: Entry(FOLDER, inner)}))
    draft.save()
    with pytest.raises((Refused, Unavailable)):
        export(store, tree, tmp_path / "out/x")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "out/evil").exists()


def test_submodules_are_refused(ada: Clone, tmp_path: Path) -> None:
    Clone(ada.folder / "inner").commit({"x": "1"})
    ada.git("-c", "advice.addEmbeddedRepo=false", "add", ".")
    commit = ada.commit({})
    store = ObjectStore(ada.folder / ".git")
    with pytest.raises(Refused, match="inner is a submodule"):
        export(store, commit, tmp_path / "out")
    store.close()


def test_a_disk_that_takes_nothing_is_told(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="can't be written"):
        export(store, linked(store, {}), tmp_path / "file/out")


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"


def test_pointers_of_git_lfs_are_refused(ada: Clone, tmp_path: Path) -> None:
    ada.commit({"train.py": "print()\n", "lib/weights.bin": POINTER})
    store = ObjectStore(ada.folder / ".git")
    with pytest.raises(Refused, match=r"lib/weights.bin is a Git LFS pointer, not the file itself \(`git lfs untrack`"):
        export(store, ada.git("rev-parse", "HEAD^{tree}"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    store.close()


def test_what_only_speaks_of_git_lfs_is_a_file_like_any_other(ada: Clone, tmp_path: Path) -> None:
    ada.commit({"notes.md": f"# {POINTER}", "long.txt": POINTER + "x" * LARGEST_POINTER, "empty": ""})
    store = ObjectStore(ada.folder / ".git")
    assert (export(store, ada.git("rev-parse", "HEAD^{tree}"), tmp_path / "out") / "long.txt").exists()
    store.close()
