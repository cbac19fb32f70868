"""Pools: capacity and shares as the spec says, and how much each team uses."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from reconciler.controllers.pools import retire
from reconciler.model.change import ConfigurePool
from reconciler.model.decision import Decision, Phase
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Job, Use
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import SHARED

SPEC: dict[str, Any] = {"capacity": {"cpus": 4, "memory": "8Gi", "gpus": 1}, "teams": {"risk": {"weight": 2}}}


def decide(*jobs: Job, there: Pool | None = None, **spec: Any) -> Decision:
    seen = stage.actual(*jobs, pools={SHARED: there} if there else None)
    return stage.decide(stage.resource(SHARED, **{**SPEC, **spec}), seen)


def test_a_pool_that_is_not_there_is_configured() -> None:
    found = decide()
    (change,) = stage.of(found, ConfigurePool)
    assert change.spec == Pool.model_validate(SPEC)
    assert found.phase is Phase.RECONCILING


def test_a_pool_as_its_spec_says_is_left_alone() -> None:
    found = decide(there=Pool.model_validate(SPEC))
    assert (found.phase, found.changes) == (Phase.READY, ())
    assert found.message == "4 cpus, 8 GiB of memory, 1 gpus"


def test_only_capacity_and_shares_configure_a_pool_anew() -> None:
    assert decide(there=Pool.model_validate(SPEC), description="other words").changes == ()
    assert decide(there=Pool.model_validate(SPEC), teams={}).changes != ()
    assert decide(there=Pool.model_validate(SPEC), capacity={"cpus": 5}).changes != ()


def again(there: dict[str, Any], *, asked: datetime | None = None, **wanted: Any) -> Decision:
    """Decide once more after a pool was seen as wanted, and then otherwise."""
    former = decide(there=Pool.model_validate(SPEC)).facts
    pools = {SHARED: Pool.model_validate({**SPEC, **there})}
    controls = stage.requested(SHARED, asked) if asked else None
    seen = stage.actual(pools=pools, facts={SHARED: former}, controls=controls)
    return stage.decide(stage.resource(SHARED, **{**SPEC, **wanted}), seen)


def test_a_pool_that_another_environment_has_set_otherwise_is_not_fought_for() -> None:
    found = again({"capacity": {"cpus": 8, "memory": "8Gi", "gpus": 1}})
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "Contended", ())
    assert "8 cpus" in found.message


@pytest.mark.parametrize("told", [{"capacity": {"cpus": 2}}, {"asked": stage.NOW}])
def test_whoever_changes_their_mind_has_their_way_and_forgets_the_former_wish_first(told: dict[str, Any]) -> None:
    """Killed between the change and its status, the next daemon must not take it for another environment's."""
    found = again({"capacity": {"cpus": 8}}, **told)
    assert (found.phase, found.changes, found.wake) == (Phase.RECONCILING, (), stage.NOW)
    assert "configured" not in found.facts
    there = Pool.model_validate({**SPEC, "capacity": {"cpus": 8}})
    spec = {key: value for key, value in told.items() if key != "asked"}
    (change,) = stage.of(decide(there=there, **spec), ConfigurePool)
    assert change.spec == Pool.model_validate({**SPEC, **spec})


def test_what_each_team_uses_is_told() -> None:
    jobs = [
        stage.job("a/b/1", team="risk"),
        stage.job("a/b/2", "waiting", team="risk"),
        stage.job("a/b/3", "succeeded", team="risk"),
        stage.job("a/b/4", team="vision"),
        stage.job("a/b/5", pool="pools/other"),
    ]
    assert decide(*jobs).facts["teams"] == {"risk": {"running": 1, "waiting": 1}, "vision": {"running": 1}}


def retired(*jobs: Job, there: bool = True) -> Decision:
    pools = {SHARED: Pool.model_validate(SPEC)} if there else None
    return retire(SHARED, stage.view(stage.desired(), stage.actual(*jobs, pools=pools)))


def test_a_pool_whose_spec_is_gone_is_taken_away() -> None:
    (change,) = stage.of(retired(stage.job("a/b/1", "succeeded"), stage.job("a/b/2", "waiting")), ConfigurePool)
    assert change.spec is None
    gone = retired(there=False)
    assert (gone.reason, gone.changes) == ("Removing", ())


def test_a_pool_is_taken_away_once_its_jobs_have_ended_and_not_asked_in_every_pass() -> None:
    found = retired(stage.job("a/b/1"))
    assert (found.reason, found.changes) == ("Draining", ())


def test_a_pool_that_was_changed_by_hand_is_put_right_and_told() -> None:
    seen = stage.actual(pools={SHARED: Pool.model_validate(SPEC)})
    seen = replace(seen, pool=replace(seen.pool, drifted={SHARED: "Cohort ml.shared is gone"}))
    found = stage.decide(stage.resource(SHARED, **SPEC), seen)
    (change,) = stage.of(found, ConfigurePool)
    assert (change.why, found.drifted) == ("Cohort ml.shared is gone", "Cohort ml.shared is gone")
    assert found.phase is Phase.RECONCILING


def test_use_and_what_is_borrowed_are_facts_of_a_team() -> None:
    seen = stage.actual(pools={SHARED: Pool.model_validate(SPEC)})
    use = {"risk": Use({"gpus": 6.0}, {"gpus": 2.0}), "": Use({"cpus": 1.0}), "idle": Use()}
    seen = replace(seen, pool=replace(seen.pool, use={SHARED: use}))
    teams = stage.decide(stage.resource(SHARED, **SPEC), seen).facts["teams"]
    assert teams == {"risk": {"used": {"gpus": 6.0}, "borrowed": {"gpus": 2.0}}, "others": {"used": {"cpus": 1.0}}}
