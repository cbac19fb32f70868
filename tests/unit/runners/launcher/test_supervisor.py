"""The supervisor, as it is run: a process of its own between a line and a job."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from runners.launcher import supervisor
from runners.launcher.supervisor import NOT_STARTED, STOPPED, TIMED_OUT
from tests.unit.runners.launcher.processes import FAMILY, SLEEP, STUBBORN, is_alive, python, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")

CAREFUL = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'saved\\n'), sys.exit(3)))
print('up', flush=True)
time.sleep(600)
"""


def start(command: Sequence[str], *, timeout: float = 60, grace: float = 20) -> "subprocess.Popen[bytes]":
    script = [sys.executable, "-I", "-S", supervisor.__file__, str(timeout), str(grace), *command]
    return subprocess.Popen(
        script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def run(command: Sequence[str], **limits: float) -> tuple[int, str]:
    """Run a supervisor to its end while the line is held; return its exit code and what was printed."""
    with start(command, **limits) as process:
        assert process.stdout
        said = process.stdout.read().decode()
        return process.wait(timeout=30), said


def line(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout
    return process.stdout.readline().decode().strip()


@pytest.mark.parametrize("code", [0, 1, 65, 75, 255])
def test_a_job_s_exit_code_is_told(code: int) -> None:
    assert run(python(f"print('hello'); import sys; sys.exit({code})")) == (code, "hello\n")


def test_a_signal_is_told_as_a_shell_tells_it() -> None:
    assert run(python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))[0] == 128 + signal.SIGSEGV


def test_a_job_at_its_timeout_is_stopped() -> None:
    assert run(python(SLEEP), timeout=0.2)[0] == TIMED_OUT


def test_a_job_that_is_deaf_to_sigterm_is_killed() -> None:
    assert run(python(STUBBORN), timeout=0.5, grace=0.2)[0] == TIMED_OUT


def test_no_job_can_say_that_it_was_timed_out() -> None:
    code, said = run(python(f"import sys; sys.exit({TIMED_OUT})"))
    assert code == 1
    assert "own exit code 124" in said


def test_a_command_that_isn_t_there_is_told() -> None:
    code, said = run(["/nowhere/train"])
    assert code == NOT_STARTED
    assert "/nowhere/train could not be started: No such file or directory" in said


@pytest.mark.parametrize("how", ["line", "signal"])
def test_a_job_is_stopped_when_nobody_wants_it_any_more(how: str) -> None:
    with start(python("print('up', flush=True); " + SLEEP)) as process:
        assert line(process) == "up"
        if how == "signal":
            process.send_signal(signal.SIGTERM)
        elif process.stdin:
            process.stdin.close()
        assert process.wait(timeout=30) == STOPPED


def test_a_job_has_its_grace_to_end_well() -> None:
    with start(python(CAREFUL)) as process:
        assert line(process) == "up"
        process.send_signal(signal.SIGTERM)
        assert line(process) == "saved"
        assert process.wait(timeout=30) == STOPPED


def test_a_stubborn_job_is_killed_after_its_grace() -> None:
    with start(python(STUBBORN), grace=0.2) as process:
        assert line(process) == "up"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == STOPPED
    assert time.monotonic() - began >= 0.2


def test_what_a_job_left_running_goes_with_it() -> None:
    code, said = run(python(FAMILY))
    assert code == 0
    wait_until(lambda: not is_alive(int(said)))


def test_what_is_written_to_the_line_means_nothing() -> None:
    with start(python("print('up', flush=True); import time; time.sleep(0.5); print('done')")) as process:
        assert line(process) == "up"
        assert process.stdin
        process.stdin.write(b"x" * 10_000)
        process.stdin.flush()
        assert line(process) == "done"
        assert process.wait(timeout=30) == 0


def test_a_supervisor_whose_first_process_is_killed_keeps_its_job() -> None:
    with start(python(FAMILY + "time.sleep(600)")) as process:
        child = int(line(process))
        process.kill()
        process.wait(timeout=30)
        assert is_alive(child)
        assert process.stdin
        process.stdin.close()
        wait_until(lambda: not is_alive(child))


def test_sigterm_before_the_job_has_begun_still_ends_it() -> None:
    for _ in range(5):
        with start(python(SLEEP)) as process:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) in (STOPPED, -signal.SIGTERM)
