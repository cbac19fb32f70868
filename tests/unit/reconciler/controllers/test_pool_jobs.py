"""A pool's jobs as its status tells them: what waits and runs, and the last that ended, in bounds."""

from datetime import timedelta

from reconciler.controllers.pool_jobs import MOST_ACTIVE, MOST_ENDED, told_jobs
from reconciler.model.observed import JobState
from tests.unit.reconciler.stage import NOW, SHARED, job


def test_a_job_is_told_with_its_moments_and_what_it_asks_for() -> None:
    later = NOW + timedelta(seconds=90)
    one = job(
        "experiments/x/1", "succeeded", submitted=NOW, started=NOW, ended=later, needs={"cpus": 2.0}, timeout=60.0
    )
    assert told_jobs(SHARED, [one]) == [
        {
            "run": "experiments/x/1",
            "team": "default",
            "state": "succeeded",
            "submitted": NOW.isoformat(),
            "started": NOW.isoformat(),
            "ended": later.isoformat(),
            "needs": {"cpus": 2.0},
            "timeout": 60.0,
        }
    ]


def test_jobs_of_other_pools_and_such_of_which_no_moment_is_known_are_left_out() -> None:
    jobs = [
        job("experiments/x/1", "waiting"),
        job("experiments/x/2", "waiting", submitted=NOW, pool="pools/other"),
        job("experiments/x/3", "failed", submitted=NOW, ended=NOW),
    ]
    assert told_jobs(SHARED, jobs) == []


def test_the_oldest_that_wait_and_the_last_that_ended_are_told() -> None:
    def moment(n: int) -> timedelta:
        return timedelta(seconds=n)

    jobs = [job(f"experiments/w/{n:03}", "waiting", submitted=NOW + moment(n)) for n in range(MOST_ACTIVE + 5)]
    jobs += [
        job(f"experiments/e/{n:03}", JobState.SUCCEEDED, submitted=NOW, started=NOW, ended=NOW + moment(n))
        for n in range(MOST_ENDED + 5)
    ]
    told = {one["run"] for one in told_jobs(SHARED, jobs)}
    assert len(told) == MOST_ACTIVE + MOST_ENDED
    assert "experiments/w/000" in told
    assert "experiments/e/000" not in told
    assert f"experiments/w/{MOST_ACTIVE}" not in told
