"""The supervisor, as it is run: a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.providers.pools.local import supervisor
from tests.unit.reconciler.providers.pools.local.seen import members

Wait = Callable[[Callable[[], object]], None]
pytestmark = pytest.mark.usefixtures("no_process_left")

SLEEP = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); " + SLEEP
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-I', '-S', '-c', {SLEEP!r}])"


def start(folder: Path, code: str, *, timeout: float = 60, grace: float = 5) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-I", "-S", "-c", code]
    script = [sys.executable, "-I", "-S", supervisor.__file__, str(folder), "1", str(timeout), str(grace), *command]
    with (folder / "1.log").open("ab") as log:
        return subprocess.Popen(script, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def run(folder: Path, code: str, **limits: float) -> dict[str, Any]:
    with start(folder, code, **limits) as process:
        process.wait(timeout=30)
    told: dict[str, Any] = json.loads((folder / "1.exit.json").read_bytes())
    return told


def test_a_job_s_end_is_told(tmp_path: Path) -> None:
    told = run(tmp_path, "print('hello'); import sys; sys.exit(3)")
    assert (told["code"], told["signal"], told["why"]) == (3, 0, "")
    assert told["started"] <= told["ended"]
    assert (tmp_path / "1.log").read_text() == "hello\n"


def test_what_a_job_took_is_told(tmp_path: Path) -> None:
    told = run(tmp_path, "text = 'x' * 60_000_000\nfor _ in range(2_000_000): pass")
    assert told["peak_memory"] > 60_000_000
    assert 0.01 < told["cpu_seconds"] < 30


def test_a_signal_is_told(tmp_path: Path) -> None:
    told = run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (told["code"], told["signal"], told["why"]) == (-1, signal.SIGSEGV, "")


def test_a_job_whose_log_outgrows_its_bound_is_stopped(tmp_path: Path, wait: Wait) -> None:
    log = tmp_path / "1.log"
    with start(tmp_path, f"print('hello', flush=True); {SLEEP}") as process:
        wait(lambda: log.exists() and log.read_text() == "hello\n")
        os.truncate(log, supervisor.LARGEST_LOG + 1)
        process.send_signal(signal.SIGCHLD)  # it looks now, and not only when it would by itself
        process.wait(timeout=30)
    told = json.loads((tmp_path / "1.exit.json").read_bytes())
    assert (told["signal"], told["why"]) == (signal.SIGTERM, "log")


def test_a_job_at_its_timeout_is_stopped(tmp_path: Path) -> None:
    told = run(tmp_path, SLEEP, timeout=0.2)
    assert (told["signal"], told["why"]) == (signal.SIGTERM, "timeout")


def test_a_job_that_is_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    told = run(tmp_path, STUBBORN, timeout=0.5, grace=0.2)
    assert (told["signal"], told["why"]) == (signal.SIGKILL, "timeout")


def test_a_supervisor_that_is_stopped_stops_its_job(tmp_path: Path, wait: Wait) -> None:
    with start(tmp_path, "print('up', flush=True); " + SLEEP) as process:
        wait(lambda: (tmp_path / "1.log").read_text() == "up\n")
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
    told = json.loads((tmp_path / "1.exit.json").read_bytes())
    assert (told["signal"], told["why"]) == (signal.SIGTERM, "stopped")


def test_what_a_job_left_running_goes_with_it(tmp_path: Path) -> None:
    process = start(tmp_path, PARENT)
    process.wait(timeout=30)
    assert json.loads((tmp_path / "1.exit.json").read_bytes())["code"] == 0
    assert process.returncode == -signal.SIGKILL
    assert members(process.pid) == []


def test_a_command_that_can_t_be_started_is_told_in_the_log(tmp_path: Path) -> None:
    script = [sys.executable, "-I", "-S", supervisor.__file__, str(tmp_path), "1", "5", "1", "/nowhere/trainer"]
    found = subprocess.run(script, capture_output=True, text=True, check=False, timeout=30)
    assert "/nowhere/trainer could not be started" in found.stderr
    assert json.loads((tmp_path / "1.exit.json").read_bytes())["code"] == 127


def test_a_job_works_in_a_folder_of_its_own_and_is_a_session_of_its_own(tmp_path: Path) -> None:
    run(tmp_path, f"import os; print(os.getcwd()); print(os.getsid(0) != {os.getsid(0)})")
    assert (tmp_path / "1.log").read_text().splitlines() == [str(tmp_path / "1.work"), "True"]


def test_a_job_gets_the_signals_as_they_were_meant(tmp_path: Path) -> None:
    run(tmp_path, "import signal; print([signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGCHLD)])")
    assert (tmp_path / "1.log").read_text().count("SIG_DFL") == 2


def test_only_one_supervisor_gets_the_attempt(tmp_path: Path) -> None:
    processes = [start(tmp_path, "print('once')") for _ in range(4)]
    for process in processes:
        process.wait(timeout=30)
    assert (tmp_path / "1.log").read_text() == "once\n"
    assert len(list(tmp_path.glob("*.part"))) == 0


def test_a_job_whose_folder_was_moved_away_doesn_t_start(tmp_path: Path) -> None:
    """The folder is moved between the supervisor's entering it and its claim: that is told by its not being there."""
    folder = tmp_path / "job"
    folder.mkdir()
    code = (
        f"import os, sys; sys.path[:0] = [{str(Path(supervisor.__file__).parent)!r}]; import supervisor\n"
        f"create = supervisor.create\n"
        f"def moved(*told): os.rename({str(folder)!r}, {str(folder) + '2'!r}); return create(*told)\n"
        f"supervisor.create = moved\n"
        f"supervisor.main([{str(folder)!r}, '1', '5', '1', '/bin/sh', '-c', 'echo started'])"
    )
    found = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == ""
    assert (tmp_path / "job2" / "1.claim.json").exists()
    assert not (tmp_path / "job2" / "1.exit.json").exists()


