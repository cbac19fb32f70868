"""Starting supervisors, finding them again, stopping them."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.providers.pools.local.processes import is_alive, is_child_alive, kill, spawn, stop
from reconciler.providers.pools.local.records import Process
from tests.unit.reconciler.providers.pools.local.seen import members

Wait = Callable[[Callable[[], object]], None]
pytestmark = pytest.mark.usefixtures("no_process_left")

SLEEP = (sys.executable, "-I", "-S", "-c", "import time; print('up', flush=True); time.sleep(600)")


def start(folder: Path, command: tuple[str, ...] = SLEEP, environ: dict[str, str] | None = None) -> int:
    return spawn(folder, 1, (60.0, 1.0), command, os.environ if environ is None else environ)


def claimed(folder: Path) -> Process:
    told = json.loads((folder / "1.claim.json").read_bytes())
    return Process(told["pid"], told["identity"])


def is_up(folder: Path) -> bool:
    return (folder / "1.log").exists() and "up" in (folder / "1.log").read_text()


def test_a_supervisor_claims_and_is_found(tmp_path: Path, wait: Wait) -> None:
    pid = start(tmp_path)
    wait(lambda: is_up(tmp_path))
    process = claimed(tmp_path)
    assert process.pid == pid
    assert is_alive(process)
    assert is_child_alive(pid)
    stop(process)
    wait(lambda: not is_child_alive(pid))
    assert not is_alive(process)
    assert json.loads((tmp_path / "1.exit.json").read_bytes())["why"] == "stopped"


def test_killing_takes_the_whole_group(tmp_path: Path, wait: Wait) -> None:
    pid = start(tmp_path)
    wait(lambda: is_up(tmp_path))
    kill(claimed(tmp_path))
    wait(lambda: not is_child_alive(pid))
    assert not (tmp_path / "1.exit.json").exists()


def test_what_a_dead_supervisor_left_is_killed(tmp_path: Path, wait: Wait) -> None:
    pid = start(tmp_path)
    wait(lambda: is_up(tmp_path))
    os.kill(pid, signal.SIGKILL)
    wait(lambda: not is_child_alive(pid))
    process = claimed(tmp_path)
    assert members(pid), "the job goes on without its supervisor"
    kill(process)
    wait(lambda: not members(pid))


def test_another_process_of_that_id_is_left_alone(tmp_path: Path, wait: Wait) -> None:
    pid = start(tmp_path)
    wait(lambda: is_up(tmp_path))
    other = Process(pid, "another start")
    assert not is_alive(other)
    stop(other)
    kill(other)
    kill(Process(pid + 1_000_000, "00000000-0000-0000-0000-000000000000:1"))
    assert is_child_alive(pid)
    kill(claimed(tmp_path))
    wait(lambda: not is_child_alive(pid))


def test_a_job_gets_its_environment_and_no_open_file(tmp_path: Path, wait: Wait) -> None:
    code = "import os; print(os.environ['COLOUR'], os.environ.get('HOME'), len(os.listdir('/proc/self/fd')), 'up')"
    ear, mouth = os.pipe()
    os.set_inheritable(mouth, True)
    start(tmp_path, (sys.executable, "-I", "-S", "-c", code), {"COLOUR": "blue"})
    wait(lambda: is_up(tmp_path))
    os.close(ear)
    os.close(mouth)
    colour, home, files, _ = (tmp_path / "1.log").read_text().split()
    assert (colour, home) == ("blue", "None")
    assert int(files) == 4, "the three of every process, and the folder that is being listed"


def test_a_process_that_is_no_child_is_not_alive_as_one() -> None:
    assert not is_child_alive(os.getpid())
