"""A network learns on two nodes of a cluster what it learns on one; killed half-way, it goes on from its checkpoint."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.conformance.pools import PATIENCE, SHARED, ended, wait_for
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.observed import Job, JobState
from reconciler.providers.pools.kubernetes import KubernetesPool
from tests.conformance.kubernetes_pools import KubernetesPoolBench
from tests.engines.training import kill_rank_1, learns_alike_on_two_nodes, losses, training
from tests.unit.runners.train.conftest import album, torch

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

__all__ = ["album", "torch"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
RUN = RunName("experiments/digits/0123456789ab")


@pytest.fixture
def bench(cluster: "Cluster", namespace: str) -> Iterator[KubernetesPoolBench]:
    bench = KubernetesPoolBench(cluster, namespace)
    bench.options["command"] = [sys.executable, "-m", "runners"]
    yield bench
    bench.close()


@pytest.fixture
def pool(bench: KubernetesPoolBench) -> KubernetesPool:
    pool = bench.open()
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=8, memory=32 * 2**30)))
    return pool


def finish(bench: KubernetesPoolBench, pool: KubernetesPool, run: RunName) -> Job:
    return wait_for(bench, pool, ended(run), "ended", patience=PATIENCE * 5).jobs[run]


@pytest.mark.sweep
def test_a_network_learns_on_two_nodes_what_it_learns_on_one(
    bench: KubernetesPoolBench, pool: KubernetesPool, album: Path, tmp_path: Path, torch: object
) -> None:
    learns_alike_on_two_nodes(pool, lambda run: finish(bench, pool, run), album, tmp_path)


@pytest.mark.sweep
def test_a_training_on_two_nodes_that_was_killed_goes_on_from_its_checkpoint(
    bench: KubernetesPoolBench, pool: KubernetesPool, album: Path, tmp_path: Path, torch: object
) -> None:
    pool.submit(training(RUN, album, tmp_path / "output", 2, epochs=300))
    learned = "three epochs to be learned"
    wait_for(bench, pool, lambda _: max(losses(pool.logs(RUN)), default=0) >= 3, learned, patience=PATIENCE * 5)
    reached = max(losses(pool.logs(RUN)))  # the pods of a job that has failed go, and their logs with them
    kill_rank_1(RUN)
    job = finish(bench, pool, RUN)
    assert (job.state, job.attempt) == (JobState.FAILED, 1)
    pool.submit(training(RUN, album, tmp_path / "output", 2, epochs=300, attempt=2))
    assert finish(bench, pool, RUN).state is JobState.SUCCEEDED, pool.logs(RUN)
    assert "going on after epoch" in pool.logs(RUN)
    assert reached - 1 <= min(losses(pool.logs(RUN))) - 1 <= 299
    assert max(losses(pool.logs(RUN))) == 300
    assert (tmp_path / "output" / "result.json").exists()
