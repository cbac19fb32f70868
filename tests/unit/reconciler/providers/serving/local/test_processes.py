"""A process is known by the lock that the kernel holds for it."""

import os
import signal
import sys
from pathlib import Path

import pytest

from reconciler.providers.serving.local.processes import LOCK_FD, bury, cpu_seconds, is_alive, pid_of, spawn, tell
from tests.unit.reconciler.providers.serving.local.conftest import Wait

SLEEPER = (sys.executable, "-I", "-S", "-c", "import time; print('up', flush=True); time.sleep(60)")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "it.lock"


def start(lock: Path, *command: str) -> bool:
    return spawn(lock, command or SLEEPER, {"PATH": os.environ["PATH"]}, lock.with_suffix(".log"))


def end(lock: Path, wait: Wait) -> None:
    tell(lock, signal.SIGKILL)
    wait(lambda: not is_alive(lock))
    bury(lock)


def test_a_process_lives_on_its_own_and_only_once(lock: Path, wait: Wait) -> None:
    assert not is_alive(lock)
    assert start(lock)
    assert is_alive(lock)
    pid = pid_of(lock)
    assert pid is not None
    assert os.getsid(pid) == pid
    assert not start(lock), "a second one was started in its place"
    assert pid_of(lock) == pid
    end(lock, wait)
    assert pid_of(lock) is None
    assert start(lock)
    end(lock, wait)


def test_its_end_is_seen_however_it_comes(lock: Path, wait: Wait) -> None:
    assert start(lock, sys.executable, "-I", "-S", "-c", "print('done')")
    wait(lambda: not is_alive(lock))
    assert lock.with_suffix(".log").read_text() == "done\n"
    bury(lock)
    with pytest.raises(ChildProcessError):
        os.waitpid(int(lock.read_text()), os.WNOHANG)


def test_what_a_process_works_is_counted(lock: Path, wait: Wait) -> None:
    assert cpu_seconds(lock) is None
    assert start(lock, sys.executable, "-I", "-S", "-c", "while True: pass")
    wait(lambda: (cpu_seconds(lock) or 0) > 0.2)
    end(lock, wait)


def test_a_stranger_with_its_number_gets_no_signal(lock: Path) -> None:
    lock.write_text(str(os.getpid()))
    tell(lock, signal.SIGKILL)
    assert not is_alive(lock)


def test_one_whose_number_nobody_wrote_down_is_alive_all_the_same(lock: Path, wait: Wait) -> None:
    start(lock)
    pid = pid_of(lock)
    assert pid
    lock.write_text(" " * 12)
    assert is_alive(lock)
    assert pid_of(lock) is None
    tell(lock, signal.SIGKILL)
    assert is_alive(lock)
    lock.write_text(str(pid))
    end(lock, wait)


def test_nothing_is_handed_on_but_the_lock(lock: Path, wait: Wait) -> None:
    code = "import os; print(sorted(map(int, os.listdir('/proc/self/fd'))), dict(os.environ).keys() - {'LC_CTYPE'})"
    with (lock.parent / "mine").open("w") as mine:
        os.set_inheritable(mine.fileno(), True)
        start(lock, sys.executable, "-I", "-S", "-c", code)
    wait(lambda: not is_alive(lock))
    text = lock.with_suffix(".log").read_text()
    assert text.startswith("[0, 1, 2, 3, 100]"), f"3 is the listing itself: {text}"
    assert "{'PATH'}" in text
    bury(lock)


def test_the_process_keeps_its_lock_whatever_number_that_has_here(lock: Path, wait: Wait) -> None:
    """An open file of this process may have the number that the lock is to have in the other one."""
    with (lock.parent / "mine").open("w") as mine:
        held = os.dup(LOCK_FD) if _is_open(LOCK_FD) else None
        os.dup2(mine.fileno(), LOCK_FD, inheritable=True)
        try:
            assert start(lock)
            assert is_alive(lock)
            end(lock, wait)
        finally:
            os.close(LOCK_FD) if held is None else os.dup2(held, LOCK_FD, inheritable=False)
            if held is not None:
                os.close(held)


def _is_open(number: int) -> bool:
    return Path(f"/dev/fd/{number}").exists()


def test_a_program_that_isn_t_there_is_told(lock: Path) -> None:
    with pytest.raises(FileNotFoundError):
        start(lock, "/nowhere/at/all")
    assert not is_alive(lock)
