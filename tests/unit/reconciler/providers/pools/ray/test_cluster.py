"""The cluster as the pool sees it: what is seen, what is changed, and when it is worth another look."""

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.fairness.amounts import Amounts
from reconciler.model.observed import JobState
from reconciler.providers.pools.ray.cluster import IDLE, SLOWNESS, Cluster
from reconciler.providers.pools.ray.jobs_api import JobsApi
from reconciler.providers.pools.ray.options import read_options
from tests.unit.reconciler.providers.pools.ray.conftest import RUN, order
from tests.unit.reconciler.providers.pools.ray.dashboard import Clock, Dashboard


@pytest.fixture
def cluster(dashboard: Dashboard, clock: Clock) -> Cluster:
    options = read_options({"address": dashboard.address, "poll": "2s"})
    return Cluster(JobsApi(dashboard.address), options, lambda: clock.seconds)


def test_what_was_submitted_is_seen_before_the_next_look(cluster: Cluster, dashboard: Dashboard) -> None:
    assert cluster.look() == []
    version = cluster.version
    cluster.submit(order(), 5.0)
    assert [(record.run, record.state) for record in cluster.seen] == [(RUN, JobState.WAITING)]
    assert cluster.version > version
    assert [record.state for record in cluster.look()] == [JobState.RUNNING]


def test_what_was_deleted_is_seen_no_more(cluster: Cluster, clock: Clock) -> None:
    cluster.submit(order(), 5.0)
    clock.advance(2)
    clock.advance(2)
    record = cluster.look()[0]
    assert record.end
    cluster.delete(record)
    assert cluster.seen == []
    assert cluster.look() == []


def test_a_look_may_be_good_enough(cluster: Cluster, dashboard: Dashboard, clock: Clock) -> None:
    cluster.look()
    clock.advance(1)
    cluster.look(at_most=2)
    assert len(dashboard.calls) == 1
    clock.advance(1)
    cluster.look(at_most=2)
    cluster.look()
    assert len(dashboard.calls) == 3


def test_the_version_stays_while_nothing_changes(cluster: Cluster, clock: Clock) -> None:
    cluster.submit(order(takes=100), 5.0)
    cluster.look()
    version = cluster.version
    clock.advance(1)
    cluster.look()
    assert cluster.version == version


def test_it_rests_longer_while_nothing_goes_on(cluster: Cluster, clock: Clock) -> None:
    assert cluster.is_due
    cluster.look()
    cluster.rest()
    clock.advance(IDLE - 0.1)
    assert not cluster.is_due
    clock.advance(0.2)
    assert cluster.is_due
    cluster.submit(order(takes=100), 5.0)
    cluster.rest()
    clock.advance(2.1)
    assert cluster.is_due
    cluster.rest()
    cluster.look_again()
    assert cluster.is_due


@pytest.mark.slow
def test_a_slow_cluster_is_looked_at_more_rarely(cluster: Cluster, dashboard: Dashboard, clock: Clock) -> None:
    dashboard.silent = 0.5
    cluster.look()
    cluster.submit(order(takes=100), 5.0)
    cluster.rest()
    clock.advance(2.1)
    assert not cluster.is_due
    clock.advance(0.5 * SLOWNESS)
    assert cluster.is_due


def test_a_failing_cluster_is_given_time(cluster: Cluster, dashboard: Dashboard, clock: Clock) -> None:
    dashboard.faults["GET"] = 500, b""
    for pause in (2, 4, 8, 16, 32, 60, 60):
        with pytest.raises(Unavailable):
            cluster.look()
        assert cluster.is_failing
        clock.advance(pause - 0.1)
        assert not cluster.is_due
        clock.advance(0.2)
        assert cluster.is_due
    dashboard.faults.clear()
    cluster.look()
    assert not cluster.is_failing
    assert cluster.is_due


def test_a_job_is_asked_to_stop_now_and_then(cluster: Cluster, dashboard: Dashboard, clock: Clock) -> None:
    cluster.submit(order(takes=100), 5.0)
    record = cluster.seen[0]
    for _ in range(4):
        cluster.stop(record)
        clock.advance(2)
    assert sum(call.endswith("/stop") for call in dashboard.calls) == 2


def test_nodes_are_asked_for_rarely(cluster: Cluster, dashboard: Dashboard, clock: Clock) -> None:
    assert cluster.known_nodes == ()
    assert cluster.nodes() == [Amounts(100.0, 2.0**35)]
    clock.advance(20)
    cluster.nodes()
    assert cluster.known_nodes == cluster.nodes()
    assert len(dashboard.calls) == 1
    clock.advance(20)
    cluster.nodes()
    assert len(dashboard.calls) == 2
