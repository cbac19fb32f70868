"""A simulation holds what is promised, sees what breaks it, and tells the same story again."""

import os
import subprocess
import sys

import pytest

from reconciler.simulation import simulate
from tests.house.yardstick import ROOT
from tests.unit.reconciler.simulation.sample import sample

SEEDS = int(os.environ.get("SETPOINT_SIMULATIONS", "6"))
"""How many seeds are tried; more by the environment variable."""


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 1 + SEEDS))])
def test_every_promise_holds(seed: int) -> None:
    report = simulate([sample()], "dev", seed, steps=60)
    assert report.held, f"\nsetpoint simulate --environment dev --steps 60 --seed {seed}\n{report}"


@pytest.mark.slow
def test_the_same_seed_tells_the_same_story_in_every_process() -> None:
    code = (
        "from tests.unit.reconciler.simulation.sample import sample\n"
        "from reconciler.simulation import simulate\n"
        "print(simulate([sample()], 'dev', 5, 40))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": salt, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(told) == 1
