"""The training of a small network on several nodes, for each pool that can run one."""

import json
import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.conformance.pools import order
from reconciler.model.ids import RunName
from reconciler.model.observed import Job, JobState
from reconciler.ports.pool import JobOrder, RunnerPool
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
    """Return the losses in training and on the validation rows by epoch, as a job's log tells them."""
    found = re.findall(r"epoch (\d+): loss ([\d.]+), on the validation rows ([\d.]+)", log)
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


def learns_alike_on_two_nodes(pool: RunnerPool, finish: Callable[[RunName], Job], album: Path, folder: Path) -> None:
    """Train on one node and on two, and hold the losses of each epoch against each other."""
    found = {}
    for nodes in (1, 2):
        run, output = RunName(f"experiments/digits/{nodes:012x}"), folder / f"nodes{nodes}"
        pool.submit(training(run, album, output, nodes, epochs=6))
        assert finish(run).state is JobState.SUCCEEDED, pool.logs(run)
        assert json.loads((output / "result.json").read_text())["accepted"]
        found[nodes] = losses(pool.logs(run))
    assert sorted(found[1]) == [1, 2, 3, 4, 5, 6]
    for epoch, told in found[1].items():
        assert found[2][epoch] == pytest.approx(told, rel=1e-3, abs=2e-4)
