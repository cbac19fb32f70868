"""A server as a process: it is told to be ready, its failure shows its log, and it dies with the tests."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.ports import free_port, is_open
from tests.servers.process import Process, ServerFailedError, until

SERVES = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)


def python(folder: Path, code: str, *arguments: object) -> Process:
    log = folder / "it.log"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return Process("it", command, log, lambda: "ready" in log.read_text())


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[Process, int]]:
    port = free_port()
    process = Process("it", [sys.executable, "-c", SERVES, str(port)], tmp_path / "it.log", lambda: is_open(port))
    yield process, port
    process.kill()


def test_it_starts_again_on_its_port(serving: tuple[Process, int]) -> None:
    process, port = serving
    for _ in range(2):
        process.start()
        process.stop()
        assert not process.is_running
        assert not is_open(port)


def test_one_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    with pytest.raises(ServerFailedError, match=r"it ended at once.*\n.*no disk"):
        python(tmp_path, "raise SystemExit('no disk')").start()


def test_a_stubborn_one_is_ended_too(tmp_path: Path) -> None:
    process = python(tmp_path, STUBBORN)
    process.grace = 0.2
    process.start()
    process.stop()
    assert not process.is_running


def test_a_paused_one_can_be_stopped(serving: tuple[Process, int]) -> None:
    process, port = serving
    process.start().pause()
    assert is_open(port)
    process.stop()
    assert not is_open(port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_it_dies_with_the_tests(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    starts = f"""
import pathlib, sys, time
from tests.servers.process import Process
log = pathlib.Path({str(log)!r})
code = "import time; print('ready', flush=True); time.sleep(600)"
print(Process("it", [sys.executable, "-c", code], log, lambda: "ready" in log.read_text()).start().pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        pid = int(tests.stdout.readline())
        tests.send_signal(signal.SIGKILL)
    until(lambda: not is_there(pid), "the server to be gone", 10)


def is_there(pid: int) -> bool:
    """Tell whether a process goes on; a zombie doesn't."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
