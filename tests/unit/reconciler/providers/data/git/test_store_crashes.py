"""A daemon that is killed between any two steps leaves nothing that the next one doesn't go on with."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.model.ids import RunName
from reconciler.providers.data.git import GitData
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.providers.data.git.conftest import (
    FIRST,
    RUN,
    SECOND,
    accept,
    folder_at,
    run_job,
)

pytestmark = pytest.mark.slow
VICTIM = """
import os, signal, sys
from pathlib import Path
from urllib.parse import unquote, urlsplit
import reconciler.git.process as process
from reconciler.providers.data.git import GitData

left = int(sys.argv[2])

def step():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

popen, rename, mkdir = process.subprocess.Popen, Path.rename, Path.mkdir

class Popen(popen):
    def __init__(self, line, **options):
        step()
        super().__init__(line, **options)
    def communicate(self, *arguments):
        told = super().communicate(*arguments)
        step()
        return told

process.subprocess.Popen = Popen
Path.rename = lambda self, target: (step(), rename(self, target), step())
Path.mkdir = lambda self, *a, **k: (step(), mkdir(self, *a, **k))
run = "datasets/loans/222222222222"
data = GitData(Path(sys.argv[1]), "dev")
folder = Path(unquote(urlsplit(data.open(run)).path))
if folder.name and (Path(sys.argv[1]) / "work" / run).exists():
    (folder / "data").write_text("2")
