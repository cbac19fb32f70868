"""Costs: GPU hours by team and pool, beside what the team may have and what the branch allows."""

from typing import Any

import pytest

from reconciler.model.resource import Resource
from reconciler.reviews.costs import Costs, costs
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import SCORE, SHARED

POOL = {"capacity": {"cpus": 8, "gpus": 8}}


def told(pool: dict[str, Any] | None = None, most: float | None = None, gpus: int = 2) -> Costs:
    """Return the costs of two trials of three hours."""
    trial = stage.resource(SCORE, trials=({"a": 1}, {"a": 2}), resources={"gpus": gpus}, timeout="3h", team="risk")
    others: list[Resource] = [stage.resource(SHARED, **(pool or POOL))]
    before = stage.desired(*others, **({} if most is None else {"plan": {"gpu_hours": most}}))
    return costs({SCORE: trial}, before, stage.desired(*others, trial, plan={"gpu_hours": 1000}))


def test_a_team_is_told_what_it_may_have_at_once() -> None:
    assert told().lines == ("team risk: up to 12 GPU hours in pools/shared, where it may have 8 GPUs at once",)
    limited = {**POOL, "teams": {"risk": {"weight": 3, "limit": {"gpus": 1}}, "fraud": {"limit": {"cpus": 1}}}}
    assert told(limited).lines == (
        "team risk: up to 12 GPU hours in pools/shared, where it may have 1 GPU at once, by weight 3 of 4 among the "
        "named teams",
    )


@pytest.mark.parametrize(("most", "is_over"), [(None, False), (12, False), (11.5, True), (0, True)])
def test_what_is_allowed_stands_on_the_branch_and_not_in_the_pull_request(most: float | None, is_over: bool) -> None:
    found = told(most=most)
    assert (found.hours, found.most, found.is_over) == (12, most, is_over)


def test_what_takes_no_gpus_costs_nothing() -> None:
    found = told(most=0, gpus=0)
    assert (found.hours, found.lines, found.is_over) == (0, (), False)


def test_what_is_over_says_what_to_do_within_a_status_s_line() -> None:
    said = Costs(123456.5, 99999.5).excess
    assert said == "up to 123456 GPU hours, 99999.5 allowed: lower it, split it, or raise plan.gpu_hours first"
    assert len(said) <= 140
