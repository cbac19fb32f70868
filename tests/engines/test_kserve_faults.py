"""Faults of an API server under KServe: nothing is taken for absent, nothing is made twice, and all ends well."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.conformance.servings import wait_for
from reconciler.model.errors import Refused, Transient, Unavailable
from reconciler.model.ids import Address, Digest
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import RevisionState
from reconciler.providers.serving.kserve import KServeServing
from tests.conformance.kserve import INFERENCE_SERVICES, KServeBench
from tests.servers.faults import BROKEN, HASTE, Faults

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timing]
DEPLOYMENT = Address("deployments/employment")
OLD, NEW = Digest("0123456789ab"), Digest("ba9876543210")
ONE = Replicas()
SECRETS = ("v1", "secrets")
FORBIDDEN = {"401", "403"}


@pytest.fixture
def bench(cluster: "Cluster", tmp_path: Path) -> Iterator[KServeBench]:
    bench = KServeBench(tmp_path, cluster, timeout=HASTE)
    yield bench
    bench.close()


@pytest.fixture
def faults(bench: KServeBench) -> Iterator[Faults]:
    trust = ssl.create_default_context(cafile=str(bench.cluster.authority))
    with Faults(bench.cluster.url, trust) as faults:
        yield faults


@pytest.fixture
def serving(bench: KServeBench, faults: Faults) -> KServeServing:
    """Return the provider, which reaches the API server through the proxy."""
    return bench.open(access=replace(bench.access, server=faults.url, trust=None))


def made_once(bench: KServeBench) -> None:
    assert len(bench.cluster.admin.list(bench.place(INFERENCE_SERVICES))) == 1


def patiently(act: Callable[[], object]) -> None:
    """Try as the loop does: again after what is worth it."""
    for _ in range(3):
        with suppress(Transient):
            act()


@pytest.mark.parametrize("kind", ["inferenceservices", "services", "pods"])
@pytest.mark.sweep
@pytest.mark.parametrize("broken", BROKEN)
def test_a_list_that_fails_is_no_list(
    bench: KServeBench, serving: KServeServing, faults: Faults, broken: str, kind: str
) -> None:
    serving.start(bench.order(DEPLOYMENT, OLD, ONE, is_broken=True))
    wait_for(bench, serving, lambda t: t[DEPLOYMENT].revisions[OLD].state is RevisionState.FAILED, "failed")
    parts, error = BROKEN[broken], Refused if broken in FORBIDDEN else Unavailable
    faults.add(method="GET", path=rf"/{kind}(\?|$)", **parts)
    messages = []
    for _ in range(2):
        serving._reading.spoil()
        serving._reading._pods.spoil()
        with pytest.raises(error) as raised:
            serving.list()
        messages.append(raised.value.message)
    assert messages[0] == messages[1], "a message that changes makes a hot loop"
    faults.clear()
    assert set(serving.list()[DEPLOYMENT].revisions) == {OLD}
    assert faults.count("DELETE") == 0


@pytest.mark.sweep
@pytest.mark.parametrize("broken", sorted(BROKEN.keys() - FORBIDDEN))
@pytest.mark.parametrize("reaches", [False, True])
def test_a_revision_is_made_once_whatever_happens_to_the_answer(
    bench: KServeBench, serving: KServeServing, faults: Faults, broken: str, reaches: bool
) -> None:
    parts = BROKEN[broken]
    faults.add(method="PATCH", path="/inferenceservices/", times=2, **parts, reaches=reaches)
    order = bench.order(DEPLOYMENT, OLD, ONE)
    patiently(lambda: serving.start(order))
    wait_for(bench, serving, lambda t: t[DEPLOYMENT].revisions[OLD].state is RevisionState.READY, "ready")
    made_once(bench)
    patiently(lambda: serving.route(DEPLOYMENT, {OLD: 100}))
    assert dict(serving.list()[DEPLOYMENT].traffic) == {OLD: 100}


def test_a_start_is_finished_after_a_fault_at_any_of_its_writes(
    bench: KServeBench, serving: KServeServing, faults: Faults
) -> None:
    order = bench.order(DEPLOYMENT, OLD, ONE, secrets={"LAKECTL_TOKEN": "x"})
    for after in range(2):
        faults.add(method="PATCH", after=after, times=1, status=500)
        with pytest.raises(Unavailable):
            serving.start(order)
        faults.clear()
        if after:
            wait_for(bench, serving, lambda t: t[DEPLOYMENT].revisions[OLD].changed, "told")
        serving.start(order)
        wait_for(bench, serving, lambda t: t[DEPLOYMENT].revisions[OLD].state is RevisionState.READY, "ready")
        made_once(bench)
        serving.delete(DEPLOYMENT)
        wait_for(bench, serving, lambda told: not told, "gone")


def test_an_api_server_that_is_down_and_comes_back(own_cluster: "Cluster", tmp_path: Path) -> None:
    bench = KServeBench(tmp_path, own_cluster, timeout=30)
    serving = bench.open()
    order = bench.order(DEPLOYMENT, OLD, ONE)
    serving.start(order)
    before = set(serving.list()[DEPLOYMENT].revisions)
    own_cluster.api_server.kill()
    for verb in (
        lambda: serving.start(bench.order(DEPLOYMENT, NEW, ONE)),
        lambda: serving.stop(DEPLOYMENT, OLD),
        lambda: serving.delete(DEPLOYMENT),
    ):
        with pytest.raises(Unavailable, match="can't be reached"):
            verb()
    serving._reading.spoil()
    with pytest.raises(Unavailable):
        serving.list()
    own_cluster.api_server.start()
    told = wait_for(bench, bench.open(), lambda told: DEPLOYMENT in told, "back")
    assert set(told[DEPLOYMENT].revisions) == before
    assert "KServe's controller" in told[DEPLOYMENT].revisions[OLD].reason
