"""Datasets as ingestion leaves them, and requests to train on them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runners.contract import Request
from runners.train.trial import Trial, trial_of
from tests.unit.runners.train import data


@pytest.fixture(scope="session")
def cancer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of 569 rows: eight measurements with gaps, a whole number, a truth and two texts."""
    return data.leave_table(tmp_path_factory.mktemp("cancer"), data.cancer(), "id")


@pytest.fixture(scope="session")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of 150 flowers of three kinds, without an identifier."""
    return data.leave_table(tmp_path_factory.mktemp("iris"), data.iris(), None)


@pytest.fixture(scope="session")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of 442 rows with a number to predict."""
    return data.leave_table(tmp_path_factory.mktemp("diabetes"), data.diabetes(), "id")


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of 300 handwritten digits, 8 x 8 pixels, with their labels in the manifest."""
    return data.leave_album(tmp_path_factory.mktemp("album"), 300)


class Asking:
    """Makes requests that write to one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def request(self, dataset: Path, params: Mapping[str, Any] | None = None, **told: Any) -> Request:
        """Return a request to train; `told` are fields of the experiment, `params` the trial's own values."""
        inputs = {"dataset": f"file://{dataset}", **told.pop("inputs", {})}
        usual: dict[str, Any] = {"target": "target", "task": "binary", "metric": {"name": "roc_auc"}, "exclude": []}
        return Request(
            run="experiments/test/0123456789ab",
            runner=told.pop("runner_name", "tabular"),
            params={**usual, **told, "params": dict(params or {})},
            inputs=inputs,
            output=f"file://{self.folder}",
            seed=told.pop("seed", 7) if "seed" in told else 7,
            provenance={"commit": "a" * 40, "input_dataset": "datasets/test/0123456789ab", "spec": "specs/x.yaml"},
        )

    def trial(self, dataset: Path, params: Mapping[str, Any] | None = None, **told: Any) -> Trial:
        """Return the trial of such a request."""
        return trial_of(self.request(dataset, params, **told), self.folder)


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """Return what makes requests that write to a folder of their own."""
    (tmp_path / "out").mkdir()
    return Asking(tmp_path / "out")


@pytest.fixture(scope="session")
def torch() -> Any:
    """Return PyTorch, which takes seconds to import; a test that asks for it is skipped where it isn't installed."""
    return pytest.importorskip("torch")
