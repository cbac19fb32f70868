"""Sources."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.sources import DerivedSource, Source

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


STANDING = {"key": {"customer": "id"}, "time": "day", "columns": ["score"]}


def derived(**told: object) -> DerivedSource:
    form = {"events": "loans", "time": "day", "features": {"scores": {**STANDING, "within": "30d"}}}
    inputs = {"loans": "datasets/loans", "scores": "datasets/scores"}
    return DerivedSource.model_validate({"inputs": inputs, "point_in_time": form, **told})


def test_a_join_to_what_was_known_tells_a_job_its_spans_in_seconds() -> None:
    told = derived().told
    assert told["point_in_time"]["features"]["scores"] == {**STANDING, "prefix": "", "within": 2592000, "before": False}
    assert "query" not in told


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"query": "FROM loans"}, "exactly one of query and point_in_time"),
        ({"point_in_time": None}, "exactly one of query and point_in_time"),
        ({"inputs": {"loans": "datasets/loans"}}, "names scores, which is none of inputs"),
        ({"incremental": {"by": "files"}}, "parts"),
        ({"point_in_time": {"events": "loans", "time": "day", "features": {}}}, "at least 1"),
        (
            {"point_in_time": {"events": "loans", "time": "day", "features": {"scores": {**STANDING, "key": {}}}}},
            "at least 1",
        ),
    ],
)
def test_one_that_can_not_be_is_refused(told: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        derived(**told)
