"""Writers take turns, and none waits for ever."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from reconciler.git.write_lock import turn

HOLDER = """
import sys, time
from reconciler.git.write_lock import turn
with turn("x", "y"):
    print("mine", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_one_at_a_time_and_the_dead_make_way() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"mine\n"
        with turn("x", "y", patience=0.05) as is_mine:
            assert not is_mine
        with turn("x", "z", patience=0.05) as is_mine:
            assert is_mine
        holder.kill()
        with turn("x", "y") as is_mine:
            assert is_mine


def test_turns_follow_each_other() -> None:
    for _ in range(3):
        with turn("x") as is_mine:
            assert is_mine


def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    with turn("x"):
        (folder,) = tmp_path.iterdir()
    folder.chmod(0o777)
    with turn("x") as is_mine:
        assert not is_mine
