"""What a target asks for: classes or numbers, by its profile, and the gate that is better than no model at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runners.contract import InputError
from runners.contract.mistakes import shown

Task = Literal["binary", "multiclass", "regression"]
FEWEST = 30
"""Rows with a target: with fewer, the three sets of rows are too small to tell anything."""
MOST_CLASSES = 30
_EACH = 10
"""Rows that whole numbers have each on average before they are taken for classes."""
_FEW = 10
"""Different whole numbers, at the most, that are taken for classes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The task, the metric that ranks trials, the gate, and why it is this task."""

    task: Task
    metric: str
    goal: Literal["maximize", "minimize"]
    gate: Mapping[str, Any]
    why: str


def asked_of(name: str, column: Mapping[str, Any], given: Task | None = None) -> Asked:
    """Return what a target asks for.

    Args:
        name: the target's name.
        column: its profile.
        given: the task that a person says, if any.

    Raises:
        InputError: nothing can be learned from it.
    """
    if column["count"] < FEWEST:
        fix = f"with fewer than {FEWEST} the rows to train, to choose and to judge on tell nothing: collect more"
        raise InputError(f"{column['count']:,} rows have a {name}", name, fix)
    if column["distinct"] < 2:
        raise InputError(f"{name} is the same in every row", name, "there is nothing to learn: predict another column")
    task, why = (given, "as you say") if given else _task(column)
    if task == "regression":
        if column["type"] not in ("integer", "number"):
            raise InputError(f"{name} holds no numbers", name, "say --task multiclass, or predict another column")
        return Asked(task, "rmse", "minimize", {"metric": "r2", "minimum": 0.0}, why)
    _check_classes(name, column, task)
    if task == "binary":
        return Asked(task, "roc_auc", "maximize", {"metric": "roc_auc", "minimum": 0.5}, why)
    most = max(top["count"] for top in column["top"]) / column["count"]
    return Asked(task, "accuracy", "maximize", {"metric": "accuracy", "minimum": round(most, 4)}, why)


def _task(column: Mapping[str, Any]) -> tuple[Task, str]:
    kind, distinct = column["type"], column["distinct"]
    if distinct == 2:
        return "binary", "two values"
    if kind in ("string", "boolean", "datetime"):
        return "multiclass", f"{distinct:,} different texts"
    if kind == "integer" and distinct <= _FEW and column["count"] >= _EACH * distinct:
        return "multiclass", f"{distinct} different whole numbers; say --task regression if they are amounts"
    return "regression", f"numbers, {distinct:,} different ones"


def _check_classes(name: str, column: Mapping[str, Any], task: Task) -> None:
    if column["type"] == "datetime":
        raise InputError(f"{name} holds moments in time", name, "predict a number, such as the days until then")
    if task == "binary" and column["distinct"] != 2:
        raise InputError(f"{name} has {column['distinct']:,} values", name, "say --task multiclass or regression")
    if column["distinct"] > MOST_CLASSES or column["distinct"] > len(column["top"]):
        what = f"{name} has {column['distinct']:,} different values, too many for classes"
        raise InputError(what, name, f"merge them to {MOST_CLASSES} or fewer, or predict another column")
    rare = [str(top["value"]) for top in column["top"] if top["count"] < 3]
    if rare:
        more = f", and {len(rare) - 1} more are" if len(rare) > 1 else ""
        fix = "a class needs three rows, to train, to choose and to judge on: merge rare classes, or drop their rows"
        raise InputError(f"{name} is {shown(rare[0])} in fewer than three rows{more}", name, fix)
