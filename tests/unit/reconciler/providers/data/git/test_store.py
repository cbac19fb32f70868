"""The embedded data store, as its daemons use it: from an open branch to a version, in two environments."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import RunName
from reconciler.ports.data import DataReader, DataStore
from reconciler.providers.data.git import GitData
from reconciler.providers.data.git.stamps import SEALED
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.providers.data.git.conftest import (
    FIRST,
    OTHER,
    RUN,
    SECOND,
    accept,
    folder_at,
    run_job,
)


def shown(root: Path, branch: str) -> list[str]:
    return git(root / "objects.git", "ls-tree", "-r", "--name-only", branch).splitlines()


def test_it_fills_both_ports(dev: GitData) -> None:
    store: DataStore = dev
    reader: DataReader = dev
    assert (store.list().branches, store.list().versions) == ({}, {})
    with pytest.raises(FileNotFoundError):
        reader.url(RUN)


def test_looking_changes_nothing(dev: GitData, root: Path) -> None:
    assert dev.list().head == dev.list().head
    assert git(root / "objects.git", "for-each-ref") == ""


def test_the_way_of_a_run(dev: GitData, root: Path) -> None:
    folder = run_job(dev, RUN, {"model.txt": "m", "result.json": "{}"})
    assert dev.open(RUN) == folder.as_uri() == dev.url(RUN)
    branch = dev.list().branches[RUN]
    assert (branch.sealed, branch.ours) == (False, True)
    assert dev.read(RUN, "model.txt") == b"m"
    sealed = dev.commit(RUN, {"runner": "tabular"})
    assert dev.commit(RUN, {"runner": "other"}) == sealed
    branch = dev.list().branches[RUN]
    assert (branch.commit, branch.sealed, branch.ours) == (sealed, True, True)
    assert dev.merge(RUN) == sealed == dev.merge(RUN) == dev.commit(RUN, {})
    told = dev.list()
    assert told.branches == {}
    assert (told.versions[RUN].commit, told.versions[RUN].here) == (sealed, True)
    assert shown(root, "dev") == [f"{RUN}/model.txt", f"{RUN}/result.json"]
    assert dev.read(RUN, "model.txt") == b"m"
    assert (folder_at(dev.url(RUN)) / "model.txt").read_text() == "m"
    assert not folder.exists()
    assert git(root / "objects.git", "log", "-1", "--format=%an|%s", f"{sealed}") == f"Setpoint|{RUN}"


def test_what_was_committed_is_what_counts(dev: GitData) -> None:
    folder = run_job(dev, RUN, {"a": "1"})
    dev.commit(RUN, {})
    (folder / "a").write_text("2")
    assert dev.read(RUN, "a") == b"1"


def test_a_refused_run_stays_for_inspection(dev: GitData, root: Path) -> None:
    folder = run_job(dev, FIRST, {"data": "bad"})
    dev.commit(FIRST, {})
    accept(dev, SECOND, {"data": "good"})
    assert shown(root, "dev") == ["datasets/loans/data"]
    assert dev.read(FIRST, "data") == b"bad"
    assert folder_at(dev.url(FIRST)) == folder
    assert git(root / "objects.git", "show", f"sealed/dev/{FIRST}:datasets/loans/data") == "bad"


def test_a_newer_version_replaces_the_older(dev: GitData, root: Path) -> None:
    accept(dev, FIRST, {"data": "1", "old": ""})
    accept(dev, SECOND, {"data": "2"})
    assert shown(root, "dev") == ["datasets/loans/data"]
    assert dev.read(FIRST, "data") == b"1"
    dev.drop(FIRST, accepted=True)
    assert shown(root, "dev") == ["datasets/loans/data"]
    assert set(dev.list().versions) == {SECOND}
    with pytest.raises(FileNotFoundError):
        dev.read(FIRST, "data")
    with pytest.raises(FileNotFoundError):
        dev.url(FIRST)
    dev.drop(SECOND, accepted=True)
    assert shown(root, "dev") == []
    assert dev.list().versions == {}


def test_what_was_never_opened(dev: GitData) -> None:
    for verb in (lambda: dev.commit(RUN, {}), lambda: dev.merge(RUN)):
        with pytest.raises(Refused, match=f"{RUN} has no"):
            verb()
    run_job(dev, RUN)
    with pytest.raises(Refused, match="no sealed branch"):
        dev.merge(RUN)
    dev.drop(OTHER)
    dev.drop(RUN)
    dev.drop(RUN)
    assert dev.list().branches == {}
    with pytest.raises(FileNotFoundError):
        dev.read(RUN, "result.json")


@pytest.mark.parametrize("name", ["datasets/../x", "../../etc/x", "a/b", "a/b/ü", "a/b/c\n", "a b/c/d"])
def test_odd_names_reach_nothing(dev: GitData, root: Path, name: str) -> None:
    run = RunName(name)
    for verb in (lambda: dev.open(run), lambda: dev.commit(run, {}), lambda: dev.merge(run), lambda: dev.drop(run)):
        with pytest.raises(Refused, match="name of a run"):
            verb()
    for look in (lambda: dev.read(run, "x"), lambda: dev.url(run)):
        with pytest.raises(FileNotFoundError):
            look()
    assert not (root / "work").exists()


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "", "sub", "a/../a", "nothing", "x\ny"])
def test_odd_paths_reach_nothing(dev: GitData, path: str) -> None:
    run_job(dev, RUN, {"a": "1", "sub/b": "2"})
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            dev.read(RUN, path)
        dev.commit(RUN, {})
        dev.merge(RUN)


def test_a_missing_checkout_is_made_anew(dev: GitData, root: Path) -> None:
    accept(dev, RUN, {"a": "1", "sub/b": "2"})
    run_job(dev, FIRST, {"data": "bad"})
    dev.commit(FIRST, {})
    (root / "versions").rename(root / "away")
    (root / "work").rename(root / "gone")
    assert (folder_at(dev.url(RUN)) / "sub/b").read_text() == "2"
    assert (folder_at(dev.url(FIRST)) / "data").read_text() == "bad"


@pytest.mark.parametrize("how", ["written", "replaced", "lost", "added", "linked", "writable"])
def test_a_checkout_that_was_changed_is_made_anew(dev: GitData, root: Path, tmp_path: Path, how: str) -> None:
    accept(dev, RUN, {"a": "1", "sub/b": "2"})
    folder = folder_at(dev.url(RUN))
    made = (folder / "a").stat()
    assert folder_at(dev.url(RUN)) == folder
    assert (folder / "a").stat().st_ino == made.st_ino, "a whole one is left as it is"
    change(folder / "sub/b", how, tmp_path)
    assert {path.name: path.read_text() for path in folder_at(dev.url(RUN)).rglob("*") if path.is_file()} == {
        "a": "1",
        "b": "2",
    }
    assert not (folder / "sub/b").is_symlink()
    assert (folder / "sub/b").stat().st_mtime == SEALED
    assert not any((root / "trash").iterdir())


def change(file: Path, how: str, elsewhere: Path) -> None:
    """Do to a file of a checkout what people and programs do."""
    file.chmod(0o644)
    if how == "written":
        file.write_text("3")
        file.chmod(0o444)
    elif how == "added":
        (file.parent / "c").write_text("3")
    elif how != "writable":
        file.unlink()
        (elsewhere / "other").write_text("3")
        {"replaced": lambda: file.write_text("3"), "linked": lambda: file.symlink_to(elsewhere / "other")}.get(
            how, lambda: None
        )()


class TestTwoEnvironments:
    def test_one_opens_and_the_other_sees(self, dev: GitData, prod: GitData) -> None:
        run_job(dev, RUN)
        branch = prod.list().branches[RUN]
        assert (branch.sealed, branch.ours) == (False, False)
        assert prod.open(RUN) == dev.open(RUN)
        prod.drop(RUN)
        assert RUN in dev.list().branches
        assert dev.read(RUN, "result.json")
        sealed = prod.commit(RUN, {})
        assert dev.list().branches[RUN].sealed
        assert dev.list().branches[RUN].ours
        assert prod.merge(RUN) == sealed
        assert not dev.list().versions[RUN].here
        assert dev.merge(RUN) == sealed
        assert dev.list().versions[RUN].here

    def test_an_accepted_run_is_taken_over(self, dev: GitData, prod: GitData, root: Path) -> None:
        accept(dev, RUN, {"a": "1"})
        version = prod.list().versions[RUN]
        assert not version.here
        assert prod.read(RUN, "a") == b"1"
        assert prod.merge(RUN) == version.commit
        assert prod.list().versions[RUN].here
        assert shown(root, "prod") == [f"{RUN}/a"]
        dev.drop(RUN, accepted=True)
        assert not dev.list().versions[RUN].here
        assert (folder_at(prod.url(RUN)) / "a").exists()
        assert prod.read(RUN, "a") == b"1"
        prod.drop(RUN, accepted=True)
        assert prod.list().versions == {}
        assert not (root / "versions" / RUN).exists()

    def test_both_at_once_lose_nothing(self, root: Path) -> None:
        stores = [GitData(root, name) for name in ("dev", "prod") for _ in range(2)]
        runs = [RunName(f"experiments/x/{number:012x}") for number in range(6)]
        barrier = threading.Barrier(len(stores))

        def live(data: GitData) -> None:
            barrier.wait()
            for run in runs:
                folder = folder_at(data.open(run))
                if folder.exists() and not (folder / "a").exists():
                    (folder / "a").write_text(run)
                data.commit(run, {})
                data.merge(run)

        with ThreadPoolExecutor(len(stores)) as threads:
            list(threads.map(live, stores))
        for data in stores:
            assert all(data.list().versions[run].here for run in runs)
            assert data.list().branches.keys() <= set()
            data.close()
        assert git(root / "objects.git", "fsck", "--no-dangling") == ""
        assert {path.split("/")[2] for path in shown(root, "dev")} <= {run.split("/")[2] for run in runs}


@pytest.mark.slow
def test_many_threads_merge_at_once(dev: GitData, root: Path) -> None:
    runs = [RunName(f"experiments/x/{number:012x}") for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda run: accept(dev, run, {"a": run}), runs))
    assert set(dev.list().versions) == set(runs)
    assert shown(root, "dev") == [f"{run}/a" for run in runs]


def test_what_cannot_be_kept_is_refused_and_can_be_mended(dev: GitData) -> None:
    folder = run_job(dev, RUN)
    (folder / "out").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="link out"):
        dev.commit(RUN, {})
    assert not dev.list().branches[RUN].sealed
    (folder / "out").unlink()
    assert dev.commit(RUN, {})


def test_a_store_that_vanishes_is_not_empty(dev: GitData, root: Path) -> None:
    accept(dev, RUN)
    root.rename(root.with_name("unmounted"))
    for verb in (dev.list, lambda: dev.open(OTHER), lambda: dev.read(OTHER, "x")):
        with pytest.raises(Unavailable):
            verb()
    with pytest.raises((Unavailable, FileNotFoundError)):
        dev.url(OTHER)
    assert not root.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        GitData(tmp_path / "file/data", "dev")
    with pytest.raises(Refused):
        GitData(tmp_path / "data", "sealed")


def test_a_large_file_is_kept(dev: GitData, root: Path) -> None:
    git(root / "objects.git", "config", "core.bigFileThreshold", "1m")
    folder = run_job(dev, RUN)
    with (folder / "model.bin").open("wb") as file:
        file.truncate(5 << 20)
    dev.commit(RUN, {})
    dev.merge(RUN)
    (root / "versions").rename(root / "away")
    assert (folder_at(dev.url(RUN)) / "model.bin").stat().st_size == 5 << 20


@pytest.mark.timing
def test_ten_thousand_versions_list_at_once(dev: GitData, root: Path) -> None:
    accept(dev, RUN)
    commit = dev.list().versions[RUN].commit
    packed = root / "objects.git/packed-refs"
    lines = "".join(f"{commit} refs/tags/dev/experiments/x/{number:012x}\n" for number in range(10_000))
    packed.write_text("# pack-refs with: peeled fully-peeled sorted \n" + lines)
    began = time.perf_counter()
    assert len(dev.list().versions) == 10_000
    assert time.perf_counter() - began < 2, "a listing takes 0.1 s on a quiet machine"
