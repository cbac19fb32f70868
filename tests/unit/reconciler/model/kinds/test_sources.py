"""Sources."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.sources import DatasetSource, Source

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


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"format": "parquet", "skip": 1}, "skip is for the format"),
        ({"format": "jsonl", "comment": "#"}, "comment is for the format csv"),
        ({"format": "csv", "records": "a"}, "records is for the format"),
        ({"format": "json", "skip": 2}, "skip is for the format"),
        ({"format": "csv", "quote": "'"}, "give the delimiter, too"),
        ({"format": "csv", "names": ["a", "a"]}, "names holds a name twice"),
        ({"format": "csv", "quote": "q", "delimiter": ";"}, "pattern"),
        ({"format": "csv", "comment": "id"}, "pattern"),
        ({"format": "csv", "compression": "rar"}, "gzip"),
        ({"format": "images", "compression": "gzip"}, "compression is for the format"),
    ],
)
def test_what_a_format_has_no_word_for_is_refused(told: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Source.model_validate({"files": {"url": "x", **told}})


def test_what_real_files_have_is_told_a_job_only_where_it_is_said() -> None:
    plain = Source.model_validate({"files": {"url": "x", "format": "csv"}}).files
    assert plain
    assert plain.model_dump(exclude_none=True).keys() == {"url", "format", "label_from", "encoding", "decimal"}
    told = {"delimiter": ";", "quote": "none", "escape": "\\", "skip": 2, "comment": "--", "names": ["a"]}
    assert Source.model_validate({"files": {"url": "x", "format": "csv", **told}}).files


@pytest.mark.parametrize("dates", ["%d/%m/%Y", {"born": "%d.%m.%Y", "paid": "%m/%d/%Y %H:%M"}])
def test_dates_are_one_format_or_one_for_each_of_some_columns(dates: object) -> None:
    told = {"url": "x", "format": "csv", "dates": dates}
    assert DatasetSource.model_validate({"files": told}).files.told["dates"] == dates  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("dates", "why"),
    [
        ("%d/%m", "doesn't tell the day"),
        ("%d/%m/%m/%Y", "is no format of strptime"),
        ("%d.%m.%Y %", "is no format of strptime"),
        ({"born": "%d.%m.%Y", "paid": "%m/%Y"}, "doesn't tell the day"),
        ({}, "at least 1"),
        ({"": "%d.%m.%Y"}, "at least 1 character"),
        ({"a": None}, "valid string"),
        ("%d" * 30, "at most 40"),
    ],
)
def test_dates_that_tell_no_day_are_refused(dates: object, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        DatasetSource.model_validate({"files": {"url": "x", "format": "csv", "dates": dates}})
