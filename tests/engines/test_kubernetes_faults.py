"""Faults of an API server: nothing is taken for absent, nothing is made twice, and all is well when they end."""

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.conformance.pools import SHARED, ended, order, wait_for
from reconciler.model.errors import Refused, SetpointError, Transient, Unavailable
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.model.observed import JobState
from reconciler.providers.pools.kubernetes import KubernetesPool
from tests.conformance.kubernetes_pools import KubernetesPoolBench
from tests.servers.faults import BROKEN, HASTE, Faults

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timing]
RUN = RunName("experiments/employment/0123456789ab")
SPEC = Pool(capacity=Capacity(cpus=4, memory=16 * 2**30), teams={"risk": Share()})
JOBS = r"/jobs(\?|$)"
FORBIDDEN = {"401", "403"}
EXPIRED = b'{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","code":410,"reason":"Expired"}}\n'


@pytest.fixture
def bench(cluster: "Cluster", namespace: str) -> Iterator[KubernetesPoolBench]:
    bench = KubernetesPoolBench(cluster, namespace)
    yield bench
    bench.close()


@pytest.fixture
def faults(bench: KubernetesPoolBench) -> Iterator[Faults]:
    trust = ssl.create_default_context(cafile=str(bench.cluster.authority))
    with Faults(bench.cluster.url, trust) as faults:
        yield faults


@pytest.fixture
def pool(bench: KubernetesPoolBench, faults: Faults, tmp_path: Path) -> KubernetesPool:
    """Return a pool that reaches the API server through the proxy."""
    config = Path(bench.options["kubeconfig"]).read_text("utf-8").replace(bench.cluster.url, faults.url)
    (tmp_path / "kubeconfig").write_text(config, "utf-8")
    pool = bench.open(kubeconfig=str(tmp_path / "kubeconfig"), timeout=HASTE)
    pool.configure(SHARED, SPEC)
    return pool


@pytest.mark.parametrize("kind", ["jobs", "clusterqueues", "localqueues"])
@pytest.mark.sweep
@pytest.mark.parametrize("broken", BROKEN)
def test_a_list_that_fails_is_no_list(
    bench: KubernetesPoolBench, pool: KubernetesPool, faults: Faults, broken: str, kind: str
) -> None:
    pool.submit(order(RUN, never_ends=True))
    before = wait_for(bench, pool, lambda told: told.jobs[RUN].state is JobState.RUNNING, "running")
    error: type[SetpointError] = Refused if broken in FORBIDDEN else Unavailable
    faults.add(method="GET", path=rf"/{kind}(\?|$)", **BROKEN[broken])
    pool._cluster.jobs.spoil()
    pool._cluster.spoil_queues()
    with pytest.raises(error) as first:
        pool.list()
    with pytest.raises(error) as second:
        pool.list()
    assert first.value.message == second.value.message, "a message that changes makes a hot loop"
    faults.clear()
    after = pool.list()
    assert (after.jobs.keys(), after.pools) == (before.jobs.keys(), before.pools)
    assert faults.count("DELETE") == 0


@pytest.mark.sweep
@pytest.mark.parametrize("broken", sorted(BROKEN.keys() - FORBIDDEN))
@pytest.mark.parametrize("reaches", [False, True])
def test_a_job_is_made_once_whatever_happens_to_the_answer(
    bench: KubernetesPoolBench, pool: KubernetesPool, faults: Faults, broken: str, reaches: bool
) -> None:
    faults.add(method="POST", path=JOBS, times=2, **BROKEN[broken], reaches=reaches)
    appended = Path(bench.options["kubeconfig"]).with_name(f"{bench.namespace}.txt")
    wanted = order(RUN, appends_to=str(appended))
    for _ in range(3):
        try:
            pool.submit(wanted)
        except Transient:
            continue
    wait_for(bench, pool, ended(RUN), "ended")
    assert appended.read_text("utf-8") == f"{RUN}#1\n"


@pytest.mark.parametrize(
    ("parts", "times"),
    [
        ({"status": 410}, 9),
        ({"status": 200, "body": EXPIRED}, 9),
        ({"is_cut": True}, 9),
        ({"delay": HASTE + 2}, 2),  # each is waited for
    ],
)
def test_a_watch_that_expires_hides_nothing(
    bench: KubernetesPoolBench, pool: KubernetesPool, faults: Faults, parts: dict[str, Any], times: int
) -> None:
    other = RunName("experiments/employment/ba9876543210")
    pool.submit(order(RUN, never_ends=True))
    wait_for(bench, pool, lambda told: told.jobs[RUN].state is JobState.RUNNING, "running")
    fault = faults.add(method="GET", path=r"/jobs\?.*watch=1", times=times, **parts)
    pool._cluster.jobs.spoil()
    listed_until(pool, {RUN})  # from here on, only a watch that met the fault can tell of more
    bench.open().submit(order(other, never_ends=True))
    listed_until(pool, {RUN, other})
    assert fault.met
    assert faults.count("DELETE") == 0


def listed_until(pool: KubernetesPool, wanted: set[RunName]) -> None:
    """List until these are there; nothing that was there is ever gone."""
    deadline, seen = time.monotonic() + 60, set[RunName]()
    while seen != wanted:
        assert time.monotonic() < deadline, f"only {seen} are listed"
        with suppress(Unavailable):
            listed = set(pool.list().jobs)
            assert listed >= {RUN} | seen
            seen = listed


def test_a_configuration_is_finished_after_a_fault_at_any_of_its_writes(
    bench: KubernetesPoolBench, pool: KubernetesPool, faults: Faults
) -> None:
    larger = Pool(capacity=Capacity(cpus=8), teams={"risk": Share(), "ads": Share()})
    before = faults.count("PATCH")
    pool.configure(SHARED, larger)
    for after in range(faults.count("PATCH") - before):
        pool.configure(SHARED, SPEC)
        faults.add(method="PATCH", after=after, times=1, status=500)
        with pytest.raises(Unavailable):
            pool.configure(SHARED, larger)
        faults.clear()
        assert bench.open().list().pools, "a pool that was there is gone"
        pool.configure(SHARED, larger)
        assert (pool.list().pools, pool.list().drifted) == ({SHARED: larger}, {})


def test_an_api_server_that_is_down_and_comes_back(own_cluster: "Cluster", tmp_path: Path) -> None:
    bench = KubernetesPoolBench(own_cluster, own_cluster.create_namespace("ml"))
    pool = bench.open()
    pool.configure(SHARED, SPEC)
    pool.submit(order(RUN))
    before = pool.list()
    own_cluster.api_server.kill()
    wait_until_told(pool)
    for verb in (lambda: pool.submit(order(RUN, attempt=2)), lambda: pool.cancel(RUN), lambda: pool.logs(RUN)):
        with pytest.raises(Unavailable, match="can't be reached"):
            verb()
    own_cluster.api_server.start()
    after = wait_for(bench, pool, lambda told: RUN in told.jobs, "back")
    assert (after.jobs.keys(), after.pools) == (before.jobs.keys(), before.pools)
    own_cluster.api_server.pause()
    with pytest.raises(Unavailable):
        bench.open(timeout=1).list()
    own_cluster.api_server.resume()
    assert bench.open().list().pools == {SHARED: SPEC}


def wait_until_told(pool: KubernetesPool) -> None:
    """Wait until a listing raises: the watch of a connection that was broken fires at once."""
    from tests.servers.process import until

    def fails() -> bool:
        try:
            pool.list()
        except Unavailable:
            return True
        return False

    until(fails, "a listing to fail")
