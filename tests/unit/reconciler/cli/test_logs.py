"""`setpoint logs`: which job is meant, and following it."""

from datetime import UTC, datetime

import pytest

from reconciler.cli.logs import followed, newest_job
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Job, JobState

POOL = Address("pools/shared")


def job(name: str, state: JobState, hour: int | None = None) -> Job:
    ended = datetime(2026, 1, 5, hour, tzinfo=UTC) if hour is not None else None
    return Job(RunName(f"monitors/m/{name}"), POOL, "risk", state, ended=ended)


@pytest.mark.parametrize(
    ("jobs", "newest"),
    [
        ([job("a", JobState.SUCCEEDED, 1), job("b", JobState.FAILED, 2)], "monitors/m/b"),
        ([job("a", JobState.SUCCEEDED, 3), job("b", JobState.FAILED, 2)], "monitors/m/a"),
        ([job("a", JobState.RUNNING), job("b", JobState.FAILED, 2)], "monitors/m/a"),
        ([job("a", JobState.WAITING), job("b", JobState.FAILED, 2)], "monitors/m/b"),
        ([], ""),
    ],
)
def test_a_failed_job_is_found_as_well_as_an_accepted_one(jobs: list[Job], newest: str) -> None:
    others = {RunName("monitors/other/c"): job("c", JobState.RUNNING)}
    assert newest_job({j.run: j for j in jobs} | others, "monitors/m") == newest
    assert newest_job({j.run: j for j in jobs}, "monitors/renamed", "monitors/m") == newest


def test_a_log_is_followed_until_its_job_has_ended() -> None:
    texts, ends = iter(["a\nb\n", "a\nb\n", "b\nc\n", "b\nc\nd\n"]), iter([True, True, True, False])
    told = list(followed("a\n", lambda: next(texts), lambda: next(ends), poll=0))
    assert told == ["b\n", "", "…\nb\nc\n", "d\n"]
