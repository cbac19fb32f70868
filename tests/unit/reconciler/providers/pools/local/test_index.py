"""An index reads what changed, and nothing else."""

import os
from pathlib import Path

import pytest

from reconciler.providers.pools.local.index import Index

LONG_AGO = 1_600_000_000_123_456_789


class Reader:
    """Reads the file `text` of a folder, and counts."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, folder: Path) -> str | None:
        self.read.append(folder.name)
        path = folder / "text"
        return path.read_text() if path.exists() else None


def write(folder: Path, name: str, text: str, stamp: int = LONG_AGO) -> None:
    entry = folder / name
    entry.mkdir(exist_ok=True)
    (entry / "text").write_text(text)
    os.utime(entry, ns=(stamp, stamp))


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def index(tmp_path: Path, reader: Reader) -> Index[str]:
    return Index(tmp_path / "jobs", reader)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "jobs").mkdir()
    return tmp_path / "jobs"


def test_a_folder_that_isn_t_there_is_empty(index: Index[str]) -> None:
    index.refresh()
    assert dict(index.items()) == {}
    assert index.version == 0


def test_what_didn_t_change_is_read_once(folder: Path, index: Index[str], reader: Reader) -> None:
    for name in "abc":
        write(folder, name, name)
    index.refresh()
    index.refresh()
    assert sorted(reader.read) == ["a", "b", "c"]
    write(folder, "b", "new", LONG_AGO + 1)
    index.refresh()
    assert sorted(reader.read) == ["a", "b", "b", "c"]
    assert dict(index.items()) == {"a": "a", "b": "new", "c": "c"}


def test_what_changed_a_moment_ago_is_read_again(folder: Path, index: Index[str], reader: Reader) -> None:
    (folder / "a").mkdir()
    index.refresh()
    stamp = (folder / "a").stat().st_mtime_ns
    write(folder, "a", "in the same tick of the clock", stamp)
    index.refresh()
    assert index.get("a") == "in the same tick of the clock"


def test_what_has_gone_is_gone(folder: Path, index: Index[str]) -> None:
    write(folder, "a", "a")
    index.refresh()
    before = index.version
    (folder / "a" / "text").unlink()
    (folder / "a").rmdir()
    index.refresh()
    assert dict(index.names()) == {}
    assert index.version > before


def test_what_can_t_be_understood_has_a_name_and_no_value(folder: Path, index: Index[str]) -> None:
    (folder / "empty").mkdir()
    index.refresh()
    assert list(index.names()) == ["empty"]
    assert list(index.items()) == []
    assert index.get("empty") is None


def test_the_version_rises_with_what_is_said_not_with_looks(folder: Path, index: Index[str]) -> None:
    write(folder, "a", "a")
    index.refresh()
    before = index.version
    write(folder, "a", "a", LONG_AGO + 5)
    index.refresh()
    assert index.version == before
    write(folder, "a", "b", LONG_AGO + 10)
    index.refresh()
    assert index.version == before + 1


def test_one_entry_can_be_read_anew(folder: Path, index: Index[str], reader: Reader) -> None:
    write(folder, "a", "a")
    write(folder, "b", "b")
    assert index.refresh_one("a") == "a"
    assert index.refresh_one("nobody") is None
    assert reader.read == ["a"]
    index.refresh()
    assert sorted(reader.read) == ["a", "b"]


def test_one_entry_can_be_found_gone(folder: Path, index: Index[str]) -> None:
    write(folder, "a", "a")
    index.refresh()
    (folder / "a").rename(folder.parent / "elsewhere")
    assert index.refresh_one("a") is None
    assert list(index.names()) == []