data.commit(run, {})
data.merge(run)
data.drop("experiments/loans/3f2a1b4c5d6e", accepted=True)
data.close()
"""


def killed_after(root: Path, steps: int) -> bool:
    """Let a daemon work and kill it after a number of steps; tell whether it came to be killed."""
    done = subprocess.run([sys.executable, "-c", VICTIM, str(root), str(steps)], check=False, capture_output=True)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


def finish(data: GitData) -> None:
    """Do what a new daemon does: look, and go on from what it sees."""
    told = data.list()
    if SECOND not in told.versions or not told.versions[SECOND].here:
        if SECOND not in told.branches:
            run_job(data, SECOND, {"data": "2"})
        elif not told.branches[SECOND].sealed:
            (folder_at(data.open(SECOND)) / "data").write_text("2")
        data.commit(SECOND, {})
        data.merge(SECOND)
    if RUN in data.list().versions:
        data.drop(RUN, accepted=True)


@pytest.mark.parametrize("stride", [17, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_anywhere_it_ends_the_same(tmp_path: Path, stride: int) -> None:
    begun = GitData(tmp_path / "begun", "dev")
    accept(begun, FIRST, {"data": "1"})
    accept(begun, RUN, {"a": "1"})
    begun.close()
    for steps in range(0, 200, stride):
        root = shutil.copytree(tmp_path / "begun", tmp_path / f"store{steps}")
        was_killed = killed_after(root, steps)
        after = GitData(root, "dev")
        finish(after)
        check(after, root)
        after.close()
        if not was_killed:
            return
    raise AssertionError("it was killed every time")


def check(data: GitData, root: Path) -> None:
    told = data.list()
    assert set(told.versions) == {FIRST, SECOND}
    assert told.branches == {}
    assert git(root / "objects.git", "ls-tree", "-r", "--name-only", "dev") == "datasets/loans/data"
    merges = git(root / "objects.git", "log", "--merges", "--format=%s", "dev").splitlines()
    assert sorted(merges) == sorted(f"Accept {run}" for run in (FIRST, RUN, SECOND))
    assert git(root / "objects.git", "fsck", "--no-dangling") == ""
    for run, text in ((FIRST, "1"), (SECOND, "2")):
        assert data.read(run, "data") == text.encode()
        assert (folder_at(data.url(run)) / "data").read_text() == text
    assert not (root / "work" / SECOND).exists()
    assert not (root / "versions" / RUN).exists()


class TestHalfAMovement:
    """Git moves the refs of one transaction one after the other: a crash of the machine may come between."""

    @pytest.fixture
    def sealed(self, dev: GitData) -> str:
        accept(dev, FIRST, {"data": "1"})
        run_job(dev, SECOND, {"data": "2"})
        return dev.commit(SECOND, {})

    def merged_by_another(self, dev: GitData, root: Path) -> dict[str, str]:
        """Merge, then return the refs as they are afterwards."""
        dev.merge(SECOND)
        lines = git(root / "objects.git", "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split(" ") for line in lines)

    def test_merged_but_not_tagged(self, dev: GitData, root: Path, sealed: str) -> None:
        after = self.merged_by_another(dev, root)
        git(root / "objects.git", "update-ref", "-d", f"refs/tags/dev/{SECOND}")
        git(root / "objects.git", "update-ref", f"refs/heads/sealed/dev/{SECOND}", sealed)
        third = RunName("datasets/loans/333333333333")
        accept(dev, third, {"data": "3"})
        assert dev.list().branches[SECOND].sealed
        assert dev.merge(SECOND) == sealed
        assert dev.list().versions[SECOND].commit == sealed
        assert dev.list().branches == {}
        assert git(root / "objects.git", "show", "dev:datasets/loans/data") == "3"
        assert after["refs/heads/dev"] in git(root / "objects.git", "rev-list", "dev").splitlines()

    def test_tagged_but_the_branch_is_still_there(self, dev: GitData, root: Path, sealed: str) -> None:
        self.merged_by_another(dev, root)
        git(root / "objects.git", "update-ref", f"refs/heads/sealed/dev/{SECOND}", sealed)
        assert dev.list().branches == {}
        assert dev.merge(SECOND) == sealed
        assert git(root / "objects.git", "for-each-ref", "refs/heads/sealed") == ""

    def test_open_and_sealed_at_once(self, dev: GitData, root: Path, sealed: str) -> None:
        git(root / "objects.git", "update-ref", f"refs/heads/open/dev/{SECOND}", "refs/heads/dev")
        assert dev.list().branches[SECOND].sealed
        assert dev.commit(SECOND, {}) == sealed
        dev.merge(SECOND)
        assert git(root / "objects.git", "for-each-ref", "refs/heads/open", "refs/heads/sealed") == ""

    def test_a_version_whose_folder_was_not_moved(self, dev: GitData, root: Path, sealed: str) -> None:
        self.merged_by_another(dev, root)
        (root / "work" / SECOND).parent.mkdir(parents=True, exist_ok=True)
        (root / "versions" / SECOND).rename(root / "work" / SECOND)
        assert folder_at(dev.url(SECOND)) == root / "versions" / SECOND
        assert not (root / "work" / SECOND).exists()

    def test_a_ref_whose_folder_was_not_made(self, dev: GitData, root: Path, sealed: str) -> None:
        dev.open(RUN)
        (root / "work" / RUN).rmdir()
        assert folder_at(dev.open(RUN)).is_dir()
        dev.drop(RUN)
        assert RUN not in dev.list().branches


def test_a_reader_that_is_killed_is_replaced(dev: GitData) -> None:
    accept(dev, RUN, {"a": "1"})
    assert dev._objects._process is not None
    os.kill(dev._objects._process.pid, signal.SIGKILL)
    assert dev.read(RUN, "a") == b"1"


def test_a_merge_is_made_although_the_refs_cannot_be_packed(dev: GitData, prod: GitData, root: Path) -> None:
    accept(dev, RUN)
    (root / "objects.git/packed-refs.lock").touch()
    prod.merge(RUN)
    assert prod.list().versions[RUN].here


def test_what_a_killed_write_left_unfinished_goes_with_the_next_daemon(dev: GitData, root: Path) -> None:
    dev.open(RUN)
    pack = root / "objects.git/objects/pack"
    left, young = pack / "tmp_pack_left", pack / "tmp_pack_young"
    for file in (left, young):
        file.touch()
    os.utime(left, (0, 0))
    after = GitData(root, "dev")
    after.open(SECOND)
    after.close()
    assert not left.exists()
    assert young.exists()
