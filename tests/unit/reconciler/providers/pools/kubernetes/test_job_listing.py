"""From what was seen to what the port shows."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.observed import JobState
from reconciler.providers.pools.kubernetes.job_listing import NEXT, Seen, newest, show, unfit
from reconciler.providers.pools.kubernetes.pods import Exit
from tests.unit.reconciler.providers.pools.kubernetes.told import COMPLETE, RUN, SHARED, failed, held, order

POOLS = {SHARED: Pool(capacity=Capacity(cpus=4, memory=16 * 2**30, gpu_kinds={"t4": 2}))}
SEEN = Seen(POOLS, exits={"u1": Exit(65, "exit code 65")}, queued={"u1": "waits for quota"}, pending={"job-1": "image"})


def test_the_newest_attempt_is_shown() -> None:
    first, second = held(order(attempt=1)), held(order(attempt=2), suspend=True)
    assert newest([second, first]) == {RUN: second}
    assert newest([first, replace(second, leaving=True)]) == {RUN: first}
    assert newest([replace(first, leaving=True)]) == {}


@pytest.mark.parametrize(
    ("told", "state", "reason", "code"),
    [
        ({"suspend": True}, JobState.WAITING, "waits for quota", None),
        ({"active": 1}, JobState.WAITING, "image", None),
        ({"active": 1, "ready": 1}, JobState.RUNNING, "", None),
        (COMPLETE, JobState.SUCCEEDED, "", 0),
        (failed(), JobState.FAILED, "exit code 65", 65),
    ],
)
def test_a_state_is_shown(told: dict[str, Any], state: JobState, reason: str, code: int | None) -> None:
    job = show(held(**told), SEEN)
    assert (job.state, job.reason, job.exit_code) == (state, reason, code)
    assert (job.ended is not None) is (state in (JobState.SUCCEEDED, JobState.FAILED))
    assert job.submitted


def test_what_isn_t_known_yet_is_told_so() -> None:
    nothing = Seen(POOLS)
    assert show(held(suspend=True), nothing).reason == NEXT
    assert show(held(active=1), nothing).reason == "waits for its pod to start"
    assert show(held(**failed("BackoffLimitExceeded")), nothing).reason == "BackoffLimitExceeded"


def test_a_pool_that_isn_t_there_is_waited_for() -> None:
    job = show(held(suspend=True), Seen({}))
    assert (job.state, "pools/shared, which is not configured" in job.reason) == (JobState.WAITING, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"cpus": 5}, "5 cpus"),
        ({"cpus": 2, "nodes": 3}, "lower resources.nodes, as all 3 count"),
        ({"gpus": 1, "gpu_kind": "a100"}, "kind a100"),
        ({"gpus": 2, "gpu_kind": "t4", "nodes": 2}, "4 gpus of kind t4"),
    ],
)
def test_what_can_never_fit_has_failed(asked: dict[str, Any], told: str) -> None:
    job = show(held(order(**asked), suspend=True), SEEN)
    assert (job.state, job.exit_code) == (JobState.FAILED, 65)
    assert told in job.reason
    assert job.ended


def test_what_was_let_in_fits() -> None:
    assert unfit(held(order(cpus=5), ready=1), POOLS) == ""
    assert unfit(held(order(cpus=5), suspend=True), {}) == ""
    assert unfit(held(order(cpus=4), suspend=True), POOLS) == ""


def test_a_limit_of_the_team_holds_too() -> None:
    limited = Pool.model_validate({"capacity": {"cpus": 4}, "teams": {"risk": {"limit": {"cpus": 1}}}})
    assert "team risk" in unfit(held(order(cpus=2), suspend=True), {SHARED: limited})
