"""What every runner promises, on trainers of this distribution."""

import pytest

from reconciler.conformance.runners import RunnerBench, TrainerBench
from reconciler.conformance.test_runner import *

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> RunnerBench:
    params = {"model": "logistic", "C": 0.5}
    return TrainerBench(tmp_path_factory.mktemp("bench"), "tabular", params=params, wrong={**params, "C": -1})
