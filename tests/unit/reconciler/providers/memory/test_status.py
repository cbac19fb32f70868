"""The status branch in memory."""

import pytest

from reconciler.providers.memory import MemorySource, MemoryStatus, World


def test_at_first_there_are_no_files() -> None:
    files = MemoryStatus(World()).read()
    assert dict(files.files) == {}
    with pytest.raises(FileNotFoundError):
        files.read("README.md")


def test_what_is_written_is_read() -> None:
    world = World()
    assert MemoryStatus(world).write({"a": b"1", "b": b"2"}, "first")
    assert MemoryStatus(world).write({"a": b"3", "b": None, "c": None}, "second")
    files = MemoryStatus(world).read()
    assert {path: files.read(path) for path in files.files} == {"a": b"3"}


def test_what_changes_nothing_is_no_commit() -> None:
    world = World()
    status = MemoryStatus(world)
    assert status.write({}, "nothing") is None
    status.write({"a": b"1"}, "first")
    assert status.write({"a": b"1", "b": None}, "again") is None


def test_a_reading_stays_as_it_was() -> None:
    status = MemoryStatus(World())
    status.write({"a": b"1"}, "first")
    files = status.read()
    status.write({"a": b"2"}, "second")
    assert files.read("a") == b"1"


def test_environments_and_specs_have_branches_of_their_own() -> None:
    world = World()
    MemoryStatus(world, "dev").write({"a": b"1"}, "first")
    assert dict(MemoryStatus(world, "prod").read().files) == {}
    assert MemorySource(world).head() is None
