"""The pool on a cluster with a life of its own: lost folders, restarted clusters, calls that fail."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.model.observed import Job, JobState
from reconciler.providers.pools.ray import RayPool
from reconciler.providers.pools.ray.pool import LOG_LIMIT
from reconciler.providers.pools.ray.records import LOST
from tests.unit.reconciler.providers.pools.ray.conftest import RUN, SHARED, Open, order
from tests.unit.reconciler.providers.pools.ray.dashboard import Clock, Dashboard

TWO_CPUS = Pool(capacity=Capacity(cpus=2, memory=64 * 2**30))


@pytest.fixture
def pool(open_pool: Open) -> RayPool:
    pool = open_pool()
    pool.configure(SHARED, TWO_CPUS)
    return pool


def job_of(pool: RayPool, run: str = RUN) -> Job:
    return pool.list().jobs[RunName(run)]


def go_on(pool: RayPool, clock: Clock, seconds: float = 2.0) -> None:
    """Let time pass in steps, and the pool live by them as by a daemon's."""
    for _ in range(round(seconds / 0.25)):
        clock.advance(0.25)
        pool.settle()


def test_a_job_lives(pool: RayPool, clock: Clock) -> None:
    pool.submit(order(prints="hello\n"))
    assert job_of(pool).state is JobState.WAITING
    assert pool.logs(RUN) == ""
    pool.settle()
    assert job_of(pool).state is JobState.RUNNING
    go_on(pool, clock)
    job = job_of(pool)
    assert (job.state, job.exit_code) == (JobState.SUCCEEDED, 0)
    assert pool.logs(RUN) == "hello\n"


