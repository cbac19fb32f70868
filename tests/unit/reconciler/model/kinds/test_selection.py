"""Which examples people are asked about: one order, one way to divide, and what it looks at."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.selection import Select

A, B = "deployments/a", "deployments/b"
SLICES = {"column": "region", "target": 3}


@pytest.mark.parametrize(
    ("select", "why"),
    [
        ({"each": "r"}, "each spreads a sample"),
        ({"each": "r", "sample": 1, "lacking": SLICES}, "each and lacking both"),
        ({"uncertain": "p", "disagreement": {"labels": "labels/x"}}, "two orders"),
        ({"uncertain": ""}, "uncertain names a column"),
        ({"uncertain": "p" * 201}, "uncertain names a column"),
        ({"disagreement": {}}, "give labels, or deployment and against"),
        ({"disagreement": {"deployment": A}}, "give labels, or deployment and against"),
        ({"disagreement": {"against": A}}, "give labels, or deployment and against"),
        ({"disagreement": {"deployment": A, "against": A}}, "never differs from itself"),
        ({"disagreement": {"labels": "labels/x", "deployment": A}}, "give labels, or deployment and against"),
        ({"disagreement": {"labels": "labels/x", "deployment": A, "against": B}}, "give labels, or deployment"),
    ],
)
def test_what_doesn_t_fit_says_why(select: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Select.model_validate(select)


@pytest.mark.parametrize(
    ("select", "endpoints", "former"),
    [
        ({}, {}, {}),
        ({"uncertain": "p"}, {}, {}),
        ({"uncertain": {"deployment": A}}, {"uncertain": A}, {}),
        ({"disagreement": {"deployment": A, "against": B}}, {"disagreement": A, "against": B}, {}),
        ({"disagreement": {"labels": "labels/x"}}, {}, {"disagreement": "labels/x"}),
        ({"lacking": {**SLICES, "labels": "labels/x"}}, {}, {"lacking": "labels/x"}),
        ({"lacking": SLICES}, {}, {}),
    ],
)
def test_whom_it_asks_and_what_it_looks_at(
    select: dict[str, Any], endpoints: dict[str, str], former: dict[str, str]
) -> None:
    found = Select.model_validate(select)
    assert (found.endpoints, found.former) == (endpoints, former)
