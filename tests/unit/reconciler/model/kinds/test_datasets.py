"""Datasets."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.datasets import Column, Dataset, Source
from runners.ingest.parameters import Parameters

SQL = {"sql": {"url": "sqlite://", "query": "SELECT 1"}}


def test_a_source_is_one_of_two() -> None:
    assert Source.model_validate(SQL).files is None
    for wrong in ({}, {**SQL, "files": {"url": "x", "format": "csv"}}, {"sql": {"url": "x", "query": ""}}):
        with pytest.raises(ValidationError):
            Source.model_validate(wrong)


def test_columns_hold_their_limits() -> None:
    column = Column.model_validate({"type": "number", "enum": [2, 0.5], "missing": 0.1})
    assert column.enum == (2, 0.5)
    for wrong in ({"type": "text"}, {"type": "string", "missing": 2}, {"type": "string", "pattern": "x" * 501}):
        with pytest.raises(ValidationError):
            Column.model_validate(wrong)


def test_the_ingest_runner_is_told_what_it_needs_and_no_more() -> None:
    spec = Dataset.model_validate({"source": SQL, "target": "y", "team": "risk", "keep": 3, "partition": "year"})
    assert spec.ingest_params == {
        "source": SQL,
        "extra_columns": "refuse",
        "minimum_rows": 1,
        "target": "y",
        "partition": ["year"],
    }


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"format": "jsonl", "nulls": ["N/A"]}, "nulls is for files of text, and the format is jsonl"),
        ({"format": "images", "partitions": "hive"}, "partitions are of tables"),
        ({"format": "csv", "nulls": [""]}, "at least 1 character"),
        ({"format": "csv", "partitions": "spark"}, "hive"),
    ],
)
def test_what_a_format_has_no_use_for_is_told(files: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Dataset.model_validate({"source": {"files": {"url": "x", **files}}})


def test_a_job_understands_how_files_are_to_be_read_and_what_is_unset_names_no_other_run() -> None:
    files = {"url": "x", "format": "csv", "nulls": ["N/A"], "partitions": "hive"}
    told = Dataset.model_validate({"source": {"files": files}}).ingest_params
    read = Parameters.model_validate(told).source.files
    assert read is not None
    assert (read.nulls, read.partitions) == (("N/A",), "hive")
    bare = Dataset.model_validate({"source": {"files": {"url": "x", "format": "csv"}}}).ingest_params
    assert not bare["source"]["files"].keys() & {"nulls", "partitions"}
