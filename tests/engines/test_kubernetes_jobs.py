"""What only a cluster's jobs do: nodes that meet, secrets of their own, kinds of GPUs, rights that are missing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.conformance.pools import SHARED, ended, order, started, wait_for
from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.observed import JobState
from reconciler.providers.pools.kubernetes import KubernetesPool
from tests.conformance.kubernetes_pools import KubernetesPoolBench

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

pytestmark = pytest.mark.slow
RUN = RunName("experiments/employment/0123456789ab")
MIXED = Pool(capacity=Capacity(cpus=8, memory=32 * 2**30, gpu_kinds={"a100": 8, "t4": 4}))


@pytest.fixture
def bench(cluster: "Cluster", namespace: str) -> Iterator[KubernetesPoolBench]:
    bench = KubernetesPoolBench(cluster, namespace)
    yield bench
    bench.close()


@pytest.fixture
def pool(bench: KubernetesPoolBench) -> KubernetesPool:
    pool = bench.open()
    pool.configure(SHARED, MIXED)
    return pool


def seen(bench: KubernetesPoolBench, plural: str) -> list[dict[str, Any]]:
    """Return all things of a kind in the namespace, as an administrator sees them."""
    from tests.servers.kubernetes import Where

    version = "batch/v1" if plural == "jobs" else "v1"
    return bench.cluster.admin.list(Where(version, plural, "", bench.namespace))


def test_the_nodes_of_a_job_know_one_another(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    names = ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"]
    pool.submit(order(RUN, nodes=2, tells=names))
    job = wait_for(bench, pool, ended(RUN), "ended").jobs[RUN]
    assert job.state is JobState.SUCCEEDED
    first, second = pool.logs(RUN).split("== node 1 ==\n")
    told = [dict(line.split("=", 1) for line in part.splitlines() if line[0] != "=") for part in (first, second)]
    assert [one.pop("RANK") for one in told] == ["0", "1"]
    assert told[0] == told[1]
    assert told[0]["WORLD_SIZE"] == "2"
    assert told[0]["MASTER_ADDR"].startswith("127."), "the name of the first node was not resolved"


def test_a_job_of_nodes_fails_as_its_first_node_that_failed(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    pool.submit(order(RUN, nodes=2, code=75))
    job = wait_for(bench, pool, ended(RUN), "ended").jobs[RUN]
    assert (job.state, job.exit_code, job.reason) == (JobState.FAILED, 75, "exit code 75")


def test_an_exit_code_outlives_its_pod(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    from tests.servers.kubernetes import Where

    pool.submit(order(RUN, code=65))
    wait_for(bench, pool, ended(RUN), "ended")
    for pod in seen(bench, "pods"):
        where = Where("v1", "pods", pod["metadata"]["name"], bench.namespace)
        bench.cluster.admin.delete(where, gracePeriodSeconds=0)
        bench.cluster.admin.wait_gone(where)
    job = bench.open().list().jobs[RUN]
    assert (job.exit_code, job.reason) == (65, "exit code 65")
    assert pool.logs(RUN) == ""


def test_secrets_reach_their_job_and_nobody_else(bench: KubernetesPoolBench) -> None:
    from tests.servers.kubernetes import Where

    operators = {"metadata": {"name": "ours", "namespace": bench.namespace}, "stringData": {"WAREHOUSE": "sqlite://"}}
    bench.cluster.admin.apply({"apiVersion": "v1", "kind": "Secret", **operators})
    pool = bench.open(secrets="ours")
    pool.configure(SHARED, MIXED)
    wanted = order(RUN, tells=["SETPOINT_SECRET_WAREHOUSE", "LAKEFS_KEY"])
    pool.submit(replace(wanted, secrets={"LAKEFS_KEY": "very-secret"}))
    pool.submit(replace(wanted, secrets={"LAKEFS_KEY": "very-secret"}))
    wait_for(bench, pool, ended(RUN), "ended")
    assert pool.logs(RUN) == "SETPOINT_SECRET_WAREHOUSE=sqlite://\nLAKEFS_KEY=very-secret\n"
    (job,) = seen(bench, "jobs")
    assert "very-secret" not in json.dumps([job, *seen(bench, "pods")])
    (own,) = [secret for secret in seen(bench, "secrets") if secret["metadata"]["name"].endswith("-secrets")]
    assert own["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"]
    pool.cancel(RUN)
    bench.cluster.admin.wait_gone(Where("v1", "secrets", own["metadata"]["name"], bench.namespace))


def test_a_job_runs_where_its_kind_of_gpu_is(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    for number, kind in enumerate(("t4", "a100")):
        run = f"experiments/e/{number:012x}"
        pool.submit(order(run, gpus=2, gpu_kind=kind))
        wait_for(bench, pool, ended(run), "ended")
    nodes = {pod["spec"]["nodeName"]: pod["metadata"]["labels"]["setpoint/team"] for pod in seen(bench, "pods")}
    assert nodes == {"node-t4": "risk", "node-a100": "risk"}


def test_a_kind_that_nobody_has_is_refused_at_once(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    with pytest.raises(Refused, match="no labels are known of nodes that have gpus of kind h100") as caught:
        pool.submit(order(RUN, gpus=1, gpu_kind="h100"))
    assert "gpu_kinds.h100" in caught.value.hint
    assert RUN not in pool.list().jobs


def test_a_container_that_can_t_start_is_told(bench: KubernetesPoolBench) -> None:
    pool = bench.open(command=["/no/such/program"])
    pool.configure(SHARED, MIXED)
    pool.submit(order(RUN))
    job = wait_for(bench, pool, ended(RUN), "ended").jobs[RUN]
    assert (job.state, job.exit_code) == (JobState.FAILED, 128)
    assert "it can't be started" in job.reason
    assert "/no/such/program" in job.reason


def test_what_a_pod_waits_for_is_told(bench: KubernetesPoolBench) -> None:
    pool = bench.open(secrets="not-there")
    pool.configure(SHARED, MIXED)
    pool.submit(order(RUN))
    told = wait_for(bench, pool, lambda told: "not-there" in told.jobs[RUN].reason, "told").jobs[RUN]
    assert told.state is JobState.WAITING
    pool.cancel(RUN)
    pool.configure(SHARED, MIXED.model_copy(update={"capacity": Capacity(cpus=500, memory=2**40)}))
    other = RunName("experiments/employment/ba9876543210")
    pool.submit(order(other, cpus=400))
    reason = wait_for(bench, pool, lambda told: "node" in told.jobs[other].reason, "told").jobs[other].reason
    assert "Insufficient cpu" in reason


@pytest.mark.parametrize("keep", ["1h", "0s"])
def test_jobs_that_succeeded_are_tidied_up(bench: KubernetesPoolBench, pool: KubernetesPool, keep: str) -> None:
    failed = RunName("experiments/employment/ba9876543210")
    pool.submit(order(RUN))
    pool.submit(order(failed, code=1))
    wait_for(bench, pool, lambda told: ended(RUN)(told) and ended(failed)(told), "ended")
    again = bench.open(keep=keep)
    again.list()
    again.settle()
    assert (RUN in again.list().jobs) is (keep == "1h")
    assert failed in again.list().jobs


def test_nothing_is_asked_while_nothing_changes(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    from reconciler.conformance.test_pool import calm

    pool.submit(order(RUN))
    wait_for(bench, pool, ended(RUN), "ended")
    calm(bench, pool)
    asked = bench.count_calls(pool)
    first = pool.list()
    assert not pool.settle()
    assert pool.list() == first
    assert asked == []


def test_a_right_that_is_missing_is_named(bench: KubernetesPoolBench, pool: KubernetesPool) -> None:
    pool.submit(order(RUN, never_ends=True))
    wait_for(bench, pool, started(RUN), "started")
    bench.take_right("delete", "jobs", "batch")
    with pytest.raises(Refused, match=r"we may not delete jobs\.batch") as caught:
        pool.cancel(RUN)
    assert '{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["delete"]}' in caught.value.hint
    assert pool.list().jobs[RUN].state is JobState.RUNNING
    bench.take_right("list", "jobs", "batch")
    with pytest.raises(Refused, match=r"we may not list jobs\.batch"):
        bench.open().list()
    bench.give_rights("delete", "jobs", "batch")
    pool.cancel(RUN)
