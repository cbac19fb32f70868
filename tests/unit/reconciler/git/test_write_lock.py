"""Writers take turns, and none waits for ever."""

import itertools
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from reconciler.git import write_lock
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


def test_one_that_hangs_is_not_waited_for_as_a_queue_that_moves_is() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"mine\n"
        holder.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with turn("x", "y", patience=60, still=0.05) as is_mine:
            assert not is_mine
        assert time.monotonic() - began < 30
        holder.kill()


def test_a_queue_that_moves_is_waited_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time the waiter looks, another one has its turn, until its patience ends."""
    now = itertools.count(0.0, 1.5)
    monkeypatch.setattr(write_lock.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(write_lock.time, "sleep", lambda _: others.append(1))
    monkeypatch.setattr(write_lock, "_took", lambda _: len(others) == 6)
    monkeypatch.setattr(write_lock.os, "pread", lambda *_: b"%d" % len(others))
    others: list[int] = []
    with turn("x", patience=20, still=2) as is_mine:
        assert is_mine
    others.clear()
    with turn("x", patience=5, still=2) as is_mine:
        assert not is_mine


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
