"""Sources."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.sources import Source

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