def test_a_file_is_created_once_and_whole(tmp_path: Path) -> None:
    assert supervisor.create(str(tmp_path / "a"), "first")
    assert not supervisor.create(str(tmp_path / "a"), "second")
    assert (tmp_path / "a").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_live_process_keeps_its_identity() -> None:
    assert supervisor.identity(os.getpid()) == supervisor.identity(os.getpid()) != ""


def test_a_dead_process_has_none() -> None:
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert supervisor.identity(process.pid) == "", "a zombie"
    process.wait()
    assert supervisor.identity(process.pid) == ""


def test_the_system_s_start_is_known_on_linux() -> None:
    if sys.platform == "linux" and Path("/proc/sys/kernel/random/boot_id").exists():
        assert supervisor.identity(os.getpid()).startswith(supervisor.boot_id())
        assert len(supervisor.boot_id()) == 36


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_what_makes_itself_a_session_of_its_own_goes_with_its_job(tmp_path: Path) -> None:
    note = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))"
    away = f"import os; os.setsid(); os.fork() and os._exit(0); {note}; {SLEEP}"
    leaves = f"""
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-I", "-S", "-c", {away!r}])
while not (os.path.exists({str(tmp_path / "pid")!r}) and open({str(tmp_path / "pid")!r}).read()):
    time.sleep(0.01)
"""
    told = run(tmp_path, leaves)
    assert told["code"] == 0
    assert not supervisor.identity(int((tmp_path / "pid").read_text()))


def test_a_job_has_a_temporary_folder_of_its_own_that_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "kept").write_text("")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    fill = f"os.makedirs(d + '/a/b'); os.symlink({str(tmp_path)!r}, d + '/a/up'); print(d)"
    assert run(tmp_path, f"import os; d = os.environ['TMPDIR']; {fill}")["code"] == 0
    folder = Path((tmp_path / "1.log").read_text().strip())
    assert folder.parent == tmp_path / "tmp"
    assert not folder.exists()
    assert (tmp_path / "kept").exists()
