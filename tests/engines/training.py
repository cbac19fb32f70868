"""The training of a small network on several nodes, for each pool that can run one."""

import os
import re
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reconciler.model.ids import RunName
from reconciler.ports.pool import JobOrder
from tests.conformance.pools import order
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_albums import DIGITS


def training(run: RunName, album: Path, output: Path, nodes: int, *, attempt: int = 1, **params: int) -> JobOrder:
    """Order the training of a small network on the digits of an album."""
    asking = Asking(output)
    small = {"channels": [4], "hidden": 16, "learning_rate": 0.01, "dropout": 0.0, **params}
    request = asking.request(album, small, runner_name="torch-images", **DIGITS).model_copy(update={"run": run})
    ordered = order(run, nodes=nodes, attempt=attempt, timeout=900.0)
    return replace(ordered, request=request.model_dump(mode="json"))


def losses(log: str) -> dict[int, tuple[float, float]]:
    """Return the losses in training and on the test rows by epoch, as a job's log tells them."""
    found = re.findall(r"epoch (\d+): loss ([\d.]+), on the test rows ([\d.]+)", log)
    return {int(epoch): (float(train), float(test)) for epoch, train, test in found}


def kill_rank_1(run: RunName) -> None:
    """Kill the runner of rank 1, as a node that runs out of memory does."""
    marks = (b"RANK=1\0", b"SETPOINT_RUN=" + run.encode() + b"\0")
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            environ = (process / "environ").read_bytes()
            if b"runners" in words and b"-I" not in words and all(mark in environ for mark in marks):
                os.kill(int(process.name), signal.SIGKILL)
