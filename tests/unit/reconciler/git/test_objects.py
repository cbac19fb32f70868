"""Objects are read by a process that lives long, and written as Git itself writes them."""

import io
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.git.bare import make_bare
from reconciler.git.objects import Info, ObjectStore, object_id
from reconciler.git.process import command
from reconciler.model.errors import Refused, Unavailable
from tests.unit.reconciler.git.people import Clone, git


def test_what_is_written_is_read_under_gits_own_id(store: ObjectStore) -> None:
    store.write([("blob", b"hello\n"), ("blob", b""), ("tree", b"")])
    name = object_id("blob", b"hello\n")
    assert name == git(store.git_dir, "hash-object", "--stdin", stdin="hello\n")
    assert store.read(name) == b"hello\n"
    assert store.find(name) == Info(name, "blob", 6)
    assert git(store.git_dir, "fsck", "--strict", "--no-dangling") == ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(contents=st.lists(st.binary(max_size=3000), min_size=1, max_size=5))
def test_any_bytes_survive(store: ObjectStore, contents: list[bytes]) -> None:
    store.write([("blob", content) for content in contents])
    assert store.read_all([object_id("blob", content) for content in contents]) == contents


def test_many_objects_stay_in_one_pack(store: ObjectStore) -> None:
    contents = [b"%d" % number for number in range(1500)]
    store.write([("blob", content) for content in contents])
    assert len(list((store.git_dir / "objects/pack").glob("*.pack"))) == 1
    assert store.read_all([object_id("blob", content) for content in contents]) == contents


def test_what_is_not_there_is_told(store: ObjectStore) -> None:
    assert store.find("0" * 40) is None
    assert store.find("refs/heads/none") is None
    for names in (["0" * 40], ["no such\nthing"]):
        with pytest.raises(FileNotFoundError):
            store.read_all(names)
    with pytest.raises(FileNotFoundError):
        store.copy("0" * 40, io.BytesIO())


def test_a_path_at_a_commit_is_found_whatever_it_is_called(ada: Clone) -> None:
    first = ada.commit({"a b/ünï (x) missing": "1"})
    store = ObjectStore(ada.folder / ".git")
    assert store.read(f"{first}:a b/ünï (x) missing") == b"1"
    assert store.find(f"{first}:a b/nothing") is None
    store.close()


def test_refs_that_move_are_seen_at_once(ada: Clone) -> None:
    store = ObjectStore(ada.folder / ".git")
    assert store.find("refs/heads/main") is None
    for number in range(3):
        commit = ada.commit({"a": str(number)})
        found = store.find("refs/heads/main")
        assert found is not None
        assert found.id == commit
        ada.git("pack-refs", "--all")
        ada.git("gc", "--quiet")
    store.close()


def test_a_large_object_is_copied_in_pieces(store: ObjectStore) -> None:
    content = os.urandom(3 << 20)
    store.write([("blob", content)])
    target = io.BytesIO()
    store.copy(object_id("blob", content), target)
    assert target.getvalue() == content


def test_files_are_written_as_they_are(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "a b").write_bytes(b"one\r\n")
    (tmp_path / "ü").write_bytes(b"")
    names = store.write_files([tmp_path / "a b", tmp_path / "ü"])
    assert store.read_all(names) == [b"one\r\n", b""]
    assert store.write_files([]) == []
    with pytest.raises(Refused, match="line break"):
        store.write_files([tmp_path / "a\nb"])


def test_a_process_that_died_is_replaced(store: ObjectStore) -> None:
    store.write([("blob", b"x")])
    name = object_id("blob", b"x")
    assert store.read(name) == b"x"
    os.kill(_reader_of(store), signal.SIGKILL)
    assert store.read(name) == b"x"


def test_a_broken_answer_leaves_nothing_behind(store: ObjectStore) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    store.write([("blob", b"x" * 5000), ("blob", b"y")])
    with pytest.raises(OSError, match="No space"):
        store.copy(object_id("blob", b"x" * 5000), Full())
    assert store.read(object_id("blob", b"y")) == b"y"


def test_threads_share_the_process(store: ObjectStore) -> None:
    contents = [b"%d" % number * 500 for number in range(50)]
    store.write([("blob", content) for content in contents])
    wrong: list[bytes] = []

    def read_all() -> None:
        wrong.extend(content for content in contents if store.read(object_id("blob", content)) != content)

    threads = [threading.Thread(target=read_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_fork_gets_a_process_of_its_own(store: ObjectStore) -> None:
    store.write([("blob", b"x")])
    name = object_id("blob", b"x")
    store.read(name)
    child = os.fork()
    if not child:
        os._exit(0 if store.read(name) == b"x" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert store.read(name) == b"x"


def test_closing_ends_the_process(store: ObjectStore) -> None:
    store.find("0" * 40)
    process = _reader_of(store)
    store.close()
    store.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    store = ObjectStore(make_bare(tmp_path / "r.git"))
    for folder in (store.git_dir / "objects").iterdir():
        folder.rmdir()
    (store.git_dir / "objects").rmdir()
    (store.git_dir / "objects").write_text("in the way")
    with pytest.raises(Unavailable, match="unpack-objects failed"):
        store.write([("blob", b"x")])


def test_repositories_by_sha256(tmp_path: Path) -> None:
    folder = tmp_path / "new.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--object-format=sha256", folder], check=True)
    store = ObjectStore(folder, "sha256")
    store.write([("blob", b"x")])
    assert store.read(object_id("blob", b"x", "sha256")) == b"x"
    store.close()


def _reader_of(store: ObjectStore) -> int:
    assert store._process is not None
    return store._process.pid


@pytest.mark.parametrize("left", [0, 10])
def test_an_object_that_a_power_cut_has_emptied_is_damaged_and_not_missing(store: ObjectStore, left: int) -> None:
    store.write([("blob", b"hello" * 100)])
    name = object_id("blob", b"hello" * 100)
    file = store.git_dir / "objects" / name[:2] / name[2:]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:left])
    for look in (store.find, store.read):
        with pytest.raises(Unavailable, match=f"object {name} of .* is damaged: it is empty or cut off") as told:
            look(name)
        assert "fetch it from a clone" in told.value.hint


def test_an_object_whose_content_is_broken_is_named_with_its_remedy(store: ObjectStore) -> None:
    content = bytes(range(256)) * 400
    store.write([("blob", content)])
    name = object_id("blob", content)
    file = store.git_dir / "objects" / name[:2] / name[2:]
    file.chmod(0o644)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unavailable, match=name):
        ObjectStore(store.git_dir, remedy="delete it all").read(name)


def test_what_is_written_is_on_the_disk(store: ObjectStore) -> None:
    assert "core.fsync=loose-object,reference" in command(store.git_dir, "unpack-objects")
