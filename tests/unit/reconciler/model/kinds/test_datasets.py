"""Datasets."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.datasets import Column, Dataset, Source

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
