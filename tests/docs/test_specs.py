"""The examples of splits and preparations in the page on specs are ones that hold, and that train."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.experiments import Experiment
from runners.contract import Request
from runners.contract.preparations import STEPS
from runners.contract.split import DatasetSplit
from runners.sources.derived import rows_of
from runners.train import tabular
from tests.house.yardstick import ROOT
from tests.unit.runners.train import data

PAGE = (ROOT / "docs" / "specs.md").read_text("utf-8")
SOURCE = {"files": {"url": "x.csv", "format": "csv"}}


def section(heading: str) -> str:
    """Return what stands below a heading."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def blocks(heading: str) -> list[Any]:
    return [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", section(heading), re.M | re.S)]


def test_the_splits_are_ones_that_a_dataset_takes() -> None:
    (block,) = blocks("The split of a dataset")
    assert Dataset.model_validate({"source": SOURCE, "identifier": "id", **block}).split
    rows = re.findall(r"^\| `(\{[^`]*\})` \|", section("The split of a dataset"), re.MULTILINE)
    told = [DatasetSplit.model_validate(yaml.load(row, yaml.BaseLoader) | _numbers(row)) for row in rows]
    assert {field for split in told for field in split.model_fields_set} >= {
        "group",
        "content",
        "time",
        "gap",
        "column",
    }


def _numbers(row: str) -> dict[str, Any]:
    """Return what YAML has as numbers and truths; days stay the texts that a spec's reader makes of them."""
    return {key: value for key, value in yaml.safe_load(row).items() if isinstance(value, bool | int | list)}


def test_every_preparation_is_told() -> None:
    assert set(re.findall(r"^\| `(\w+):", section("Preparations"), re.MULTILINE)) == set(STEPS)


def test_the_preparations_train(tmp_path: Path) -> None:
    (block,) = blocks("Preparations")
    told = {"dataset": "datasets/x", "target": "target", "runner": "tabular", "metric": {"name": "roc_auc"}, **block}
    spec = Experiment.model_validate(told)
    chance, rows = np.random.default_rng(0), 200
    columns = {
        "id": np.arange(rows),
        "opened": np.datetime64("2024-01-01", "us") + chance.integers(0, 9e6, rows).astype("timedelta64[s]"),
        "note": np.array([" ".join(chance.choice(["late", "again", "fine"], 3)) for _ in range(rows)], object),
        "town": np.array(["a", "b"], object)[chance.integers(0, 2, rows)],
        "income": np.where(chance.random(rows) < 0.1, np.nan, chance.lognormal(size=rows)),
        "internal_code": chance.normal(size=rows),
        "target": chance.integers(0, 2, rows),
    }
    version = tmp_path / "version"
    version.mkdir()
    data.leave_table(version, columns, "id")
    out = tmp_path / "out"
    out.mkdir()
    request = Request(
        run="experiments/x/0123456789ab",
        runner="tabular",
        params={**spec.train_params, "params": {"model": "tree"}},
        inputs={"dataset": version.as_uri()},
        output=out.as_uri(),
        seed=1,
        provenance={},
    )
    result = tabular.run(request, out)
    assert result.accepted, result.violations
    assert set(result.facts["signature"]["inputs"]) == set(columns) - {"id", "target", "internal_code"}


@pytest.mark.parametrize("told", [{"runner": "images"}, {"preparations": {"a": []}}, {"preparations": {"a": [{}]}}])
def test_what_cannot_be_prepared_is_refused(told: dict[str, Any]) -> None:
    usual = {"dataset": "datasets/x", "target": "y", "runner": "tabular", "metric": {"name": "roc_auc"}}
    with pytest.raises(ValueError, match=r"prepar|exactly one"):
        Experiment.model_validate({**usual, "preparations": {"a": [{"drop": True}]}, **told})


def test_predictions_and_what_is_made_of_them_are_datasets() -> None:
    scored, challenged = (Dataset.model_validate(block) for block in blocks("What a model says of data"))
    assert scored.source.predictions
    assert challenged.source.derived
    assert challenged.source.derived.query
    two = {"live": pa.table({"id": [1, 2, 3], "prediction": ["a", "b", "b"]}),
           "next": pa.table({"id": [1, 2, 3], "prediction": ["a", "a", "a"]}),
           "outcomes": pa.table({"id": [1, 2, 3], "paid": ["a", "b", "a"]})}  # fmt: skip
    rows = [row for batch in rows_of(challenged.source.derived.query, two) for row in batch.to_pylist()]
    told = {row["id"]: row["live_is_better"] for row in rows}
    assert told == {2: 1, 3: -1}
