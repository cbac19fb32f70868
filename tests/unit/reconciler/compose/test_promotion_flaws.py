"""What promotions and pins say of other specs."""

from typing import Any

import pytest

from tests.unit.reconciler.compose.agreeing import SPECS, problems, repository
from tests.unit.reconciler.compose.samples import desired


@pytest.mark.parametrize(
    ("gate", "path", "what", "hint"),
    [
        (
            {"metric": "rmse", "minimum": 1},
            "gates[0].metric",
            "experiments/score (binary) has no metric `rmse`",
            "known",
        ),
        ({"metric": "f11", "worse_than_live": 0.1}, "gates[0].metric", "has no metric `f11`", "did you mean `f1`?"),
        ({"metric": "f1", "slice": "regions", "minimum": 0.1}, "gates[0].slice", "no slices of `regions`", "did you"),
    ],
)
def test_gates_name_what_the_experiment_has(gate: dict[str, Any], path: str, what: str, hint: str) -> None:
    found = desired(repository(promotions__go={"gates": [gate]})).all_problems()
    (problem,) = found
    assert (problem.file, problem.path) == ("specs/promotions/go.yaml", path)
    assert what in problem.message
    assert problem.hint.startswith(hint)


def test_a_slice_where_the_experiment_has_none_says_where_to_name_it() -> None:
    gates = {"gates": [{"metric": "f1", "slice": "sex", "minimum": 0.1}]}
    (line,) = problems(experiments__score={"slices": []}, promotions__go=gates)
    assert "name it in the experiment's slices: [sex]" in line


def test_two_promotions_of_one_deployment_are_refused_each_with_both_names() -> None:
    rival = {**SPECS["promotions/go"]}
    found = desired(repository(promotions__rival=rival))
    first, second = found.all_problems()
    assert (first.file, second.file) == ("specs/promotions/go.yaml", "specs/promotions/rival.yaml")
    assert (first.path, first.line) == ("deployment", 2)
    assert first.message == "promotions/go and promotions/rival both choose the model of deployments/api"
    assert second.message == "promotions/rival and promotions/go both choose the model of deployments/api"
    assert not [address for address in found.resources if address.startswith("promotions/")]
    assert "deployments/api" in found.resources


def test_a_promotion_that_is_suspended_chooses_nothing() -> None:
    assert problems(promotions__rival={**SPECS["promotions/go"], "suspend": True}) == []


@pytest.mark.parametrize(
    ("gate", "problem"),
    [
        ({"metric": "roc_auc", "minimum": 2}, "gates[0].minimum: `roc_auc` is 1 at the most"),
        ({"metric": "r2", "minimum": 1.5, "maximum": -3}, "gates[0].minimum: `r2` is 1 at the most"),
        ({"metric": "log_loss", "maximum": -1}, "gates[0].maximum: `log_loss` is 0 at the least"),
        ({"metric": "roc_auc", "minimum": 1, "maximum": 0}, None),
        ({"metric": "rmse", "minimum": 1000}, None),
    ],
)
def test_a_bound_that_no_figure_can_hold_is_refused(gate: dict[str, Any], problem: str | None) -> None:
    found = [text for text in problems(promotions__go={"gates": [gate]}) if ".metric: " not in text]
    assert len(found) == (1 if problem else 0)
    assert all(problem and problem in text for text in found)


MARKS: dict[str, Any] = {"dataset": "datasets/loans", "exports": {"url": "marks", "question": "mark"}}
ROWS: dict[str, Any] = {"dataset": "datasets/loans", "route": []}


@pytest.mark.parametrize(
    ("promotion", "problem"),
    [
        ({"gates": [{"metric": "rows", "minimum": 1}]}, None),
        (
            {"gates": [{"metric": "row", "minimum": 1}]},
            "gates[0].metric: versions of datasets/loans have no metric `row` (did you mean `rows`?)",
        ),
        (
            {"dataset": None, "labels": "labels/marks", "gates": [{"metric": "rows", "minimum": 1}]},
            "gates[0].metric: versions of labels/marks have no metric `rows`",
        ),
        ({"dataset": None, "labels": "labels/marks", "gates": [{"metric": "alpha", "minimum": 0.8}]}, None),
    ],
)
def test_gates_on_data_name_what_its_versions_tell(promotion: dict[str, Any], problem: str | None) -> None:
    found = problems(labels__marks=MARKS, promotions__rows={**ROWS, **promotion})
    assert len(found) == (problem is not None), found
    assert all(problem in one for one in found if problem)


def test_two_promotions_of_one_dataset_are_refused() -> None:
    (first, second) = problems(promotions__one=ROWS, promotions__two=ROWS)
    assert "dataset: promotions/one and promotions/two both choose the version of datasets/loans" in first
    assert "give each a dataset of its own" in second


def test_a_pin_is_of_a_version_of_ones_own_under_whatever_name() -> None:
    pin = {"version": "datasets/credits/0123456789ab", "content": "sha256:ab"}
    (found,) = problems(datasets__loans={"pin": pin})
    assert "pin.version: `datasets/credits/0123456789ab` is a version of datasets/credits" in found
    assert "pin a version of datasets/loans" in found
    assert problems(datasets__loans={"pin": pin, "moved_from": "credits"}) == []
    own = {"version": "labels/marks/0123456789ab", "content": "sha256:ab"}
    assert problems(labels__marks={**MARKS, "pin": own}) == []


RECENT = {"metric": "f1", "worse_than_live": 0.1, "rows": "recent"}


def test_recent_rows_are_judged_where_a_monitor_knows_their_outcomes() -> None:
    promotion = {"replay": {}, "gates": [{"metric": "f1", "minimum": 0.1}, RECENT]}
    outcomes = {"files": {"url": "file:///outcomes", "format": "csv"}}
    watch: dict[str, Any] = {"deployment": "deployments/api"}
    assert problems(promotions__go=promotion, monitors__watch={**watch, "outcomes": outcomes}) == []
    (line,) = problems(promotions__go=promotion, monitors__watch=watch)
    assert "gates[1].rows: no monitor of deployments/api says where outcomes arrive" in line
    assert problems(promotions__go={"replay": {}}, monitors__watch=watch) == []


def test_requests_that_are_not_logged_can_not_be_replayed() -> None:
    silent = {"log_payloads": False}
    (line,) = problems(promotions__go={"replay": {}}, deployments__api=silent)
    assert "replay: deployments/api logs no requests, so none can be replayed" in line
    assert "say log_payloads: true in deployments/api" in line
    assert problems(deployments__api=silent) == []
