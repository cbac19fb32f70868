"""Kueue's controller is gone for a while: what runs goes on, what waits says why, and each job runs once."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.conformance.pools import SHARED, ended, order, started, submit, wait_for
from reconciler.model.errors import Unavailable
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.model.observed import JobState, PoolListing
from reconciler.providers.pools.kubernetes import KubernetesPool
from reconciler.providers.pools.kubernetes.kueue_health import SILENCE
from tests.conformance.kubernetes_pools import KubernetesPoolBench

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

pytestmark = pytest.mark.slow
LONG, *SHORT = [RunName(f"experiments/employment/{number:012x}") for number in range(6)]
SPEC = Pool(capacity=Capacity(cpus=1, memory=2**34), teams={"risk": Share()})
LARGER = Pool(capacity=Capacity(cpus=2, memory=2**34), teams={"risk": Share(), "ads": Share()})


@pytest.fixture
def bench(cluster: "Cluster") -> Iterator[KubernetesPoolBench]:
    bench = KubernetesPoolBench(cluster, cluster.create_namespace(f"jobs-{secrets.token_hex(4)}"))
    yield bench
    if not cluster.kueue.is_running:
        cluster.kueue.start()
    pool = bench.open()
    for run in pool.list().jobs:
        pool.cancel(run)
    bench.close()


@pytest.fixture
def pool(bench: KubernetesPoolBench) -> KubernetesPool:
    return bench.open(timeout=5)


def refused_in_the_same_words(verb: Callable[[], object]) -> None:
    """Ask twice for what can't be had without Kueue: the words name it, say what to do, and never change."""
    told = []
    for _ in range(2):
        with pytest.raises(Unavailable, match=r"the webhook .*\.kb\.io doesn't answer") as error:
            verb()
        assert error.value.hint == "see that Kueue's controller runs"
        told.append(str(error.value))
    assert told[0] == told[1]


def all_ended(runs: list[RunName]) -> Callable[[PoolListing], bool]:
    return lambda told: all(ended(run)(told) for run in runs)


def test_it_is_down_before_the_first_order(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    bench.cluster.kueue.kill()
    assert (pool.list().pools, pool.list().jobs) == ({}, {})
    refused_in_the_same_words(lambda: pool.configure(SHARED, SPEC))
    refused_in_the_same_words(lambda: pool.submit(order(LONG)))
    assert (pool.list().pools, pool.list().jobs) == ({}, {})
    bench.cluster.kueue.start()
    pool.configure(SHARED, SPEC)
    assert (pool.list().pools, pool.list().drifted) == ({SHARED: SPEC}, {})
    pool.submit(order(LONG))
    wait_for(bench, pool, ended(LONG), "ended")


def test_it_is_down_while_jobs_run_and_wait(bench: KubernetesPoolBench, pool: KubernetesPool, tmp_path: Path) -> None:
    book, waits, leaves, late = tmp_path / "book", SHORT[0], SHORT[1], SHORT[2]
    pool.configure(SHARED, SPEC)
    pool.submit(order(LONG, never_ends=True))
    wait_for(bench, pool, started(LONG), "started")
    for run in (waits, leaves):
        pool.submit(order(run, appends_to=str(book)))
    wait_for(bench, pool, lambda told: "waits for quota" in told.jobs[waits].reason, "waiting")
    bench.cluster.kueue.kill()
    young = bench.open(timeout=5)
    told = young.list()
    assert (told.jobs[LONG].state, told.jobs[waits].state) == (JobState.RUNNING, JobState.WAITING)
    assert told.jobs[waits].reason == SILENCE
    refused_in_the_same_words(lambda: young.submit(order(late, team="ads", appends_to=str(book))))
    refused_in_the_same_words(lambda: young.configure(SHARED, LARGER))
    young.cancel(leaves)
    young.cancel(LONG)
    told = young.list()
    assert (set(told.jobs), told.pools) == ({waits}, {SHARED: SPEC})
    assert told.jobs[waits].reason == SILENCE, "its quota is free by now, and nobody lets it in"
    bench.cluster.kueue.start()
    young.configure(SHARED, LARGER)
    submit(bench, young, order(late, team="ads", appends_to=str(book)))
    told = wait_for(bench, young, all_ended([waits, late]), "ended")
    assert (set(told.jobs), told.pools, told.drifted) == ({waits, late}, {SHARED: LARGER}, {})
    assert sorted(book.read_text("utf-8").splitlines()) == sorted([f"{waits}#1", f"{late}#1"])


def test_it_hangs(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    pool.configure(SHARED, SPEC)
    for run in (LONG, SHORT[0]):
        pool.submit(order(run, never_ends=True))
    wait_for(bench, pool, started(LONG), "started")
    bench.cluster.kueue.pause()
    try:
        assert bench.open(timeout=5).list().jobs[SHORT[0]].reason == SILENCE
    finally:
        bench.cluster.kueue.resume()
    assert "waits for quota" in bench.open().list().jobs[SHORT[0]].reason


def test_it_is_killed_in_the_midst_of_admitting(
    bench: KubernetesPoolBench, pool: KubernetesPool, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    pool.configure(SHARED, SPEC)
    for run in SHORT:
        pool.submit(order(run, appends_to=str(book)))
        wait_for(bench, pool, lambda told: len(told.jobs) > 0, "listed")
    wait_for(bench, pool, ended(SHORT[0]), "ended")
    bench.cluster.kueue.kill()
    before = pool.list()
    assert set(before.jobs) == set(SHORT)
    bench.cluster.kueue.start()
    wait_for(bench, pool, all_ended(SHORT), "ended")
    assert sorted(book.read_text("utf-8").splitlines()) == [f"{run}#1" for run in SHORT]
