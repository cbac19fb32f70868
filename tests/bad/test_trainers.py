"""Trainers that go wrong, as processes of the real pool beside the real data store: their experiment alone stalls."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.model.ids import Address
from reconciler.model.observed import JobState
from reconciler.providers.data.git import GitData
from reconciler.providers.pools.local import LocalPool
from tests.bad.ground import FILES, Ground
from tests.conformance.pools import WallClock

ODD_JOB = Path(__file__).with_name("odd_job.py")
PATIENCE = 60.0
SPEC = """dataset: datasets/loans
target: paid
runner: {{command: [train]}}
metric: {{name: roc_auc}}
retries: 0
timeout: {timeout}
params: {{ends: {ends}}}
"""
ENDS = {
    "crashes": "exit code 1 after 1 attempt",
    "killed": "killed by SIGSEGV after 1 attempt",
    "forges": "killed by SIGSEGV after 1 attempt",
    "boasts": "the metric `roc_auc` is 1e+308, and it can only be from 0 to 1",
    "hangs": "timeout of 1",
    "nothing": "it ended well but left no result.json after 1 attempt",
    "refuses": "target: no column paid (name one)",
    "odd words": "error.json is not what a runner leaves: `what` isn't a text",
    "NaN": "no trial has the metric roc_auc",
    "infinite": "no trial has the metric roc_auc",
    "half": "result.json is no JSON",
    "list": "result.json is no JSON object",
    "shapes": "`metrics` isn't an object",
    "deep": "result.json is not what a runner leaves: it is nested more than 60 levels deep",
    "fifo": "result.json in the output is no regular file",
    "sparse": "the output has more than 1 GiB",
    "link": "the output has a link result.json to something outside",
    "climbing": "has an odd path",
    "large": "more than 1 MiB beside its files",
    "extra link": "the output has a link extra.txt to something outside (write the file itself)",
}


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground(tmp_path / "repository", {**FILES, "specs/pools/shared.yaml": "capacity: {cpus: 2}\n"})
    command = (sys.executable, "-I", "-S", str(ODD_JOB))
    pool = LocalPool(tmp_path / "pool", WallClock(), command=command, grace=0.2)
    data = GitData(tmp_path / "data", "dev", largest_output="1Gi")
    ground.engines = replace(ground.engines, data=data, reader=data, pool=pool, clock=WallClock())
    ground.again()
    yield ground
    for run in pool.list().jobs:
        pool.cancel(run)
    live(
        ground, lambda: all(job.state not in (JobState.WAITING, JobState.RUNNING) for job in pool.list().jobs.values())
    )


def live(ground: Ground, is_done: object) -> None:
    """Make passes as the daemon does, until a condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not is_done():  # type: ignore[operator]
        assert time.monotonic() < deadline, ground.recorded().statuses
        ground.engines.pool.settle()
        ground.once()
        time.sleep(0.02)


def states(ground: Ground) -> dict[str, str]:
    return {str(address): str(document["state"]) for address, document in ground.recorded().statuses.items()}


@pytest.mark.sweep
@pytest.mark.parametrize("ends", ENDS)
def test_a_trainer_that_goes_wrong_stalls_alone(ground: Ground, ends: str) -> None:
    timeout = "1s" if ends == "hangs" else "1m"
    ground.commit(
        {
            "specs/experiments/bad.yaml": SPEC.format(ends=f"'{ends}'", timeout=timeout),
            "specs/experiments/good.yaml": SPEC.format(ends="well", timeout="1m"),
        }
    )
    live(
        ground,
        lambda: {"stalled", "ready"} <= set(states(ground).values()) and "reconciling" not in str(states(ground)),
    )
    live(
        ground, lambda: states(ground)["experiments/good"] == "ready" and states(ground)["experiments/bad"] == "stalled"
    )
    told = ground.message("experiments/bad")
    assert ENDS[ends] in told, told
    assert told.isprintable()
    assert "defect" not in told
    assert ground.state("datasets/loans") == "ready"
    assert ground.told == []
    assert not ground.recorded().flaws


KEEPSAKES = {
    "extra link": "a link extra.txt to something outside",
    "extra circle": "a link extra.txt to something outside",
    "extra fifo": "no regular file",
    "extra git": "`.git`, which can't be kept",
    "extra line": "which can't be kept",
    "extra deep": "folders within one another",
    "extra sparse": "more than 1 GiB",
}


@pytest.fixture(autouse=True)
def cleared(tmp_path: Path) -> Iterator[None]:
    """Remove what pytest couldn't: it is too deep."""
    yield
    subprocess.run(["rm", "-rf", tmp_path / "data"], check=True)


@pytest.mark.parametrize("ends", KEEPSAKES)
def test_a_trial_whose_output_cannot_be_kept_fails_alone_and_once(ground: Ground, ends: str) -> None:
    spec = SPEC.format(ends=f"\"choice('well', '{ends}')\"", timeout="1m")
    ground.commit({"specs/experiments/both.yaml": spec})
    live(ground, lambda: states(ground).get("experiments/both") == "ready")
    document = ground.recorded().statuses[Address("experiments/both")]
    assert "1 failed" in ground.message("experiments/both")
    assert KEEPSAKES[ends] in json.dumps(document)
    ground.once()
    ground.again()
    ground.once()
    assert states(ground)["experiments/both"] == "ready"
    assert not ground.recorded().flaws
