"""What every runner pool promises; once as it is, once with a daemon that dies after every call."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from reconciler.conformance.pools import (
    PATIENCE,
    SHARED,
    PoolBench,
    Reborn,
    ended,
    order,
    started,
    submit,
    wait_for,
)
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.model.observed import JobState, PoolListing
from reconciler.ports.pool import RunnerPool

RUN = RunName("experiments/employment/0123456789ab")
TWO_CPUS = Pool(capacity=Capacity(cpus=2, memory=8 * 2**30, gpus=0))


@pytest.fixture
def bench(make_bench: Callable[[], PoolBench]) -> Iterator[PoolBench]:
    bench = make_bench()
    yield bench
    bench.close()


@pytest.fixture(params=["lasting", pytest.param("reborn", marks=pytest.mark.sweep)])
def pool(request: pytest.FixtureRequest, bench: PoolBench) -> RunnerPool:
    pool: RunnerPool = bench.open() if request.param == "lasting" else Reborn(bench.open)
    pool.configure(SHARED, TWO_CPUS)
    return pool


def test_a_job_waits_runs_and_ends(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN))
    assert pool.list().jobs[RUN].state is JobState.WAITING
    wait_for(bench, pool, started(RUN), "started")
    job = wait_for(bench, pool, ended(RUN), "ended").jobs[RUN]
    assert (job.state, job.exit_code, job.reason, job.attempt) == (JobState.SUCCEEDED, 0, "", 1)
    assert (job.run, job.pool, job.team) == (RUN, SHARED, "risk")
    assert job.submitted
    assert job.started
    assert job.ended
    assert job.submitted <= job.started <= job.ended


def test_a_job_tells_what_it_reads(pool: RunnerPool) -> None:
    read = (RunName("datasets/employment/0123456789ab"), RunName("labels/employment/0123456789ab"))
    pool.submit(replace(order(RUN), inputs=read))
    assert pool.list().jobs[RUN].inputs == read


@pytest.mark.parametrize("code", [1, 65, 75])
def test_an_exit_code_is_told(bench: PoolBench, pool: RunnerPool, code: int) -> None:
    pool.submit(order(RUN, code=code))
    job = wait_for(bench, pool, ended(RUN), "ended").jobs[RUN]
    assert (job.state, job.exit_code) == (JobState.FAILED, code)
    assert str(code) in job.reason


def test_submitting_twice_is_submitting_once(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN, code=3))
    first = pool.list().jobs[RUN]
    pool.submit(order(RUN, code=4))
    assert pool.list().jobs[RUN].submitted == first.submitted
    assert wait_for(bench, pool, ended(RUN), "ended").jobs[RUN].exit_code == 3
    pool.submit(order(RUN, code=4))
    pool.settle()
    assert pool.list().jobs[RUN].exit_code == 3


def test_a_newer_attempt_replaces_a_job_that_has_ended(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN, code=3, prints="first"))
    wait_for(bench, pool, ended(RUN), "ended")
    pool.submit(order(RUN, code=0, attempt=2, prints="second"))
    job = pool.list().jobs[RUN]
    assert (job.state, job.attempt, job.exit_code) == (JobState.WAITING, 2, None)
    job = wait_for(bench, pool, ended(RUN), "ended").jobs[RUN]
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)
    assert pool.logs(RUN) == "second"


def test_a_newer_attempt_leaves_a_job_alone_that_goes_on(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN, never_ends=True))
    pool.submit(order(RUN, attempt=2))
    assert pool.list().jobs[RUN].attempt == 1
    wait_for(bench, pool, started(RUN), "started")
    pool.submit(order(RUN, attempt=2))
    job = pool.list().jobs[RUN]
    assert (job.state, job.attempt) == (JobState.RUNNING, 1)


@pytest.mark.parametrize("settled", [False, True])
def test_cancelling_stops_and_forgets(bench: PoolBench, pool: RunnerPool, settled: bool) -> None:
    pool.submit(order(RUN, never_ends=True))
    if settled:
        wait_for(bench, pool, started(RUN), "started")
    pool.cancel(RUN)
    assert RUN not in pool.list().jobs
    pool.cancel(RUN)
    with pytest.raises(FileNotFoundError):
        pool.logs(RUN)
    submit(bench, pool, order(RUN, code=7))
    assert wait_for(bench, pool, ended(RUN), "ended").jobs[RUN].exit_code == 7


def test_cancelling_frees_the_slot(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN, never_ends=True, cpus=2))
    wait_for(bench, pool, started(RUN), "started")
    pool.submit(order("labels/digits/0123456789ab", cpus=2))
    pool.settle()
    assert pool.list().jobs[RunName("labels/digits/0123456789ab")].state is JobState.WAITING
    pool.cancel(RUN)
    wait_for(bench, pool, ended("labels/digits/0123456789ab"), "ended")


def test_cancelling_what_nobody_knows_is_fine(pool: RunnerPool) -> None:
    pool.cancel(RUN)
    assert pool.list().jobs == {}


def test_logs_are_those_of_known_jobs(bench: PoolBench, pool: RunnerPool) -> None:
    with pytest.raises(FileNotFoundError):
        pool.logs(RUN)
    pool.submit(order(RUN, prints="epoch 1\nepoch 2: ä\n"))
    assert pool.logs(RUN) == ""
    wait_for(bench, pool, ended(RUN), "ended")
    assert pool.logs(RUN) == "epoch 1\nepoch 2: ä\n"


def test_listings_are_complete(bench: PoolBench, pool: RunnerPool) -> None:
    runs = [f"experiments/e{number % 7}/{number:012x}" for number in range(100)]
    for run in runs:
        pool.submit(order(run, never_ends=True))
    assert sorted(pool.list().jobs) == sorted(runs)
    listing = wait_for(bench, pool, lambda told: running(told) >= 2, "running as many as it can")
    assert sorted(listing.jobs) == sorted(runs)
    assert running(listing) == 2


def running(listing: PoolListing) -> int:
    return sum(job.state is JobState.RUNNING for job in listing.jobs.values())


def test_a_job_that_waits_says_why_and_says_it_again(bench: PoolBench, pool: RunnerPool) -> None:
    for run in ("experiments/a/000000000001", "experiments/a/000000000002"):
        pool.submit(order(run, never_ends=True))
        wait_for(bench, pool, started(run), "started")
    third = RunName("experiments/a/000000000003")
    pool.submit(order(third, never_ends=True))
    job = wait_for(bench, pool, lambda told: "cpu" in told.jobs[third].reason, "told why it waits").jobs[third]
    assert job.state is JobState.WAITING
    pool.settle()
    assert pool.list().jobs[job.run].reason == job.reason


def test_a_job_of_an_unknown_pool_waits_for_it(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN, pool="pools/gpus"))
    pool.settle()
    job = pool.list().jobs[RUN]
    assert job.state is JobState.WAITING
    assert "pools/gpus" in job.reason
    pool.configure(Address("pools/gpus"), TWO_CPUS)
    wait_for(bench, pool, ended(RUN), "ended")


@pytest.mark.parametrize("asked", [{"cpus": 3}, {"memory": 9 * 2**30}, {"gpus": 1}, {"nodes": 3}])
def test_a_job_that_can_never_fit_fails_at_once(pool: RunnerPool, asked: dict[str, Any]) -> None:
    pool.submit(order(RUN, **asked))
    pool.settle()
    job = pool.list().jobs[RUN]
    assert job.state is JobState.FAILED
    assert next(iter(asked)) in job.reason
    assert job.ended


def test_a_job_that_never_fitted_is_forgotten_when_its_pool_changes(pool: RunnerPool) -> None:
    pool.submit(order(RUN, cpus=3))
    pool.settle()
    pool.configure(SHARED, TWO_CPUS)
    assert RUN not in pool.list().jobs


def test_capacity_is_never_exceeded(bench: PoolBench, pool: RunnerPool) -> None:
    for number in range(5):
        pool.submit(order(f"experiments/a/{number:012x}", cpus=1 + number % 2))
    pool.settle()
    while any(not ended(run)(listing := pool.list()) for run in pool.list().jobs):
        running = [run for run, job in listing.jobs.items() if job.state is JobState.RUNNING]
        assert sum(1 + int(run[-1], 16) % 2 for run in running) <= 2
        bench.pass_time()
        pool.settle()


def test_a_pool_s_configuration_is_listed(pool: RunnerPool) -> None:
    pool.configure(SHARED, TWO_CPUS)
    assert pool.list().pools == {SHARED: TWO_CPUS}
    larger = Pool(capacity=Capacity(cpus=16), teams={"risk": Share(weight=2, limit=Capacity(cpus=4))})
    pool.configure(SHARED, larger)
    assert pool.list().pools == {SHARED: larger}
    assert pool.list().drifted == {}


def test_a_pool_goes_when_its_jobs_have_ended(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN, never_ends=True))
    wait_for(bench, pool, started(RUN), "started")
    pool.configure(SHARED, None)
    pool.configure(SHARED, None)
    assert pool.list().jobs[RUN].state is JobState.RUNNING
    pool.cancel(RUN)
    wait_for(bench, pool, lambda told: not told.pools, "without pools")
    pool.configure(SHARED, None)
    assert pool.list().pools == {}


def test_an_empty_pool_goes_at_once(bench: PoolBench, pool: RunnerPool) -> None:
    pool.configure(SHARED, None)
    pool.settle()
    wait_for(bench, pool, lambda told: not told.pools, "without pools")


def test_a_job_that_overstays_is_stopped(bench: PoolBench, pool: RunnerPool) -> None:
    pool.submit(order(RUN, never_ends=True, timeout=0.3))
    job = wait_for(bench, pool, ended(RUN), "stopped").jobs[RUN]
    assert job.state is JobState.FAILED
    assert "timeout" in job.reason


def test_settling_tells_whether_anything_changed(bench: PoolBench) -> None:
    pool = bench.open()
    pool.configure(SHARED, TWO_CPUS)
    calm(bench, pool)
    pool.submit(order(RUN))
    assert pool.settle()
    wait_for(bench, pool, ended(RUN), "ended")
    calm(bench, pool)


def calm(bench: PoolBench, pool: RunnerPool) -> None:
    """Wait until nothing changes any more: a cluster's own controllers have something to add to all that we do."""
    deadline = time.monotonic() + PATIENCE
    while any(pool.settle() for _ in range(3)):
        assert time.monotonic() < deadline, "it never comes to rest"
        pool.list()
        bench.pass_time()


@pytest.mark.parametrize(
    "run", ["datasets/a.b/..", "datasets/ünïcode %2F name/x", "datasets/" + "long" * 60 + "/0", "datasets/a~b/c\nd"]
)
def test_odd_names_are_names(bench: PoolBench, pool: RunnerPool, run: str) -> None:
    other = run.replace("/", "%2F")
    pool.submit(order(run, code=1))
    pool.submit(order(other, code=2))
    told = wait_for(bench, pool, lambda t: ended(run)(t) and ended(other)(t), "ended").jobs
    assert (told[RunName(run)].exit_code, told[RunName(other)].exit_code) == (1, 2)
    pool.cancel(RunName(run))
    assert set(pool.list().jobs) == {other}
