"""The launcher, as a cluster starts it: the request becomes a file, and the job's end is its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runners.contract.exits import USAGE
from tests.unit.runners.launcher.processes import FAMILY, is_alive, python, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
ROOT = Path(__file__).parents[4]
SHOW = "import sys, os; print(open(sys.argv[1]).read(), os.environ['SETPOINT_RUN']); print(sys.argv[1]); sys.exit(7)"


def launching(code: str, **told: Any) -> "subprocess.Popen[str]":
    order = {"run": "a/b/c", "attempt": 1, "command": python(code), "timeout": 60.0, "grace": 5.0, **told}
    environ = {"SETPOINT_ORDER": json.dumps(order), "SETPOINT_REQUEST": '{"x": "ä"}'}
    return subprocess.Popen(
        [sys.executable, "-m", "runners.launcher"],
        cwd=ROOT,
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_job_reads_its_request_and_its_end_is_the_launcher_s() -> None:
    with launching(SHOW) as process:
        assert process.stdout
        headline, request, path = process.stdout.read().splitlines()
        assert process.wait(timeout=30) == 7
    assert headline == "setpoint: attempt 1 of 'a/b/c' begins"
    assert request == '{"x": "ä"} a/b/c'
    assert not Path(path).exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_whoever_ends_the_launcher_ends_the_job(how: signal.Signals) -> None:
    with launching(FAMILY + "time.sleep(600)") as process:
        assert process.stdout
        process.stdout.readline()
        child = int(process.stdout.readline())
        process.send_signal(how)
        process.wait(timeout=30)
        wait_until(lambda: not is_alive(child))


def test_without_an_order_it_says_what_is_missing() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SETPOINT_")}
    command = [sys.executable, "-m", "runners.launcher"]
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert result.returncode == USAGE
    assert "SETPOINT_ORDER" in result.stderr


def test_one_node_needs_no_ray() -> None:
    code = "import sys, runners.launcher.launch; print({'ray', 'pydantic', 'torch'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
