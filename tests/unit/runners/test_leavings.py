"""What was left is looked at before it counts."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.leavings import DEEPEST, LONGEST, files_in


def deep(folder: Path, levels: int, name: str = "d") -> None:
    """Make folders within one another, also more of them than a path can name."""
    at = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=at)
        inner = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


def byte(folder: Path) -> None:
    os.close(os.open(os.fsencode(folder) + b"/\xff", os.O_CREAT | os.O_WRONLY))


def folder_of(name: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).mkdir()
        (folder / name / "config").write_text("x")

    return make


def circle(folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")


def folder_link(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "link").symlink_to("real")


ODD: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "link": (lambda at: (at / "x").symlink_to("/etc/passwd"), "x", "a link to something outside"),
    "nowhere": (lambda at: (at / "x").symlink_to("gone"), "x", "no regular file"),
    "circle": (circle, "a", "a link to something outside"),
    "folder link": (folder_link, "link", "no regular file"),
    "pipe": (lambda at: os.mkfifo(at / "x"), "x", "no regular file"),
    "git": (folder_of(".git"), ".git", "can't be kept"),
    "GIT": (folder_of(".GIT"), ".GIT", "can't be kept"),
    "line break": (lambda at: (at / "a\nb").write_text("x"), r"'a\nb'", "can't be kept"),
    "byte": (byte, r"'\udcff'", "can't be kept"),
    "deep": (lambda at: deep(at, 1200), "d/d/d", f"more than {DEEPEST} folders"),
    "long": (lambda at: deep(at, 20, "d" * 200), "ddd", f"more than {DEEPEST} folders"),
}


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that is removed however deep it is, which pytest wouldn't."""
    (tmp_path / "left").mkdir()
    yield tmp_path / "left"
    subprocess.run(["rm", "-rf", tmp_path / "left"], check=True)


@pytest.mark.parametrize("case", ODD)
def test_what_cannot_be_kept_is_told_in_words(left: Path, case: str) -> None:
    make, where, what = ODD[case]
    make(left)
    with pytest.raises(InputError) as told:
        files_in(left)
    assert what in told.value.what
    assert told.value.where.startswith(where)
    assert told.value.where.isprintable()
    assert len(told.value.where) <= 201
    assert told.value.fix


def test_files_folders_and_links_to_files_inside_are_kept(tmp_path: Path) -> None:
    (tmp_path / "deep/empty").mkdir(parents=True)
    (tmp_path / "deep/größe").write_text("x")
    (tmp_path / "link").symlink_to("deep/größe")
    assert sorted(files_in(tmp_path)) == ["deep/größe", "link"]


def test_as_many_levels_as_can_be_kept(tmp_path: Path) -> None:
    deep(tmp_path, DEEPEST - 1)
    assert len(files_in(tmp_path)) == 1
    assert LONGEST < 4096


@pytest.mark.parametrize("put", [lambda at: None, lambda at: at.write_text("x"), lambda at: at.symlink_to("/")])
def test_a_folder_that_is_gone_is_told(tmp_path: Path, put: Callable[[Path], object]) -> None:
    put(tmp_path / "out")
    with pytest.raises(InputError, match="removed, or something else") as told:
        files_in(tmp_path / "out", "$SETPOINT_OUTPUT")
    assert told.value.where == "$SETPOINT_OUTPUT"
