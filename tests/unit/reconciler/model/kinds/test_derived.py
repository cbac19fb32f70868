"""Derived sources."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.derived import DerivedSource

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
