"""The parameters of an ingestion, and what is said of wrong ones."""

from typing import Any

import pytest

from reconciler.model.kinds.datasets import Dataset
from runners.contract import InputError
from runners.contract.request import read_params
from runners.ingest.keys import role_of
from runners.ingest.parameters import Parameters

SQL = {"sql": {"url": "sqlite:///x.db", "query": "SELECT 1"}}


def test_the_spec_and_the_runner_mean_the_same() -> None:
    spec = Dataset.model_validate(
        {
            "source": {"files": {"url": "file:///x", "format": "images", "label_from": "folder"}},
            "columns": {"a": {"type": "string", "enum": ["x"], "pattern": "x", "missing": 0.5, "unique": True}},
            "extra_columns": "allow",
            "minimum_rows": 3,
            "identifier": "a",
            "target": "b",
            "timestamp": "c",
            "partition": "d",
        }
    )
    read = read_params(Parameters, spec.ingest_params)
    assert read.model_dump(mode="json", exclude_unset=True) == spec.ingest_params


def test_the_spec_and_the_runner_mean_the_same_by_keys_rules_and_limits() -> None:
    column = {"type": "integer", "unit": "years", "description": "age", "environments": ["training"]}
    spec = Dataset.model_validate(
        {
            "source": SQL,
            "columns": {"a": column},
            "new_columns": "propose",
            "unique": [["a", "b"]],
            "foreign_keys": [{"columns": "a", "dataset": "datasets/x", "key": "id"}],
            "rules": {"r": "a > 0"},
            "drift": {"rows": {"minimum": 0.5, "maximum": 2}, "columns": {"a": {"mean": 1}}, "false_alarms": 0.05},
        }
    )
    read = read_params(Parameters, spec.ingest_params)
    assert read.model_dump(mode="json", exclude_unset=True) == spec.ingest_params
    assert (read.takes_new, read.named, read.sensitive) == ("propose", {"a", "b"}, frozenset())
    assert read.columns
    assert read.columns["a"].is_training_only
    assert spec.keyed.keys() == {role_of(key.dataset) for key in read.foreign_keys}


def test_only_the_source_is_needed() -> None:
    read = read_params(Parameters, {"source": SQL})
    assert (read.columns, read.minimum_rows, read.extra_columns) == (None, 1, "refuse")


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ({"type": "string", "minimum": 1}, "minimum and maximum are for numbers"),
        ({"type": "integer", "minimum": 2, "maximum": 1}, "minimum 2 is above maximum 1"),
        ({"type": "integer", "pattern": "x"}, "a pattern is for strings"),
        ({"type": "string", "enum": [1, 2]}, "enum holds the number 1, which is no string"),
        ({"type": "integer", "enum": [True]}, "enum holds `true`, which is no integer"),
        ({"type": "boolean", "enum": ["yes"]}, "enum holds `yes`, which is no boolean"),
        ({"type": "integer", "enum": [0.5]}, "enum holds the number 0.5"),
        ({"type": "text"}, "expected integer, number, string"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_with_its_place(column: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        read_params(Parameters, {"source": SQL, "columns": {"age": column}})
    assert caught.value.where.startswith("columns.age")
