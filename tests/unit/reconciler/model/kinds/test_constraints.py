"""What rows are held to beyond single columns."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.constraints import Drift, ForeignKey
from reconciler.model.kinds.datasets import Dataset

SQL = {"sql": {"url": "sqlite://", "query": "SELECT 1"}}
KEY = {"columns": "customer", "dataset": "datasets/customers", "key": "id"}


def test_a_foreign_key_is_of_one_column_or_of_several() -> None:
    assert ForeignKey.model_validate(KEY).columns == ("customer",)
    assert ForeignKey.model_validate({**KEY, "columns": ["a", "b"], "key": ["x", "y"]}).key == ("x", "y")
    with pytest.raises(ValidationError, match="columns names 2 and key names 1"):
        ForeignKey.model_validate({**KEY, "columns": ["a", "b"]})


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"unique": [["a"]]}, "say unique: true there"),
        ({"unique": [["a", "a"]]}, "names a column twice"),
        ({"unique": [[]]}, "an empty list is no group"),
        ({"rules": {"Bad name": "a > 1"}}, "pattern"),
        ({"rules": {"empty": ""}}, "at least 1 character"),
        ({"drift": {"columns": {"a": {"distance": 2}}}}, "less than or equal to 1"),
        ({"drift": {"rows": {"maximum": 0.5}}}, "greater than or equal to 1"),
        ({"foreign_keys": [{**KEY, "dataset": "labels/x"}]}, "pattern"),
    ],
)
def test_what_makes_no_sense_is_told(spec: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Dataset.model_validate({"source": SQL, **spec})


@pytest.mark.parametrize("field", ["unique", "foreign_keys", "rules", "drift"])
def test_pictures_are_held_to_columns_alone(field: str) -> None:
    told = {"unique": [["a", "b"]], "foreign_keys": [KEY], "rules": {"r": "TRUE"}, "drift": {}}
    with pytest.raises(ValidationError, match=f"{field} is for tables"):
        Dataset.model_validate({"source": {"files": {"url": "x", "format": "images"}}, field: told[field]})


def test_a_foreign_key_is_a_reference_with_its_place() -> None:
    spec = Dataset.model_validate({"source": SQL, "foreign_keys": [KEY]})
    assert spec.references() == ("pools/shared", "datasets/customers")
    assert (("foreign_keys", 0, "dataset"), "datasets/customers") in list(spec.reference_fields())
    assert spec.keyed == {"key-customers": "datasets/customers"}


def test_limits_that_are_not_set_are_not() -> None:
    assert Drift.model_validate({}).model_dump(exclude_none=True) == {"columns": {}, "false_alarms": 0.01}
