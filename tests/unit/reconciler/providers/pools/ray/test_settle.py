"""A turn may be cut off after any call: the next one goes on from there, and nothing is done twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.providers.pools.ray.cluster import Cluster
from reconciler.providers.pools.ray.jobs_api import JobsApi
from reconciler.providers.pools.ray.options import read_options
from reconciler.providers.pools.ray.records import Record
from reconciler.providers.pools.ray.settle import AFTERLIFE, Aside, Turn, moment_of, records
from reconciler.providers.pools.ray.store import Configured, Store
from tests.unit.reconciler.providers.pools.ray.conftest import RUN, SHARED, order
from tests.unit.reconciler.providers.pools.ray.dashboard import Clock, Dashboard

RUNS = [RunName(f"experiments/e/{number:012x}") for number in range(3)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "pool")
    store.pools.put(SHARED, Configured(SHARED, Pool(capacity=Capacity(cpus=2, memory=2.0**40))))
    return store


@pytest.fixture
def cluster(dashboard: Dashboard, clock: Clock) -> Cluster:
    return Cluster(JobsApi(dashboard.address), read_options({"address": dashboard.address}), lambda: clock.seconds)


def turn(store: Store, cluster: Cluster, clock: Clock) -> None:
    cluster.look()
    Turn(store, cluster, Aside({}), clock.seconds, keep=60.0).take()


def cut_off(dashboard: Dashboard) -> Iterator[str]:
    """Yield each kind of call, having cut it off."""
    for call in ("POST /api/jobs/", "GET /api/jobs/", "DELETE"):
        dashboard.faults = {call: (503, b"cut off")}
        yield call
    dashboard.faults = {}


def test_a_turn_that_is_cut_off_is_gone_on_with(
    store: Store, cluster: Cluster, dashboard: Dashboard, clock: Clock
) -> None:
    for run in RUNS:
        store.orders.put(run, Record(order(run, takes=3.0), clock.seconds))
    submitted = 0
    for _ in range(12):
        for _ in cut_off(dashboard):
            clock.advance(0.3)
            try:
                turn(store, cluster, clock)
            except Unavailable:
                continue
        turn(store, cluster, clock)
        submitted = max(submitted, len(dashboard.jobs))
    assert submitted == len(RUNS)
    assert all(job.code == 0 for job in dashboard.jobs.values())
    assert all(record.end for record in records(store, cluster, clock.seconds).values())


def test_what_the_cluster_took_is_noted(store: Store, cluster: Cluster, clock: Clock) -> None:
    store.orders.put(RUN, Record(order(takes=1.0), clock.seconds))
    turn(store, cluster, clock)
    kept = store.orders.get(RUN)
    assert kept
    assert (kept.accepted, kept.end) == (clock.seconds, None)
    for _ in range(3):
        clock.advance(1.0)
        turn(store, cluster, clock)
    kept = store.orders.get(RUN)
    assert kept
    assert kept.end
    assert kept.job is None


def test_a_job_that_has_just_ended_is_left_to_ray(
    store: Store, cluster: Cluster, dashboard: Dashboard, clock: Clock
) -> None:
    store.orders.put(RUN, Record(order(takes=100.0), clock.seconds))
    turn(store, cluster, clock)
    turn(store, cluster, clock)
    store.leaving.put(RUN, RUN)
    store.orders.remove(RUN)
    turn(store, cluster, clock)
    assert [job.status for job in dashboard.jobs.values()] == ["STOPPED"]
    clock.advance(AFTERLIFE - 0.5)
    turn(store, cluster, clock)
    assert len(dashboard.jobs) == 1
    assert list(store.leaving.values()) == [RUN]
    clock.advance(1.0)
    turn(store, cluster, clock)
    assert dashboard.jobs == {}
    assert list(store.leaving.values()) == []


def test_a_cancelled_job_that_hasn_t_started_holds_nothing(
    store: Store, cluster: Cluster, dashboard: Dashboard, clock: Clock
) -> None:
    dashboard.cpus = 0.0
    store.orders.put(RUN, Record(order(cpus=2), clock.seconds))
    turn(store, cluster, clock)
    store.leaving.put(RUN, RUN)
    store.orders.remove(RUN)
    moment = moment_of(store, cluster, Aside({}), clock.seconds)
    assert (moment.stopping, moment.blocked) == ((), {RUN})
    dashboard.cpus = 2.0
    cluster.look()
    assert [record.run for record in moment_of(store, cluster, Aside({}), clock.seconds).stopping] == [RUN]


def test_what_is_set_aside_comes_back() -> None:
    aside = Aside({RUN: (10.0, "odd")})
    assert aside.now(9.0) == {RUN: "odd"}
    assert aside.now(10.0) == {}
