"""KServe's controller is gone for a while: what runs goes on, what is asked for is told, and done when it is back."""

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.conformance.servings import wait_for
from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, Digest
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import Endpoint, RevisionState
from reconciler.providers.serving.kserve import KServeServing
from reconciler.providers.serving.kserve.kinds import revision_name
from tests.conformance.kserve import INFERENCE_SERVICES, PODS, KServeBench

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster
    from tests.servers.kubernetes.api import Manifest

pytestmark = pytest.mark.slow
DEPLOYMENT, OTHER = Address("deployments/employment"), Address("deployments/other")
OLD, NEW, SPARE = Digest("0123456789ab"), Digest("ba9876543210"), Digest("ffffffffffff")
ONE = Replicas()
DEPLOYMENTS, SECRETS = ("apps/v1", "deployments"), ("v1", "secrets")


@pytest.fixture
def bench(cluster: "Cluster", tmp_path: Path) -> Iterator[KServeBench]:
    bench = KServeBench(tmp_path, cluster, timeout=5, patience="1s")
    yield bench
    if not cluster.kserve.is_running:
        cluster.kserve.start()
    bench.close()


@pytest.fixture
def serving(bench: KServeBench) -> KServeServing:
    return bench.open()


def is_ready(deployment: Address, revision: Digest) -> Callable[[Mapping[Address, Endpoint]], bool]:
    return lambda told: told[deployment].revisions[revision].state is RevisionState.READY


def start(bench: KServeBench, serving: KServeServing, deployment: Address, *revisions: Digest) -> None:
    for revision in revisions:
        serving.start(bench.order(deployment, revision, ONE))
    for revision in revisions:
        wait_for(bench, serving, is_ready(deployment, revision), "ready")


def identities(bench: KServeBench, kind: tuple[str, str]) -> dict[str, str]:
    """Return the uids of all things of a kind by their names."""
    found: list[Manifest] = bench.cluster.admin.list(bench.place(kind))
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in found}


def answers(bench: KServeBench, revision: Digest) -> bool:
    """Tell whether the pod of a revision answers by itself."""
    (pod,) = bench.cluster.admin.list(bench.place(PODS), labelSelector=f"setpoint.io/revision={revision}")
    url = f"http://{pod['status']['podIP']}:8080/v2/health/ready"
    with urllib.request.urlopen(url, timeout=5) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return bool(told["revision"] == revision)


def refused_in_the_same_words(verb: Callable[[], object]) -> None:
    """Ask twice for what can't be had without the controller: the words name it, say what to do, and never change."""
    told = []
    for _ in range(2):
        with pytest.raises(
            Unavailable, match=r"webhook inferenceservice.kserve-webhook-server.* doesn't answer"
        ) as error:
            verb()
        assert "KServe's controller runs" in error.value.hint
        told.append(str(error.value))
    assert told[0] == told[1]


def test_it_is_down_before_the_first_order(bench: KServeBench, serving: KServeServing) -> None:
    bench.cluster.kserve.kill()
    assert serving.list() == {}
    order = bench.order(DEPLOYMENT, OLD, ONE, secrets={"TOKEN": "hidden"})
    refused_in_the_same_words(lambda: serving.start(order))
    assert serving.list() == {}
    assert not identities(bench, SECRETS)
    bench.cluster.kserve.start()
    serving.start(order)
    wait_for(bench, serving, is_ready(DEPLOYMENT, OLD), "ready")
    assert len(identities(bench, INFERENCE_SERVICES)) == len(identities(bench, PODS)) == 1


def test_it_is_down_while_revisions_run(bench: KServeBench, serving: KServeServing) -> None:
    start(bench, serving, DEPLOYMENT, OLD, SPARE)
    start(bench, serving, OTHER, NEW)
    serving.route(DEPLOYMENT, {OLD: 100})
    serving.route(OTHER, {NEW: 100})
    before = identities(bench, INFERENCE_SERVICES), identities(bench, PODS)
    bench.cluster.kserve.kill()
    refused_in_the_same_words(lambda: serving.start(bench.order(DEPLOYMENT, NEW, ONE)))
    refused_in_the_same_words(lambda: serving.start(bench.order(DEPLOYMENT, OLD, Replicas(minimum=2, maximum=2))))
    assert {a: set(e.revisions) for a, e in serving.list().items()} == {DEPLOYMENT: {OLD, SPARE}, OTHER: {NEW}}
    serving.stop(DEPLOYMENT, SPARE)
    serving.delete(OTHER)

    def is_told(told: Mapping[Address, Endpoint]) -> bool:
        ending = told[DEPLOYMENT].revisions[SPARE], told[OTHER].revisions[NEW]
        return all("KServe's controller runs" in one.reason for one in ending)

    told = wait_for(bench, bench.open(), is_told, "told")
    assert (set(told[DEPLOYMENT].revisions), set(told[OTHER].revisions)) == ({OLD, SPARE}, {NEW})
    assert told[DEPLOYMENT].revisions[OLD].state is RevisionState.READY
    assert (told[DEPLOYMENT].traffic, told[OTHER].traffic) == ({OLD: 100}, {})
    assert answers(bench, OLD)
    bench.cluster.kserve.start()
    start(bench, serving, DEPLOYMENT, NEW)
    wait_for(bench, serving, lambda told: set(told[DEPLOYMENT].revisions) == {OLD, NEW} and OTHER not in told, "done")
    name = revision_name(DEPLOYMENT, OLD)
    after = identities(bench, INFERENCE_SERVICES), identities(bench, PODS)
    assert after[0][name] == before[0][name]
    assert set(before[1].items()) & set(after[1].items()), "the pod of what ran was replaced"
    assert answers(bench, OLD)


def test_it_is_killed_in_the_midst_of_a_start(bench: KServeBench, serving: KServeServing) -> None:
    serving.start(bench.order(DEPLOYMENT, OLD, ONE, secrets={"TOKEN": "hidden"}))
    wait_for(bench, serving, lambda _: identities(bench, DEPLOYMENTS), "begun")
    bench.cluster.kserve.kill()
    made = identities(bench, INFERENCE_SERVICES), identities(bench, DEPLOYMENTS)
    assert set(serving.list()[DEPLOYMENT].revisions) == {OLD}
    bench.cluster.kserve.start()
    wait_for(bench, serving, is_ready(DEPLOYMENT, OLD), "ready")
    assert (identities(bench, INFERENCE_SERVICES), identities(bench, DEPLOYMENTS)) == made
    assert len(identities(bench, PODS)) == 1
