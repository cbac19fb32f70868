"""Columns that a payload log is to leave out are held against the models that will be served."""

from typing import Any

import pytest

from reconciler.model.errors import Severity
from tests.unit.reconciler.compose.agreeing import SPECS, problems, repository
from tests.unit.reconciler.compose.samples import desired

OPEN = {name: told for name, told in SPECS["experiments/score"].items() if name != "features"}


def leaving_out(*columns: str, **more: Any) -> dict[str, Any]:
    return {"deployments__api": {"payloads": {"leave_out": list(columns)}, **more}}


def test_columns_of_the_model_and_its_identifier_may_be_left_out() -> None:
    assert problems(**leaving_out("age", "income", "id")) == []


@pytest.mark.parametrize(
    ("column", "hint"), [("agee", "did you mean `age`?"), ("region", "take it out"), ("xyz", "known: age, id, income")]
)
def test_what_no_model_takes_is_refused_with_its_place(column: str, hint: str) -> None:
    found = desired(repository(**leaving_out("income", column)))
    (problem,) = found.all_problems()
    assert (problem.file, problem.path) == ("specs/deployments/api.yaml", "payloads.leave_out[1]")
    assert f"the models of experiments/score take no column `{column}`" in problem.message
    assert problem.hint.startswith(hint)
    assert (problem.line, problem.severity) == (4, Severity.ERROR)


def test_a_pinned_model_may_be_older_than_the_specs() -> None:
    pin = {"model": {"trial": f"experiments/score/{'a' * 12}", "digest": f"sha256:{'b' * 64}"}}
    found = desired(repository(**leaving_out("name", **pin)))
    (problem,) = found.all_problems()
    assert problem.severity is Severity.WARNING
    assert "deployments/api" in found.resources


@pytest.mark.parametrize(
    "specs",
    [
        {"datasets__loans": {"columns": None, "identifier": None}, "experiments__score": {"features": None}},
        {"experiments__score": {"runner": {"module": "code", "command": ["python", "a.py"]}}},
        {"promotions__go": {"suspend": True}},
    ],
    ids=["columns not declared", "own code", "nothing is promoted"],
)
def test_where_nobody_says_what_models_take_nothing_is_refused(specs: dict[str, Any]) -> None:
    assert [one for one in problems(**leaving_out("name"), **specs) if "leave_out" in one] == []
