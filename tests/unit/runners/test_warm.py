"""A process whose copies become jobs: what a copy is given, and what the process itself never has."""

import gc
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from runners import warm
from runners.contract.versions import RUNNER_VERSIONS
from runners.contract.warm import WARM, job_as_json

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")

TELLS = """
import json, os, sys
def main(arguments, turn_into):
    os.closerange(3, 4096)
    print("to the log", flush=True)
    told = {"environ": dict(os.environ), "pid": os.getpid(), "parent": os.getppid(), "is_turned": callable(turn_into)}
    with open(arguments[0] + ".part", "w") as file:
        json.dump(told, file)
    os.rename(arguments[0] + ".part", arguments[0])
    return 0
"""
"""A supervisor that only tells of itself."""
BECOMES = "def main(arguments, turn_into):\n    turn_into(arguments)\n"
"""A supervisor that becomes the job itself."""


class Asked:
    """A warm process, and the end of the line by which it is asked."""

    def __init__(self, folder: Path, supervisor: str) -> None:
        (folder / "supervisor.py").write_text(supervisor)
        self.line, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = (sys.executable, "-P", "-m", "runners.warm", str(folder / "supervisor.py"))
        environ = {**os.environ, "JE_ARROW_MALLOC_CONF": "background_thread:false", "PYTHONUNBUFFERED": "1"}
        with its:
            self.process = subprocess.Popen(command, stdin=its, stdout=subprocess.DEVNULL, env=environ)

    def ask(self, runner: str, job: dict[str, Any]) -> None:
        """Ask for a copy."""
        file = os.memfd_create("job")
        os.write(file, json.dumps(job).encode())
        os.lseek(file, 0, os.SEEK_SET)
        socket.send_fds(self.line, [runner.encode()], [file])
        os.close(file)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Callable[[str], Asked]]:
    found: list[Asked] = []

    def start(supervisor: str) -> Asked:
        found.append(Asked(tmp_path, supervisor))
        return found[-1]

    yield start
    for one in found:
        one.line.close()
        with suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait()


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} didn't come"
        time.sleep(0.005)
    return path.read_text()


def test_a_copy_has_the_variables_that_it_is_given_and_no_others(asked: Callable[[str], Asked], tmp_path: Path) -> None:
    process = asked(TELLS)
    environ = {"PATH": "/bin", "SETPOINT_SECRET_KEY": "k3y-of-one-job-alone", "ÄÖ": "ü"}
    process.ask("smoke", job_as_json([str(tmp_path / "told")], environ, str(tmp_path / "log")))
    told = json.loads(wait_for(tmp_path / "told"))
    assert told["environ"] == environ
    assert (told["parent"], told["is_turned"]) == (process.process.pid, True)
    assert (tmp_path / "log").read_text() == "to the log\n"
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


def test_no_secret_of_a_job_is_in_the_memory_that_the_next_is_a_copy_of(
    asked: Callable[[str], Asked], tmp_path: Path
) -> None:
    process, secret = asked(TELLS), "k3y-of-one-job-alone"
    for name in ("one", "two"):
        job = job_as_json([str(tmp_path / name)], {"SETPOINT_SECRET_KEY": secret}, str(tmp_path / "log"))
        process.ask("smoke", job)
        assert secret in wait_for(tmp_path / name)
    assert b"runners.warm" in memory_of(process.process.pid)
    assert secret.encode() not in memory_of(process.process.pid)


def memory_of(pid: int) -> bytes:
    """Return all that a process has in its memory to write to."""
    lines = [line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    spans = [[int(part, 16) for part in span.split("-")] for span, rights, *_ in lines if rights.startswith("rw")]
    found = bytearray()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for first, end in spans:
            memory.seek(first)
            found += memory.read(end - first)
    return bytes(found)


def test_it_ends_with_whoever_asks_it(asked: Callable[[str], Asked]) -> None:
    process = asked(TELLS)
    process.line.close()
    assert process.process.wait(20) == 0


def test_a_job_ends_as_it_would_have_by_itself(asked: Callable[[str], Asked], tmp_path: Path) -> None:
    request = {"format": 1, "run": "deployments/e/0123456789ab", "runner": "smoke", "output": str(tmp_path / "out")}
    (tmp_path / "request.json").write_text(json.dumps(request))
    command = [sys.executable, "-m", "runners", str(tmp_path / "request.json")]
    alone = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    error = json.loads((tmp_path / "out" / "error.json").read_bytes())
    (tmp_path / "out" / "error.json").unlink()
    process = asked(BECOMES)
    process.ask("smoke", job_as_json(command, dict(os.environ), str(tmp_path / "log")))
    wait_for(tmp_path / "out" / "error.json")
    process.line.close()
    process.process.wait(20)
    assert json.loads((tmp_path / "out" / "error.json").read_bytes()) == error
    assert (tmp_path / "log").read_text().splitlines()[-1:] == (alone.stdout + alone.stderr).splitlines()[-1:]


def test_one_that_nobody_asks_for_anything_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "IDLE", 0.0)
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with mine, its:
        assert warm._next(its) is None


def test_a_job_begins_with_draws_and_signals_of_its_own(tmp_path: Path) -> None:
    look = """
import os, sys, numpy, signal, tempfile
from runners import warm
tempfile.gettempdir()
numpy.random.rand()
drawn = []
for _ in range(2):
    ear, mouth = os.pipe()
    if not os.fork():
        warm._be_new(["python", "request.json"])
        os.write(mouth, repr((numpy.random.rand(), tempfile.tempdir, sys.argv)).encode())
        os._exit(0)
    os.wait()
    drawn.append(os.read(ear, 1000).decode())
print(len(set(drawn)), drawn[0].split(", ", 1)[1])
"""
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "2 None, ['runners', 'request.json'])"


@pytest.mark.parametrize(
    ("ends", "code"), [("SystemExit(3)", 3), ("SystemExit('why')", 1), ("SystemExit()", 0), ("KeyboardInterrupt()", 1)]
)
def test_whatever_ends_a_job_its_process_ends_so(ends: str, code: int) -> None:
    look = f"""
from runners import __main__, outlet, warm
def end(_): raise {ends}
outlet.scrubbing = end
warm.run(["request.json"])
"""
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert (done.returncode, "KeyboardInterrupt" in done.stderr) == (code, "Keyboard" in ends)


def test_what_is_imported_of_each_runner_is_there() -> None:
    assert set(warm.IMPORTED) == WARM <= set(RUNNER_VERSIONS)
    ours = [name for names in warm.IMPORTED.values() for name in names if name.startswith("runners.")]
    assert all(importlib.util.find_spec(name) for name in ours)


def test_what_can_t_be_imported_is_left_to_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "IMPORTED", {"smoke": ("nowhere.at.all", "runners.smoke")})
    known: set[str] = set()
    warm.warm("smoke", known)
    warm.warm("command", known)
    gc.unfreeze()
    assert known == {"smoke"}


def test_a_process_with_more_than_one_thread_is_not_copied(asked: Callable[[str], Asked], tmp_path: Path) -> None:
    threaded = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    process = asked(threaded + TELLS)
    process.ask("smoke", job_as_json([str(tmp_path / "told")], {}, str(tmp_path / "log")))
    assert process.process.wait(20) == 1
    assert not (tmp_path / "told").exists()


def test_a_supervisor_that_is_nowhere_is_told() -> None:
    with pytest.raises((ImportError, FileNotFoundError)):
        warm.supervising("/nowhere/supervisor.py")
    assert signal.getsignal(signal.SIGCHLD) in (signal.SIG_DFL, signal.SIG_IGN, None)
