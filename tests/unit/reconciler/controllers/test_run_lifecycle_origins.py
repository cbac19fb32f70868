"""How a model came about: what is handed to who accepts its run, so that a statement can be made of it."""

from dataclasses import replace
from typing import Any

from reconciler.controllers.run_lifecycle import lifecycle_of
from reconciler.controllers.run_orders import order
from reconciler.model.change import AcceptRun, Origin, StartRun
from reconciler.model.ids import RunName
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS

DATA = RunName("datasets/loans/0123456789ab")
THING = stage.resource(LOANS)
EMPTY = stage.view(stage.desired(THING), stage.actual())
ORDER = replace(
    order(THING, EMPTY, runner="ingest", params={}, made_from={}),
    inputs={"dataset": DATA, "gone": RunName("datasets/loans/ffffffffffff")},
)
JOB = stage.job(ORDER.run, "succeeded")


def accepted(ordered: StartRun, result: dict[str, Any]) -> AcceptRun:
    """Return how a run is accepted that left a result."""
    seen = stage.actual(stage.branch(ordered.run), stage.version(DATA), JOB, results={ordered.run: result})
    (change,) = lifecycle_of(ordered, 2, stage.view(stage.desired(THING), seen)).changes
    assert isinstance(change, AcceptRun)
    return change


def test_a_models_origin_is_its_order_its_job_and_the_commits_of_its_data() -> None:
    change = accepted(ORDER, stage.trained({}))
    assert change.origin == Origin(ORDER, {"dataset": stage.version(DATA).commit}, JOB)
    assert "origin" not in change.as_json(), "it is no part of the plan"


def test_a_run_without_a_model_has_none() -> None:
    assert accepted(ORDER, stage.result()).origin is None
