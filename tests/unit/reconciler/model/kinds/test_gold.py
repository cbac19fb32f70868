"""Gold questions: known in one place, and nobody is left out by a bound that isn't there."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.gold import Gold


@pytest.mark.parametrize(
    ("gold", "why"),
    [
        ({}, "give either labels, which hold"),
        ({"labels": "labels/x", "url": "file:///x"}, "give either labels, which hold"),
        ({"labels": "labels/x", "under": "left-out"}, "give minimum"),
        ({"labels": "labels/x", "format": "jsonl"}, "format is that of the table"),
        ({"labels": "labels/x", "share": 0}, "greater than 0"),
        ({"labels": "labels/x", "share": 0.6}, "less than or equal to 0.5"),
    ],
)
def test_what_doesn_t_fit_says_why(gold: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Gold.model_validate(gold)


def test_a_job_is_told_of_a_table_only() -> None:
    assert Gold(labels="labels/x").place == {}
    assert Gold(url="file:///x", format="parquet").place == {"url": "file:///x", "format": "parquet"}
