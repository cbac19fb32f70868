"""What a target asks for."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.survey.task import asked_of


def profile(kind: str, *counts: int, rows: int = 0, distinct: int = 0) -> dict[str, Any]:
    top = [{"value": f"v{n}", "count": count} for n, count in enumerate(counts)]
    return {"type": kind, "count": rows or sum(counts), "distinct": distinct or len(counts), "top": top}


@pytest.mark.parametrize(
    ("column", "task", "metric"),
    [
        (profile("string", 60, 40), "binary", "roc_auc"),
        (profile("boolean", 60, 40), "binary", "roc_auc"),
        (profile("integer", 60, 40), "binary", "roc_auc"),
        (profile("string", 60, 30, 10), "multiclass", "accuracy"),
        (profile("integer", 60, 30, 10), "multiclass", "accuracy"),
        (profile("integer", 5, *[3] * 20), "regression", "rmse"),
        (profile("number", rows=100, distinct=90), "regression", "rmse"),
    ],
)
def test_the_task_is_told_by_the_target(column: dict[str, Any], task: str, metric: str) -> None:
    asked = asked_of("y", column)
    assert (asked.task, asked.metric) == (task, metric)
    assert asked.goal == ("minimize" if metric == "rmse" else "maximize")


def test_the_gate_is_better_than_the_commonest_class() -> None:
    assert asked_of("y", profile("string", 60, 30, 10)).gate == {"metric": "accuracy", "minimum": 0.6}


def test_whole_numbers_may_be_amounts() -> None:
    asked = asked_of("y", profile("integer", 60, 30, 10), "regression")
    assert (asked.task, asked.why) == ("regression", "as you say")


@pytest.mark.parametrize(
    ("column", "given", "what"),
    [
        (profile("string", 10, 9), None, "19 rows have a y"),
        (profile("string", 100), None, "the same in every row"),
        (profile("string", 100, 2), None, "fewer than three rows"),
        (profile("string", 1, rows=90, distinct=90), None, "too many for classes"),
        (profile("string", 60, 40), "regression", "holds no numbers"),
        (profile("string", 60, 30, 10), "binary", "3 values"),
        (profile("datetime", 1, rows=90, distinct=90), None, "moments"),
    ],
)
def test_what_cannot_be_learned_is_told(column: dict[str, Any], given: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        asked_of("y", column, given)
