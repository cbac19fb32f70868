"""The folders of runs: whole or not there, whoever is killed meanwhile."""

import os
from pathlib import Path

import pytest

from reconciler.git.trees import EXECUTABLE, FILE
from reconciler.model.errors import Refused, Unavailable
from reconciler.providers.data.git import folders
from reconciler.providers.data.git.folders import DEEPEST, Folders, scan
from tests.unit.reconciler.providers.data.git.conftest import OTHER, RUN


@pytest.fixture
def all_folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_what_a_job_wrote_becomes_the_version(all_folders: Folders) -> None:
    work = all_folders.make(RUN)
    assert all_folders.make(RUN) == work
    (work / "sub").mkdir()
    (work / "sub/x").write_text("1")
    all_folders.keep(RUN)
    version = all_folders.version(RUN)
    assert (version / "sub/x").read_text() == "1"
    assert not (version / "sub/x").stat().st_mode & 0o222
    assert not work.exists()
    all_folders.keep(RUN)
    all_folders.remove(version)
    assert not version.exists()
    assert list(all_folders.trash.iterdir()) == []


def test_a_version_that_is_there_stays(all_folders: Folders) -> None:
    (all_folders.make(RUN) / "x").write_text("first")
    all_folders.keep(RUN)
    (all_folders.make(RUN) / "x").write_text("second")
    all_folders.keep(RUN)
    assert (all_folders.version(RUN) / "x").read_text() == "first"
    assert not all_folders.work(RUN).exists()


def test_what_is_not_there_is_kept_and_removed_without_a_word(all_folders: Folders) -> None:
    all_folders.keep(RUN)
    all_folders.remove(all_folders.work(RUN))
    assert not all_folders.version(RUN).exists()


def test_the_sweep_takes_what_nobody_has_and_is_old(all_folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    all_folders.make(RUN)
    all_folders.make(OTHER)
    (all_folders.trash / "left").mkdir(parents=True)
    all_folders.sweep({RUN}, set())
    assert all_folders.work(OTHER).exists()
    monkeypatch.setattr(folders, "STALE", -1.0)
    all_folders.sweep({RUN}, set())
    assert all_folders.work(RUN).exists()
    assert not all_folders.work(OTHER).exists()
    assert list(all_folders.trash.iterdir()) == []


def test_the_sweep_ends_a_merge_that_was_broken_off(all_folders: Folders) -> None:
    (all_folders.make(RUN) / "x").write_text("mine")
    all_folders.sweep(set(), {RUN})
    assert (all_folders.version(RUN) / "x").read_text() == "mine"
    assert not all_folders.work(RUN).exists()


def test_files_are_read_inside_the_folder_only(all_folders: Folders, tmp_path: Path) -> None:
    folder = all_folders.make(RUN)
    (folder / "a").write_text("1")
    (tmp_path / "secret").write_text("2")
    (folder / "link").symlink_to(tmp_path / "secret")
    assert all_folders.open_file(RUN, "a") == b"1"
    with pytest.raises(Refused, match="link is a symbolic link"):
        all_folders.open_file(RUN, "link")
    for path in ("b", "../x", "/etc/passwd", "", ".", "a/b", str(tmp_path / "secret")):
        with pytest.raises(FileNotFoundError):
            all_folders.open_file(RUN, path)


def test_a_file_is_there_or_it_isn_t_whatever_lies_in_its_way(all_folders: Folders) -> None:
    work = all_folders.make(RUN)
    (work / "a").write_text("1")
    (work / "inside").symlink_to("a")
    (work / "loop").symlink_to("loop")
    os.mkfifo(work / "pipe")
    (work / "folder").mkdir()
    held = [path for path in ("a", "inside", "loop", "pipe", "folder") if all_folders.has_file(RUN, path)]
    assert held == ["a", "inside"]
    odd = ["a/b", "loop/b", "x" * 300, "/".join("x" * 3000), "../a", ".git/a", "", "a\0"]
    assert not [path for path in odd if all_folders.has_file(RUN, path)]


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("in the way")
    with pytest.raises(Unavailable, match="can't be written"):
        Folders(tmp_path).make(RUN)


def test_all_files_are_found_with_their_modes(tmp_path: Path) -> None:
    (tmp_path / "sub/empty").mkdir(parents=True)
    (tmp_path / "a").touch()
    (tmp_path / "sub/run").touch()
    (tmp_path / "sub/run").chmod(0o755)
    (tmp_path / "sub/inside").symlink_to("../a")
    found = scan(tmp_path, 2**30)
    assert {path: mode for path, (_, mode) in found.items()} == {
        "a": FILE,
        "sub/inside": FILE,
        "sub/run": EXECUTABLE,
    }


def test_what_git_cannot_keep_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").touch()
    folder = tmp_path / "output"

    def refused(name: str) -> None:
        with pytest.raises(Refused) as told:
            scan(folder, 2**30)
        assert told.value.hint
        (folder / name).unlink()

    folder.mkdir()
    (folder / "file").symlink_to(outside / "x")
    refused("file")
    (folder / "folder").symlink_to(outside)
    refused("folder")
    (folder / "sub").mkdir()
    (folder / "itself").symlink_to("sub")
    refused("itself")
    (folder / "dangling").symlink_to("nothing")
    refused("dangling")
    os.mkfifo(folder / "pipe")
    refused("pipe")
    (folder / "a\nb").touch()
    refused("a\nb")
    (folder / ".git").mkdir()
    (folder / ".git/config").touch()
    with pytest.raises(Refused, match=r"\.git"):
        scan(folder, 2**30)


def test_links_in_a_circle_and_folders_too_deep_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "output"
    folder.mkdir()
    (folder / "itself").symlink_to("itself")
    with pytest.raises(Refused, match="something outside"):
        scan(folder, 2**30)
    (folder / "itself").unlink()
    (folder / "/".join("d" * (DEEPEST + 1))).mkdir(parents=True)
    with pytest.raises(Refused, match="folders within one another"):
        scan(folder, 2**30)


def test_what_cannot_be_kept_is_told_before_it_is_committed(all_folders: Folders) -> None:
    all_folders.check(RUN, 10)
    work = all_folders.make(RUN)
    (work / "file").write_text("x")
    all_folders.check(RUN, 10)
    with pytest.raises(Refused, match="the output has more than"):
        all_folders.check(RUN, 0)


def test_what_is_larger_than_the_limit_is_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(Refused, match="the output has more than 1 GiB"):
        scan(tmp_path, 2**30)
    with pytest.raises(Unavailable, match="GiB that the disk has left"):
        scan(tmp_path, 2**50)


def test_a_file_is_put_in_the_place_of_whatever_a_job_left(all_folders: Folders, tmp_path: Path) -> None:
    work, elsewhere = all_folders.make(RUN), tmp_path / "elsewhere"
    elsewhere.write_text("theirs")
    (work / "link").symlink_to(elsewhere)
    (work / "folder").mkdir()
    (work / "folder/x").write_text("1")
    all_folders.put(RUN, {"link": b"ours", "folder": b"ours", "new": b"ours"})
    assert {path.name: path.read_bytes() for path in work.iterdir()} == dict.fromkeys(
        ("link", "folder", "new"), b"ours"
    )
    assert elsewhere.read_text() == "theirs"
    assert not any(path.is_symlink() for path in work.iterdir())
    assert not any(path.is_file() for path in all_folders.trash.iterdir())
