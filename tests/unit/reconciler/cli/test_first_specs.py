"""The first specs, from what was seen of a file."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.first_specs import first_specs, name_of
from reconciler.cli.init import write_sample
from reconciler.cli.validate import problems_in

SEEN: dict[str, Any] = {
    "source": {"format": "csv", "delimiter": ";", "nulls": ["?"]},
    "columns": {"a: b": {"type": "number", "minimum": 0}, "null": {"type": "string", "enum": ["no", "1"]}},
    "rows": 60,
    "target": "null",
    "identifier": None,
    "timestamp": None,
    "task": {
        "name": "binary",
        "metric": "roc_auc",
        "goal": "maximize",
        "gate": {"metric": "roc_auc", "minimum": 0.5},
        "why": "two values",
    },
    "exclude": [],
    "preparations": {"a: b": [{"impute": {"indicator": True}}]},
}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("data.csv", "data"),
        ("Brust Krebs (2024).csv.gz", "brust-krebs-2024"),
        ("--.csv", "data"),
        ("Ω.csv", "data"),
        ("a" * 200, "a" * 50),
    ],
)
def test_resources_are_called_as_the_file(file: str, name: str) -> None:
    assert name_of(Path(file)) == name


def test_they_hold_whatever_columns_are_called(tmp_path: Path) -> None:
    write_sample(tmp_path, empty=True)
    for path, content in first_specs("x", Path("/data/x y.csv"), SEEN).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    found, counts = problems_in(tmp_path, ())
    assert not found
    assert counts == {"dev": 6}


def test_where_the_data_lies_is_said_by_the_environment_alone() -> None:
    files = {path: content.decode() for path, content in first_specs("x", Path("/there/x.csv"), SEEN).items()}
    assert [path for path, text in files.items() if "/there" in text] == ["environments/dev/environment.yaml"]
    source = yaml.safe_load(files["specs/datasets/x.yaml"])["source"]["files"]
    assert source == {"url": "${env.data}/x.csv", "format": "csv", "delimiter": ";", "nulls": ["?"]}


def test_a_model_of_numbers_is_of_its_own_families() -> None:
    task = {**SEEN["task"], "name": "regression", "metric": "rmse", "goal": "minimize"}
    files = first_specs("x", Path("x.csv"), {**SEEN, "task": task})
    assert yaml.safe_load(files["specs/experiments/x.yaml"])["params"] == {"model": "choice(linear, gbm)"}


def test_a_person_merges() -> None:
    promotion = yaml.safe_load(first_specs("x", Path("x.csv"), SEEN)["specs/promotions/x.yaml"])
    assert promotion["approval"] == "review"
    assert promotion["gates"] == [
        {"metric": "roc_auc", "minimum": 0.5},
        {"metric": "roc_auc", "worse_than_live": 0.01},
    ]
