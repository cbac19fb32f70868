"""Datasets."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.datasets import Column, Dataset
from runners.ingest.parameters import Parameters

SQL = {"sql": {"url": "sqlite://", "query": "SELECT 1"}}
KEY = {"columns": "a", "dataset": "datasets/b", "key": "id"}


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
        ({"format": "jsonl", "nulls": ["N/A"]}, "nulls is for the format csv or excel, and the format is jsonl"),
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


@pytest.mark.parametrize(
    "held",
    [
        {"unique": [["a", "b"]]},
        {"foreign_keys": [{"columns": "a", "dataset": "datasets/b", "key": "id"}]},
        {"rules": {"r": "a > 0"}},
        {"drift": {"rows": {"minimum": 0.5}}},
    ],
)
def test_what_grows_is_held_to_all_but_columns_that_are_proposed(held: dict[str, object]) -> None:
    sql = {**SQL["sql"], "incremental": {"watermark": "at"}}
    files = {"url": "s3://a/b", "format": "csv", "incremental": {"by": "files"}}
    derived = {"inputs": {"a": "datasets/a"}, "query": "FROM a", "incremental": {"by": "parts"}}
    changes = {"url": "${secret:DB}", "table": "public.loans"}
    for source in ({"sql": sql}, {"files": files}, {"derived": derived}, {"changes": changes}):
        assert Dataset.model_validate({"source": source, **held})
        with pytest.raises(ValidationError, match="new_columns: propose needs all rows"):
            Dataset.model_validate({"source": source, "new_columns": "propose"})


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"format": "images"}, "incremental is for tables"),
        ({"url": "zip://*.csv::s3://a/b.zip"}, "an archive is read as a whole"),
        ({"incremental": {}}, "Field required"),
    ],
)
def test_not_all_files_can_grow(told: dict[str, object], why: str) -> None:
    files = {"url": "s3://a/b", "format": "csv", "incremental": {"by": "files"}, **told}
    with pytest.raises(ValidationError, match=why):
        Dataset.model_validate({"source": {"files": files}})


def test_a_table_that_is_followed_is_told_in_seconds_and_grows() -> None:
    changes = {"url": "${secret:DB}", "table": "public.loans", "statement_timeout": "2m", "full": "0 4 * * sun"}
    spec = Dataset.model_validate({"source": {"changes": changes}})
    assert spec.growth is spec.source.changes
    told = Parameters.model_validate(spec.ingest_params).source.changes
    assert told
    assert (told.url, told.table, told.statement_timeout, told.follow) == ("${secret:DB}", "public.loans", 120, True)
    with pytest.raises(ValidationError, match="slot"):
        Dataset.model_validate({"source": {"changes": {**changes, "slot": "Not; a name"}}})
