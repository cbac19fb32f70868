"""Datasets."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.datasets import Column, Dataset, Source
from runners.ingest.parameters import Parameters

SQL = {"sql": {"url": "sqlite://", "query": "SELECT 1"}}


def test_a_source_is_one_of_three() -> None:
    assert Source.model_validate(SQL).files is None
    for wrong in ({}, {**SQL, "files": {"url": "x", "format": "csv"}}, {"sql": {"url": "x", "query": ""}}):
        with pytest.raises(ValidationError):
            Source.model_validate(wrong)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"format": "delta"}, "exactly one of url and catalog"),
        ({"format": "iceberg", "url": "x", "catalog": "https://c"}, "exactly one of url and catalog"),
        ({"format": "iceberg", "catalog": "https://c"}, "belong together"),
        ({"format": "delta", "url": "x", "name": "a.b"}, "belong together"),
        ({"format": "delta", "catalog": "https://c", "name": "a.b"}, "a catalog is of Iceberg"),
        ({"format": "iceberg", "catalog": "sqlite:///c.db", "name": "a.b"}, "pattern"),
        ({"format": "delta", "url": "x", "columns": []}, "columns names none"),
        ({"format": "delta", "url": "x", "version": -1}, "greater than or equal"),
        ({"format": "delta", "url": "x", "storage": {"AWS_SECRET_ACCESS_KEY": "plain"}}, "can be read by whoever"),
        ({"format": "iceberg", "url": "x", "storage": {"s3.session-token": "plain"}}, "can be read by whoever"),
    ],
)
def test_a_table_that_can_not_be_is_refused(table: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Source.model_validate({"table": table})


def test_a_table_s_secrets_are_references() -> None:
    storage = {"AWS_SECRET_ACCESS_KEY": "${secret:LAKE}", "AWS_REGION": "eu-west-1"}
    found = Source.model_validate({"table": {"format": "delta", "url": "s3://lake/x", "storage": storage}})
    assert found.table
    assert found.table.storage == storage


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


def test_what_is_new_in_a_spec_is_no_part_of_what_older_specs_ask_for() -> None:
    """A run is named by these parameters: a dataset that says nothing of keys and rules is not pulled anew."""
    column = {"type": "integer"}
    spec = Dataset.model_validate({"source": SQL, "columns": {"a": column}})
    assert spec.ingest_params["columns"] == {
        "a": {"type": "integer", "missing": 0.0, "unique": False, "sensitive": False}
    }
    assert spec.ingest_params.keys() == {"source", "columns", "extra_columns", "minimum_rows", "partition"}
    more = {
        "unique": [["a", "b"]],
        "rules": {"r": "a > 0"},
        "drift": {"rows": {"minimum": 0.5}},
        "new_columns": "propose",
    }
    told = Dataset.model_validate({"source": SQL, **more}).ingest_params
    assert Parameters.model_validate(told).model_dump(mode="json", exclude_none=True).items() >= told.items()


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ({}, "refuse"),
        ({"extra_columns": "allow"}, "allow"),
        ({"new_columns": "propose"}, "propose"),
        ({"new_columns": "allow", "extra_columns": "allow"}, "allow"),
    ],
)
def test_the_former_word_for_new_columns_is_still_read(told: dict[str, str], taken: str) -> None:
    assert Dataset.model_validate({"source": SQL, **told}).takes_new == taken


def test_two_words_for_new_columns_that_differ_are_refused() -> None:
    with pytest.raises(ValidationError, match="leave extra_columns out"):
        Dataset.model_validate({"source": SQL, "new_columns": "propose", "extra_columns": "allow"})


def test_a_column_of_training_alone_is_told() -> None:
    told = {"a": ["training"], "b": ["training", "serving"], "c": None, "d": ["training", "training"]}
    columns = {name: {"type": "integer", "environments": places} for name, places in told.items()}
    assert Dataset.model_validate({"source": SQL, "columns": columns}).training_only == {"a", "d"}
    for wrong in (["serving"], [], ["test"]):
        with pytest.raises(ValidationError):
            Column.model_validate({"type": "integer", "environments": wrong})


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
