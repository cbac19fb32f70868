"""Pools as Kueue's objects: teams lend and take back, hands that meddle are seen, a changed spec moves what waits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from reconciler.conformance.pools import SHARED, ended, order, started, wait_for
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.model.observed import JobState, PoolListing, Use
from reconciler.providers.pools.kubernetes import KubernetesPool
from tests.conformance.kubernetes_pools import KubernetesPoolBench

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

pytestmark = pytest.mark.slow
KUEUE = "kueue.x-k8s.io/v1beta1"
RUN = RunName("experiments/employment/0123456789ab")
EIGHT = Capacity(cpus=32, memory=64 * 2**30, gpu_kinds={"a100": 8})
TEAMS = Pool(capacity=EIGHT, teams={"risk": Share(), "ads": Share()})


@pytest.fixture
def bench(cluster: "Cluster", namespace: str) -> Iterator[KubernetesPoolBench]:
    bench = KubernetesPoolBench(cluster, namespace)
    yield bench
    bench.close()


@pytest.fixture
def pool(bench: KubernetesPoolBench) -> KubernetesPool:
    pool = bench.open()
    pool.configure(SHARED, TEAMS)
    return pool


def running(listing: PoolListing, team: str) -> int:
    return sum(job.state is JobState.RUNNING for job in listing.jobs.values() if job.team == team)


def gpus(listing: PoolListing, team: str) -> tuple[float, float]:
    """Return how many GPUs a team has, and how many of them it has borrowed."""
    use = listing.use[SHARED].get(team, Use())
    return use.used.get("gpus", 0), use.borrowed.get("gpus", 0)


def submit(pool: KubernetesPool, team: str, count: int) -> None:
    for number in range(count):
        pool.submit(order(f"experiments/{team}/{number:012x}", team=team, gpus=1, never_ends=True))


def test_a_team_borrows_what_is_idle_and_gives_it_back(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    submit(pool, "risk", 8)
    told = wait_for(bench, pool, lambda told: running(told, "risk") == 8, "running on all GPUs")
    wait_for(bench, pool, lambda told: gpus(told, "risk") == (8, 4), "told to borrow")
    submit(pool, "ads", 4)
    told = wait_for(bench, pool, lambda told: running(told, "ads") == 4 and running(told, "risk") == 4, "sharing")
    wait_for(bench, pool, lambda told: (gpus(told, "risk"), gpus(told, "ads")) == ((4, 0), (4, 0)), "told to share")
    stopped = [job for job in told.jobs.values() if job.state is JobState.WAITING]
    assert [job.team for job in stopped] == ["risk"] * 4
    assert all(job.attempt == 1 for job in stopped)
    told = wait_for(bench, pool, lambda told: all("borrowed" in told.jobs[job.run].reason for job in stopped), "told")
    for job in [job for job in told.jobs.values() if job.team == "ads"]:
        pool.cancel(job.run)
    wait_for(bench, pool, lambda told: running(told, "risk") == 8, "running on all GPUs again")


def test_a_team_s_limit_holds_while_others_are_idle(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    limited = Share(limit=Capacity(gpu_kinds={"a100": 6}))
    pool.configure(SHARED, Pool(capacity=EIGHT, teams={"risk": limited, "ads": Share()}))
    submit(pool, "risk", 7)
    told = wait_for(bench, pool, lambda told: running(told, "risk") == 6, "at its limit")
    wait_for(bench, pool, lambda told: gpus(told, "risk") == (6, 2), "told to borrow")
    (waits,) = [run for run, job in told.jobs.items() if job.state is JobState.WAITING]
    wait_for(bench, pool, lambda told: "quota" in told.jobs[waits].reason, "told why it waits")


def test_teams_that_aren_t_named_get_what_is_idle(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    submit(pool, "guests", 2)
    wait_for(bench, pool, lambda told: running(told, "guests") == 2, "running")
    wait_for(bench, pool, lambda told: gpus(told, "") == (2, 2), "told to borrow")


def test_a_job_that_waits_moves_to_its_team_s_new_queue(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    pool.configure(SHARED, Pool(capacity=EIGHT, teams={"risk": Share()}))
    submit(pool, "risk", 8)
    wait_for(bench, pool, lambda told: running(told, "risk") == 8, "running on all GPUs")
    submit(pool, "ads", 1)
    pool.configure(SHARED, TEAMS)
    wait_for(bench, pool, lambda told: running(told, "ads") == 1, "running in a queue of its own")


def edit(bench: KubernetesPoolBench, kind: str, plural: str, name: str, **spec: object) -> None:
    """Meddle with an object, as somebody with `kubectl edit` does."""
    from tests.servers.kubernetes import Where

    namespace = bench.namespace if kind == "LocalQueue" else ""
    path = Where(KUEUE, plural, name, namespace).path
    headers = {"content-type": "application/merge-patch+json"}
    bench.cluster.admin.http.patch(path, headers=headers, json=spec).raise_for_status()


def test_an_object_that_was_changed_by_hand_is_seen_and_put_right(
    bench: KubernetesPoolBench, pool: KubernetesPool
) -> None:
    from tests.servers.kubernetes import Where

    assert pool.list().drifted == {}
    team = f"{bench.namespace}.shared.risk"
    edit(bench, "ClusterQueue", "clusterqueues", team, metadata={"annotations": {"theirs": "stays"}})
    edit(bench, "ClusterQueue", "clusterqueues", team, spec={"preemption": {"reclaimWithinCohort": "Never"}})
    told = wait_for(bench, pool, lambda told: bool(told.drifted), "told")
    assert told.drifted == {SHARED: f"ClusterQueue {team} was changed by hand: spec.preemption.reclaimWithinCohort"}
    assert told.pools == {SHARED: TEAMS}
    pool.configure(SHARED, TEAMS)
    assert pool.list().drifted == {}
    found = bench.cluster.admin.get(Where(KUEUE, "clusterqueues", team))
    assert found["metadata"]["annotations"]["theirs"] == "stays"
    bench.cluster.admin.delete(Where(KUEUE, "localqueues", "shared.ads", bench.namespace))
    told = wait_for(bench, pool, lambda told: bool(told.drifted), "told")
    assert told.drifted == {SHARED: "LocalQueue shared.ads is gone"}
    pool.configure(SHARED, TEAMS)
    assert pool.list().drifted == {}


def test_configuring_again_writes_nothing_that_others_see(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    from tests.servers.kubernetes import Where

    def generations() -> dict[str, int]:
        ours = f"setpoint/namespace={bench.namespace}"
        found = bench.cluster.admin.list(Where(KUEUE, "clusterqueues"), labelSelector=ours)
        return {one["metadata"]["name"]: one["metadata"]["generation"] for one in found}

    before = generations()
    pool.configure(SHARED, TEAMS)
    bench.open().configure(SHARED, TEAMS)
    assert generations() == before


def test_a_team_that_leaves_takes_its_queue_along(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    alone = Pool(capacity=EIGHT, teams={"risk": Share()})
    pool.configure(SHARED, alone)
    told = wait_for(bench, pool, lambda told: not told.drifted, "settled")
    assert told.pools == {SHARED: alone}
    pool.submit(order(RUN, team="ads"))
    wait_for(bench, pool, ended(RUN), "ended")


def test_namespaces_have_pools_of_their_own(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    from tests.servers.kubernetes import Where

    other = KubernetesPoolBench(bench.cluster, bench.cluster.create_namespace(f"{bench.namespace}-other"))
    try:
        elsewhere = other.open()
        assert elsewhere.list().pools == {}
        elsewhere.configure(SHARED, Pool(capacity=Capacity(cpus=1)))
        elsewhere.submit(order(RUN))
        wait_for(other, elsewhere, started(RUN), "started")
        assert pool.list().pools == {SHARED: TEAMS}
        assert pool.list().jobs == {}
    finally:
        other.close()
        bench.cluster.admin.delete(Where("v1", "namespaces", other.namespace))


def test_a_kind_of_gpu_without_labels_is_refused(pool: KubernetesPool) -> None:
    with pytest.raises(Refused, match="no labels are known of nodes that have gpus of kind h100"):
        pool.configure(Address("pools/new"), Pool(capacity=Capacity(gpu_kinds={"h100": 8})))
    assert pool.list().pools == {SHARED: TEAMS}
