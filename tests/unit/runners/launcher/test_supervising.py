"""A kept process ends when its supervisor's holder does, whatever happened to that."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runners.launcher.supervising import Kept, keep
from runners.launcher.supervisor import STOPPED
from tests.unit.runners.launcher.processes import FAMILY, SLEEP, is_alive, python, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
ROOT = Path(__file__).parents[4]

HOLDER = """
import os, sys
from runners.launcher.supervising import keep
sys.exit(keep(sys.argv[1:], os.environ, timeout=60, grace=5))
"""


def holding(code: str) -> "subprocess.Popen[bytes]":
    """Start a process that keeps another one."""
    return subprocess.Popen([sys.executable, "-c", HOLDER, *python(code)], cwd=ROOT, stdout=subprocess.PIPE)


def test_a_process_is_kept_to_its_end() -> None:
    kept = Kept(
        python("import sys; print('hello'); sys.exit(3)"), os.environ, timeout=60, grace=5, output=subprocess.PIPE
    )
    assert kept.output
    assert kept.output.read() == b"hello\n"
    assert kept.wait() == 3


def test_it_has_the_environment_that_it_is_given() -> None:
    code = "import os; print(os.environ.get('A'), os.environ.get('HOME'))"
    kept = Kept(python(code), {"A": "1"}, timeout=60, grace=5, output=subprocess.PIPE)
    assert kept.output
    assert kept.output.read() == b"1 None\n"
    assert kept.wait() == 0


def test_it_is_stopped_when_it_is_let_go() -> None:
    kept = Kept(python(SLEEP), os.environ, timeout=60, grace=5)
    kept.stop()
    assert kept.wait() == STOPPED
    kept.stop()


def test_sigterm_to_the_holder_stops_it() -> None:
    with holding(FAMILY + "time.sleep(600)") as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == STOPPED
    wait_until(lambda: not is_alive(child))


def test_a_holder_that_is_killed_takes_all_with_it() -> None:
    with holding(FAMILY + "time.sleep(600)") as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.kill()
        process.wait(timeout=30)
        wait_until(lambda: not is_alive(child))


def test_keeping_returns_the_exit_code() -> None:
    former = signal.getsignal(signal.SIGTERM)
    try:
        assert keep(python("import sys; sys.exit(65)"), os.environ, timeout=60, grace=5) == 65
    finally:
        signal.signal(signal.SIGTERM, former)
