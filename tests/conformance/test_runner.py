"""What every runner promises, on trainers of this distribution."""

from pathlib import Path

import pytest

from reconciler.conformance.runners import RunnerBench, TrainerBench
from reconciler.conformance.test_runner import *

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path) -> RunnerBench:
    params = {"model": "logistic", "C": 0.5}
    return TrainerBench(tmp_path, "tabular", params=params, wrong={**params, "C": -1})
