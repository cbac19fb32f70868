"""What the memory pool does beyond the port's suite: virtual time, workers, what jobs leave."""

import json
from datetime import timedelta

import pytest

from reconciler.conformance.pools import SHARED, order
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.observed import JobState
from reconciler.ports.pool import JobOrder
from reconciler.providers.memory import MemoryData, MemoryPool, World
from reconciler.providers.memory.clock import START
from reconciler.providers.memory.workers import Outcome, Read

RUN, OTHER = RunName("experiments/e/0123456789ab"), RunName("experiments/e/ba9876543210")


@pytest.fixture
def world() -> World:
    world = World()
    MemoryPool(world).configure(SHARED, Pool(capacity=Capacity(cpus=1)))
    return world


def test_a_job_takes_its_time_and_then_leaves_its_files(world: World) -> None:
    data = MemoryData(world)
    data.open(RUN)
    pool = MemoryPool(world, worker=lambda *_: Outcome(files={"result.json": b"{}"}), duration=lambda _: 60.0)
    pool.submit(order(RUN, runner="tabular"))
    pool.settle()
    assert world.next_event() == START + timedelta(minutes=1)
    world.clock.advance(59.9)
    assert pool.list().jobs[RUN].state is JobState.RUNNING
    with pytest.raises(FileNotFoundError):
        data.read(RUN, "result.json")
    world.clock.advance(0.1)
    assert data.read(RUN, "result.json") == b"{}", "a job ends by itself, whoever looks first"
    job = pool.list().jobs[RUN]
    assert (job.state, job.started, job.ended) == (JobState.SUCCEEDED, START, START + timedelta(minutes=1))
    assert world.next_event() is None


def test_slots_are_given_in_the_order_of_submission(world: World) -> None:
    pool = MemoryPool(world, duration=lambda _: 10.0)
    pool.submit(order(OTHER))
    world.clock.advance(1)
    pool.submit(order(RUN))
    pool.settle()
    assert pool.list().jobs[OTHER].state is JobState.RUNNING
    assert pool.list().jobs[RUN].reason == "waits for cpus of pools/shared, which others use"
    world.clock.advance(10)
    pool.settle()
    assert pool.list().jobs[RUN].state is JobState.RUNNING


def test_a_cancelled_job_leaves_nothing(world: World) -> None:
    data = MemoryData(world)
    data.open(RUN)
    pool = MemoryPool(world, duration=lambda _: 10.0)
    pool.submit(order(RUN))
    pool.settle()
    pool.cancel(RUN)
    pool.submit(order(RUN))
    world.clock.advance(20)
    pool.settle()
    assert pool.list().jobs[RUN].state is JobState.RUNNING, "the first one's end is not the second one's"
    with pytest.raises(FileNotFoundError):
        data.read(RUN, "result.json")


def test_a_worker_reads_what_other_runs_have_left(world: World) -> None:
    def worker(order: JobOrder, read: Read) -> Outcome:
        return Outcome(files={"result.json": json.dumps({"of": read(OTHER, "rows").decode()}).encode()})

    data = MemoryData(world)
    for run in (RUN, OTHER):
        data.open(run)
    pool = MemoryPool(world, worker=lambda *_: Outcome(files={"rows": b"ten"}), duration=lambda _: 1.0)
    pool.submit(order(OTHER))
    pool.settle()
    world.clock.advance(1)
    pool = MemoryPool(world, worker=worker, duration=lambda _: 1.0)
    pool.submit(order(RUN))
    pool.settle()
    world.clock.advance(1)
    assert json.loads(data.read(RUN, "result.json")) == {"of": "ten"}


def test_a_job_whose_input_is_gone_is_to_be_tried_again(world: World) -> None:
    pool = MemoryPool(
        world, worker=lambda _, read: Outcome(files={"copy": read(OTHER, "rows")}), duration=lambda _: 1.0
    )
    pool.submit(order(RUN))
    pool.settle()
    world.clock.advance(3600)
    job = pool.list().jobs[RUN]
    assert (job.state, job.exit_code) == (JobState.FAILED, 75)
    assert OTHER in job.reason


def test_a_job_that_fails_may_say_why(world: World) -> None:
    pool = MemoryPool(world, worker=lambda *_: Outcome(75, reason="the source is down"), duration=lambda _: 1.0)
    pool.submit(order(RUN))
    pool.settle()
    world.clock.advance(1)
    job = pool.list().jobs[RUN]
    assert (job.state, job.exit_code, job.reason) == (JobState.FAILED, 75, "the source is down")


def test_jobs_that_succeeded_long_ago_are_forgotten(world: World) -> None:
    pool = MemoryPool(world, worker=lambda order, _: Outcome(int(order.run == OTHER)), duration=lambda _: 1.0)
    for run in (RUN, OTHER):
        pool.submit(order(run))
        pool.settle()
        world.clock.advance(2)
    world.clock.advance(timedelta(days=7))
    pool.settle()
    assert set(pool.list().jobs) == {OTHER}


def test_many_jobs_end_in_the_order_of_their_ends(world: World) -> None:
    pool = MemoryPool(world, duration=lambda order: 30.0 if order.run == RUN else 10.0)
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=2)))
    pool.submit(order(RUN))
    pool.submit(order(OTHER))
    pool.settle()
    world.clock.advance(60)
    jobs = pool.list().jobs
    assert (jobs[OTHER].ended, jobs[RUN].ended) == (START + timedelta(seconds=10), START + timedelta(seconds=30))