def test_a_pass_with_nothing_to_do_asks_once(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    for number in range(5):
        pool.submit(order(f"experiments/e/{number:012x}"))
    go_on(pool, clock, 30)
    dashboard.calls.clear()
    pool.list()
    assert dashboard.calls == ["GET /api/jobs/"]


def test_an_idle_pool_asks_rarely(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.submit(order())
    go_on(pool, clock, 30)
    dashboard.calls.clear()
    go_on(pool, clock, 60)
    assert 0 < len(dashboard.calls) <= 6


def test_a_daemon_without_its_folder_finds_every_job_again(
    pool: RayPool, open_pool: Open, tmp_path: Path, dashboard: Dashboard, clock: Clock
) -> None:
    runs = [f"experiments/e/{number:012x}" for number in range(4)]
    for run in runs:
        pool.submit(order(run, takes=30, team="vision"))
    pool.settle()
    before = {run: job for run, job in pool.list().jobs.items() if job.state is JobState.RUNNING}
    shutil.rmtree(tmp_path / "pool")
    again = open_pool()
    assert again.list().pools == {}
    found = again.list().jobs
    assert {run: (job.state, job.team) for run, job in found.items()} == dict.fromkeys(
        before, (JobState.RUNNING, "vision")
    )
    again.configure(SHARED, TWO_CPUS)
    for run in runs:
        again.submit(order(run, takes=30, team="vision"))
    go_on(again, clock, 90)
    assert {job.state for job in again.list().jobs.values()} == {JobState.SUCCEEDED}
    assert sum(call == "POST /api/jobs/" for call in dashboard.calls) == len(runs)


def test_a_newer_attempt_on_the_cluster_alone_counts(
    pool: RayPool, open_pool: Open, tmp_path: Path, clock: Clock
) -> None:
    for attempt in (1, 2):
        pool.submit(order(attempt=attempt, code=3))
        go_on(pool, clock)
    other = open_pool(tmp_path / "another daemon's")
    other.submit(order(attempt=2))
    assert (job_of(other).attempt, job_of(other).exit_code) == (2, 3)
    other.submit(order(attempt=3))
    assert job_of(other).state is JobState.WAITING


def test_a_cluster_that_was_restarted_has_lost_what_ran_and_nothing_else(
    pool: RayPool, dashboard: Dashboard, clock: Clock
) -> None:
    done, running, waiting = (f"experiments/e/{number:012x}" for number in range(3))
    pool.submit(order(done))
    go_on(pool, clock, 3)
    pool.submit(order(running, cpus=2, takes=30))
    pool.submit(order(waiting, cpus=2))
    pool.settle()
    dashboard.forget()
    go_on(pool, clock, 2)
    assert job_of(pool, done).state is JobState.SUCCEEDED
    lost = job_of(pool, running)
    assert (lost.state, lost.reason, lost.exit_code, lost.lost) == (JobState.FAILED, LOST, None, True)
    assert lost.ended
    assert job_of(pool, running) == lost
    assert pool.logs(RunName(running)) == ""
    pool.submit(order(running, attempt=2))
    go_on(pool, clock, 5)
    assert {job.state for job in pool.list().jobs.values()} == {JobState.SUCCEEDED}
    assert job_of(pool, running).attempt == 2


def test_a_job_that_the_cluster_took_though_nobody_noted_it_is_not_started_twice(
    pool: RayPool, open_pool: Open, dashboard: Dashboard, clock: Clock
) -> None:
    pool.submit(order(takes=30))
    pool.settle()
    name, taken = next(iter(dashboard.jobs.items()))
    pool.cancel(RUN)
    go_on(pool, clock, 10)
    dashboard.jobs[name] = taken
    taken.status, taken.ended = "RUNNING", None
    pool.submit(order(takes=30))
    go_on(open_pool(), clock, 3)
    assert len(dashboard.jobs) == 1
    assert job_of(pool).state is JobState.RUNNING


def test_a_cancelled_job_is_gone_at_once_and_stopped_soon(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.submit(order(takes=1000))
    pool.settle()
    pool.list()
    pool.cancel(RUN)
    assert RUN not in pool.list().jobs
    with pytest.raises(FileNotFoundError):
        pool.logs(RUN)
    pool.settle()
    assert [job.status for job in dashboard.jobs.values()] == ["STOPPED"]
    pool.submit(order(code=7))
    assert "cancelled has stopped" in job_of(pool).reason
    go_on(pool, clock, 10)
    assert (job_of(pool).state, job_of(pool).exit_code) == (JobState.FAILED, 7)


def test_cancelling_needs_no_cluster(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.submit(order(takes=1000))
    pool.settle()
    dashboard.faults["GET"] = 503, b"down"
    pool.cancel(RUN)
    with pytest.raises(Unavailable):
        pool.list()
    dashboard.faults.clear()
    go_on(pool, clock, 10)
    assert dashboard.jobs == {}
    assert pool.list().jobs == {}


def test_a_cluster_that_is_down_is_no_empty_cluster(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.submit(order(takes=5))
    pool.settle()
    dashboard.faults["GET"] = 500, b"no"
    for _ in range(3):
        with pytest.raises(Unavailable):
            pool.list()
    with pytest.raises(Unavailable):
        go_on(pool, clock, 20)
    dashboard.faults.clear()
    go_on(pool, clock, 80)
    assert job_of(pool).state is JobState.SUCCEEDED
    assert len(dashboard.jobs) == 1


def test_a_cluster_that_is_down_is_asked_more_and_more_rarely(
    pool: RayPool, dashboard: Dashboard, clock: Clock
) -> None:
    pool.submit(order())
    dashboard.faults["GET"] = 500, b"no"
    for _ in range(1000):
        clock.advance(0.25)
        try:
            pool.settle()
        except Unavailable:
            continue
    assert 3 <= len(dashboard.calls) <= 10


def test_one_order_that_the_cluster_can_t_take_holds_up_no_other(
    pool: RayPool, dashboard: Dashboard, clock: Clock
) -> None:
    pool.submit(order("experiments/a/000000000001"))
    dashboard.faults["POST"] = 500, b"ValueError: odd"
    pool.settle()
    assert "HTTP 500: ValueError: odd" in job_of(pool, "experiments/a/000000000001").reason
    dashboard.faults.clear()
    pool.submit(order("experiments/a/000000000002"))
    go_on(pool, clock, 5)
    assert job_of(pool, "experiments/a/000000000002").state is JobState.SUCCEEDED
    assert job_of(pool, "experiments/a/000000000001").state is JobState.WAITING
    go_on(pool, clock, 40)
    assert job_of(pool, "experiments/a/000000000001").state is JobState.SUCCEEDED


def test_an_order_that_the_cluster_refuses_fails(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.submit(order())
    dashboard.faults["POST"] = 400, b"TypeError: odd"
    pool.settle()
    job = job_of(pool)
    assert (job.state, job.exit_code) == (JobState.FAILED, 65)
    assert "TypeError: odd" in job.reason
    pool.configure(SHARED, TWO_CPUS)
    assert RUN not in pool.list().jobs


def test_teams_share_by_their_weights(pool: RayPool, dashboard: Dashboard) -> None:
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=6, memory=64 * 2**30), teams={"risk": Share(weight=2)}))
    for number in range(9):
        pool.submit(order(f"experiments/r/{number:012x}", takes=1000))
        pool.submit(order(f"experiments/v/{number:012x}", takes=1000, team="vision"))
    pool.settle()
    running = [job.team for job in pool.list().jobs.values() if job.state is JobState.RUNNING]
    assert sorted(running) == ["risk"] * 4 + ["vision"] * 2


def test_two_daemons_share_a_pool_s_room(pool: RayPool, open_pool: Open, tmp_path: Path) -> None:
    pool.submit(order(cpus=2, takes=1000))
    pool.settle()
    other = open_pool(tmp_path / "other")
    other.configure(SHARED, TWO_CPUS)
    other.submit(order("experiments/other/0123456789ab"))
    other.settle()
    assert "0 of 2 are free" in job_of(other, "experiments/other/0123456789ab").reason


def test_owners_don_t_see_each_other(pool: RayPool, open_pool: Open, tmp_path: Path) -> None:
    pool.submit(order(takes=1000))
    pool.settle()
    other = open_pool(tmp_path / "other", owner="another")
    assert other.list().jobs == {}
    other.configure(SHARED, TWO_CPUS)
    other.submit(order(takes=1000))
    other.settle()
    assert job_of(other).state is JobState.RUNNING


def test_a_slow_start_is_explained_by_the_cluster_s_nodes(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=500, memory=64 * 2**30)))
    pool.submit(order(cpus=200))
    pool.settle()
    assert job_of(pool).reason == "is let in, and the cluster starts it"
    go_on(pool, clock, 20)
    assert "no node of the cluster has 200 cpus: the largest has 100 cpus" in job_of(pool).reason
    assert sum(call == "GET /api/v0/nodes" for call in dashboard.calls) == 1


def test_former_attempts_and_old_successes_are_forgotten(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.submit(order(code=3))
    go_on(pool, clock, 3)
    pool.submit(order(attempt=2))
    go_on(pool, clock, 30)
    assert len(dashboard.jobs) == 1
    clock.advance(8 * 24 * 3600)
    pool.settle()
    assert dashboard.jobs == {}
    assert pool.list().jobs == {}


def test_a_pool_that_is_to_go_waits_for_its_jobs(pool: RayPool, clock: Clock) -> None:
    pool.submit(order(takes=5))
    pool.settle()
    pool.configure(SHARED, None)
    go_on(pool, clock, 2)
    assert pool.list().pools == {SHARED: TWO_CPUS}
    go_on(pool, clock, 10)
    assert pool.list().pools == {}
    pool.configure(Address("pools/never"), None)


def test_the_cluster_s_own_first_line_is_none_of_the_job_s(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    """It may come late, and then stands where the launcher's stood."""
    pool.submit(order())
    go_on(pool, clock, 3)
    next(iter(dashboard.jobs.values())).log = "Running entrypoint for job x-1: exec python -m runners.launcher\nhello\n"
    assert pool.logs(RUN) == "hello\n"


def test_of_a_long_log_the_end_is_told_in_whole_lines(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.submit(order())
    go_on(pool, clock, 3)
    next(iter(dashboard.jobs.values())).log += "".join(f"line {number}\n" for number in range(200_000))
    told = pool.logs(RUN)
    assert LOG_LIMIT * 0.9 < len(told) <= LOG_LIMIT
    assert told.startswith("line ")
    assert told.endswith("line 199999\n")


@pytest.mark.slow
def test_a_turn_that_takes_long_goes_on_in_the_next(pool: RayPool, dashboard: Dashboard, clock: Clock) -> None:
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=50, memory=2.0**40)))
    for number in range(6):
        pool.submit(order(f"experiments/e/{number:012x}", takes=1000))
    dashboard.silent = 0.9
    pool.settle()
    assert 0 < len(dashboard.jobs) < 6
    dashboard.silent = 0.0
    go_on(pool, clock, 1)
    assert len(dashboard.jobs) == 6


def test_a_folder_that_can_t_be_used_is_told(open_pool: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"the pool's folder .* can't be used"):
        open_pool(tmp_path / "file").configure(SHARED, TWO_CPUS)


def test_gpus_of_several_kinds_are_several_pools(pool: RayPool) -> None:
    pool.configure(SHARED, Pool(capacity=Capacity(gpu_kinds={"a100": 8})))
    with pytest.raises(Refused, match="kinds a100 and t4"):
        pool.configure(SHARED, Pool(capacity=Capacity(gpu_kinds={"a100": 8, "t4": 4})))


def test_secrets_are_on_no_disk(open_pool: Open, tmp_path: Path) -> None:
    sealing = open_pool(seal="${secret:RAY}", environ={"SETPOINT_SECRET_RAY": "key"})
    sealing.submit(replace(order(), secrets={"TOKEN": "hush"}))
    kept = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    assert RUN in kept
    assert "hush" not in kept
    with pytest.raises(Refused, match="no key to seal"):
        open_pool().submit(replace(order("experiments/e/000000000001"), secrets={"TOKEN": "hush"}))


def test_options_are_checked_when_it_is_opened(open_pool: Open) -> None:
    with pytest.raises(Refused, match=r"pool\.placement"):
        open_pool(placement="ANYWHERE")
