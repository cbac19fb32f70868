"""What each column of a version was taken for."""

from typing import Any

import pyarrow as pa

from runners.contract.request import read_params
from runners.ingest.parameters import Parameters
from runners.ingest.taken import reading_of
from runners.tables import ColumnReading, Reading
from runners.tables.summary import summarise

LONG = "x" * 2000


def taken(values: dict[str, Any], types: dict[str, Any], **spec: Any) -> Reading:
    source = {"files": {"url": "x", "format": "csv"}}
    summary = summarise([pa.RecordBatch.from_pydict(values)], types)
    return reading_of(summary, read_params(Parameters, {"source": source, **spec}))


def test_categories_are_whole_values_and_all_of_them() -> None:
    columns = {"id": ["1", "2", "3"], "kind": ["b", None, "a"], "ill": [True, False, None], "long": ["a", LONG, "b"]}
    types = {"id": "string", "kind": "string", "ill": "boolean", "long": "string"}
    found = taken(columns, types, identifier="id", target="ill")
    assert found == Reading(
        {
            "id": ColumnReading("string"),
            "kind": ColumnReading("string", ("a", "b")),
            "ill": ColumnReading("boolean", (False, True)),
            "long": ColumnReading("string"),
        },
        "id",
        "ill",
    )


def test_whole_numbers_are_classes_of_a_target_only() -> None:
    found = taken({"a": [3, 1], "y": [1, 0]}, {"a": "integer", "y": "integer"}, target="y", identifier="no")
    assert found == Reading({"a": ColumnReading("integer"), "y": ColumnReading("integer", (0, 1))}, None, "y")


def test_many_values_are_no_categories() -> None:
    found = taken({"a": [str(n) for n in range(2000)]}, {"a": "string"})
    assert found.columns["a"].categories == ()


def test_declared_categories_hold() -> None:
    columns = {"a": {"type": "string", "enum": ["x", "y"]}, "b": {"type": "boolean", "enum": [True]}}
    found = taken({"a": ["x"], "b": ["no"]}, {"a": "string", "b": "string"}, columns=columns)
    assert found.columns["a"].categories == ("x", "y")
    assert found.columns["b"].categories == ("no",)


def test_a_column_of_training_alone_is_taken_for_one() -> None:
    columns = {"a": {"type": "integer", "environments": ["training"]}, "b": {"type": "string"}}
    found = taken({"a": [1], "b": ["x"]}, {"a": "integer", "b": "string"}, columns=columns)
    assert found.training_only == {"a"}
