"""What folder and cluster know of a run, joined, and how the cluster's words become ours."""

import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.observed import JobState
from reconciler.providers.pools.ray.jobs_api import ClusterJob
from reconciler.providers.pools.ray.options import read_options
from reconciler.providers.pools.ray.records import (
    LOST,
    End,
    Record,
    end_of,
    join,
    record_as_json,
    record_from_json,
    sighting,
)
from reconciler.providers.pools.ray.submission import submission
from tests.unit.reconciler.providers.pools.ray.conftest import RUN, order

OPTIONS = read_options({"address": "http://head:8265"})
NOW = 1000.0


def job(status: str = "RUNNING", *, attempt: int = 1, **said: Any) -> ClusterJob:
    metadata = submission(order(attempt=attempt), 5.0, OPTIONS)["metadata"]
    return ClusterJob(type="SUBMISSION", status=status, start_time=7000, metadata=metadata, **said)


def seen(status: str = "RUNNING", **said: Any) -> Record:
    found = sighting(job(status, **said), "setpoint")
    assert found
    return found


@pytest.mark.parametrize(
    ("said", "state", "code", "reason"),
    [
        ({"status": "SUCCEEDED", "driver_exit_code": 0}, JobState.SUCCEEDED, 0, ""),
        ({"status": "FAILED", "driver_exit_code": 65}, JobState.FAILED, 65, "exit code 65"),
        ({"status": "FAILED", "driver_exit_code": 124}, JobState.FAILED, 124, "stopped at its timeout of 1m30s"),
        ({"status": "FAILED", "driver_exit_code": 137}, JobState.FAILED, 137, "when memory runs out"),
        ({"status": "FAILED", "driver_exit_code": -9}, JobState.FAILED, 137, "when memory runs out"),
        ({"status": "FAILED", "driver_exit_code": 139}, JobState.FAILED, 139, "killed by SIGSEGV"),
        ({"status": "FAILED", "driver_exit_code": 255}, JobState.FAILED, 255, "exit code 255"),
        ({"status": "STOPPED"}, JobState.CANCELLED, None, "stopped from outside"),
        ({"status": "FAILED", "message": "died: of x\n\tid: 3"}, JobState.FAILED, None, "could not run it: died: of x"),
        ({"status": "FAILED"}, JobState.FAILED, None, "could not run it"),
        ({"status": "FAILED", "error_type": "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"}, JobState.FAILED, 75, "had room"),
    ],
)
def test_an_end_is_told(said: dict[str, Any], state: JobState, code: int | None, reason: str) -> None:
    end = end_of(job(**said, end_time=9000), 90.0)
    assert end
    assert (end.ended, end.state, end.code) == (9.0, state, code)
    assert reason in end.reason
    assert "\n" not in end.reason


@pytest.mark.parametrize("status", ["PENDING", "RUNNING"])
def test_what_goes_on_has_no_end(status: str) -> None:
    assert end_of(job(status), 90.0) is None


def test_an_order_waits_until_the_cluster_has_started_it() -> None:
    waiting = Record(order(), 5.0)
    pending, running = seen("PENDING"), seen("RUNNING")
    assert [r.state for r in (waiting, pending, running)] == [JobState.WAITING, JobState.WAITING, JobState.RUNNING]
    shown = [r.as_job("why") for r in (waiting, pending, running)]
    assert [job.reason for job in shown] == ["why", "why", ""]
    assert [bool(job.started) for job in shown] == [False, False, True]


def test_times_never_go_backwards_where_clocks_differ() -> None:
    metadata = submission(order(), 50.0, OPTIONS)["metadata"]
    found = sighting(ClusterJob(type="SUBMISSION", status="RUNNING", start_time=7000, metadata=metadata), "setpoint")
    assert found
    assert found.accepted == found.submitted == 50.0


def test_what_only_the_cluster_knows_is_taken_from_there() -> None:
    assert join([], [seen("RUNNING")], NOW)[RUN].state is JobState.RUNNING
    assert sighting(ClusterJob(type="SUBMISSION", status="RUNNING"), "setpoint") is None


def test_the_newest_attempt_counts_wherever_it_is_known() -> None:
    first, second = seen("FAILED", driver_exit_code=1), seen("RUNNING", attempt=2)
    assert join([], [second, first], NOW)[RUN].order.attempt == 2
    again = Record(order(attempt=2), 8.0)
    assert join([again], [first], NOW)[RUN] == again
    kept = replace(first, job=None)
    assert join([kept], [first, second], NOW)[RUN].order.attempt == 2


def test_an_order_that_the_cluster_has_is_taken_though_nobody_noted_it() -> None:
    joined = join([Record(order(code=3), 5.0)], [seen("RUNNING")], NOW)[RUN]
    assert (joined.state, joined.accepted, joined.order.request) == (JobState.RUNNING, 7.0, {"code": 3})


def test_a_job_that_the_cluster_has_forgotten_is_lost() -> None:
    joined = join([Record(order(), 5.0, accepted=6.0)], [], NOW)[RUN]
    assert joined.end == End(NOW, JobState.FAILED, LOST)
    assert joined.as_job().exit_code is None


def test_an_end_that_was_kept_outlives_the_cluster() -> None:
    end = End(9.0, JobState.SUCCEEDED, code=0)
    assert join([Record(order(), 5.0, 6.0, end)], [], NOW)[RUN].end == end


def test_several_nodes_ask_for_several_times_as_much() -> None:
    assert Record(order(cpus=2, nodes=3), 5.0).demand.cpus == 6


@pytest.mark.parametrize("end", [None, End(9.0, JobState.FAILED, "because", 65, refused=True)])
def test_a_record_is_written_and_read(end: End | None) -> None:
    record = Record(order(params={"a": 1}, cpus=2), 5.0, 6.0, end)
    assert record_from_json(json.loads(json.dumps(record_as_json(record)))) == record
    assert record_from_json(record_as_json(Record(order(), 5.0))) == Record(order(), 5.0)


@pytest.mark.parametrize("told", [{}, {"end": None}, {"end": {"state": "odd"}}])
def test_half_a_record_is_none(told: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        record_from_json(told)
