"""Records: from files to values, and to the job that the port shows."""

from datetime import UTC, datetime

import pytest

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.records import (
    Admission,
    Exit,
    Process,
    Record,
    Usage,
    exit_from_json,
)

ORDER = JobOrder(
    run=RunName("experiments/e/0123456789ab"),
    pool=Address("pools/shared"),
    team="risk",
    resources=Resources(cpus=2, gpus=1),
    timeout=90.0,
    attempt=3,
    inputs=(RunName("datasets/d/0123456789ab"),),
)
LET_IN = Admission(110.0, ("0",))


def test_a_supervisor_s_word_is_read() -> None:
    told = {"code": 0, "signal": 0, "why": "", "started": 10.0, "ended": 14.0, "cpu_seconds": 3.5, "peak_memory": 2048}
    assert exit_from_json(told) == Exit(14.0, 0, usage=Usage(3.5, 2048, 4.0))


def test_the_pool_s_word_is_read() -> None:
    assert exit_from_json({"ended": 5, "why": "lost", "message": "gone"}) == Exit(5.0, None, 0, "lost", "gone")


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (Record(ORDER, 1.0), JobState.WAITING),
        (Record(ORDER, 1.0, LET_IN), JobState.RUNNING),
        (Record(ORDER, 1.0, LET_IN, Process(7, "x")), JobState.RUNNING),
        (Record(ORDER, 1.0, LET_IN, exit=Exit(2.0, 0)), JobState.SUCCEEDED),
        (Record(ORDER, 1.0, LET_IN, exit=Exit(2.0, 1)), JobState.FAILED),
        (Record(ORDER, 1.0, LET_IN, exit=Exit(2.0, 0, why="timeout")), JobState.FAILED),
        (Record(ORDER, 1.0, LET_IN, exit=Exit(2.0, -1, 15, "stopped")), JobState.CANCELLED),
        (Record(ORDER, 1.0, exit=Exit(2.0, why="lost", message="gone")), JobState.FAILED),
    ],
)
def test_a_job_s_state_is_what_its_files_say(record: Record, state: JobState) -> None:
    assert record.state is state
    assert record.as_job().state is state


@pytest.mark.parametrize(
    ("end", "code", "reason"),
    [
        (Exit(2.0, 0), 0, ""),
        (Exit(2.0, 65), 65, "exit code 65"),
        (Exit(2.0, -1, 11), 139, "killed by SIGSEGV"),
        (Exit(2.0, -1, 9), 137, "killed by SIGKILL, as the system does when memory runs out"),
        (Exit(2.0, -1, 15, "timeout"), 143, "stopped at its timeout of 1m30s"),
        (Exit(2.0, 0, 0, "timeout"), 0, "stopped at its timeout of 1m30s"),
        (Exit(2.0, -1, 15, "log"), 143, "stopped, as its log has more than 256 MiB"),
        (Exit(2.0, -1, 15, "stopped"), 143, "stopped from outside"),
        (Exit(2.0, None, 0, "lost", "gone"), None, "gone"),
    ],
)
def test_an_end_is_told_in_a_code_and_a_reason(end: Exit, code: int | None, reason: str) -> None:
    job = Record(ORDER, 1.0, LET_IN, exit=end).as_job()
    assert (job.exit_code, job.reason) == (code, reason)


def test_a_record_is_shown_as_a_job() -> None:
    job = Record(ORDER, 100.0, LET_IN, exit=Exit(120.0, 0)).as_job()
    assert (job.run, job.pool, job.team, job.attempt) == (ORDER.run, ORDER.pool, "risk", 3)
    assert job.submitted == datetime.fromtimestamp(100, UTC)
    assert job.started == datetime.fromtimestamp(110, UTC)
    assert job.ended == datetime.fromtimestamp(120, UTC)


def test_only_a_job_that_waits_says_what_it_waits_for() -> None:
    assert Record(ORDER, 1.0).as_job("waits for a cpu").reason == "waits for a cpu"
    assert Record(ORDER, 1.0, LET_IN).as_job("waits for a cpu").reason == ""


def test_a_demand_is_that_of_the_order() -> None:
    assert Record(ORDER, 1.0).demand == Amounts(2.0, 2.0 * 2**30, 1.0)
