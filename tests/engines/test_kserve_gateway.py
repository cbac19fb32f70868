"""Endpoints behind a real Gateway: traffic is divided, what the Gateway refuses is told, and figures gate rollouts."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from reconciler.conformance.servings import wait_for
from reconciler.controllers.rollout import next_step
from reconciler.model.ids import Address, Digest
from reconciler.model.kinds.deployments import Replicas, Rollout
from reconciler.model.observed import Endpoint, RevisionState
from reconciler.providers.serving.kserve import KServeServing
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.scale import scale
from runners.monitor.service import read_counters
from tests.conformance.kserve import KServeBench
from tests.servers.kubernetes import Where
from tests.servers.process import until

if TYPE_CHECKING:
    from tests.servers.gateway.server import Gateway
    from tests.servers.kubernetes import Cluster
    from tests.servers.prometheus.server import Prometheus

pytestmark = pytest.mark.slow
DEPLOYMENT = Address("deployments/employment")
OLD, NEW = Digest("0123456789ab"), Digest("ba9876543210")
ROUTES = ("gateway.networking.k8s.io/v1", "httproutes")
GATEWAYS = ("gateway.networking.k8s.io/v1", "gateways")
ROLLOUT = Rollout.model_validate({"steps": [50, 100], "hold": "1h", "minimum_requests": 0})


class Front:
    """A namespace with a Gateway `front` of its own, and endpoints behind it."""

    def __init__(self, folder: Path, cluster: "Cluster", gateway: "Gateway", **options: Any) -> None:
        self.gateway = gateway
        self.bench = KServeBench(folder, cluster, **options)
        self.where = f"{self.bench.namespace}/front"
        self.host = f"https://{{name}}.{self.bench.namespace}.example.org"
        self.serving = self.open()

    def open(self, **more: Any) -> KServeServing:
        """Return the provider."""
        return self.bench.open(gateways={"internal": self.where}, host=self.host, **more)

    def listen(self) -> None:
        """Make the Gateway."""
        self.gateway.listen(self.bench.namespace, "front")

    def start(self, *revisions: Digest, **more: Any) -> None:
        """Start revisions, and wait until they are ready."""
        for revision in revisions:
            self.serving.start(self.bench.order(DEPLOYMENT, revision, Replicas(), **more))
        self.wait(
            lambda one: all(r in one.revisions and one.revisions[r].state is RevisionState.READY for r in revisions),
            "ready",
        )

    def route(self, traffic: dict[Digest, int]) -> None:
        """Move the traffic, and wait until the Gateway obeys."""
        self.serving.route(DEPLOYMENT, traffic)
        self.wait(lambda one: dict(one.traffic) == traffic and not one.blocked, "routed")

    def wait(self, truth: Callable[[Endpoint], bool], what: str) -> Endpoint:
        """Wait until something is true of the endpoint."""
        told = wait_for(self.bench, self.serving, lambda told: DEPLOYMENT in told and truth(told[DEPLOYMENT]), what)
        return told[DEPLOYMENT]

    def endpoint(self) -> Endpoint:
        """Return the endpoint as it is listed now."""
        return self.serving.list()[DEPLOYMENT]

    def close(self) -> None:
        """End the endpoint, and then the Gateway."""
        self.serving.delete(DEPLOYMENT)
        self.bench.cluster.admin.delete(self.bench.place(GATEWAYS, "front"))
        self.bench.close()

    def ask(self, times: int, method: str = "GET") -> Counter[str]:
        """Ask by the Gateway; count which revision answered, or which status came."""
        host = str(urlsplit(self.endpoint().url).hostname)
        with httpx.Client(headers={"host": host}, trust_env=False) as client:
            asked = [client.request(method, f"{self.gateway.address}/v2/health/ready") for _ in range(times)]
        return Counter(a.json()["revision"] if a.is_success else str(a.status_code) for a in asked)


@pytest.fixture
def fronts(
    tmp_path: Path, cluster: "Cluster", gateway: "Gateway", prometheus: "Prometheus"
) -> Iterator[Callable[..., Front]]:
    made: list[Front] = []

    def make(**options: Any) -> Front:
        made.append(Front(tmp_path, cluster, gateway, metrics=prometheus.url, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def front(fronts: Callable[..., Front]) -> Front:
    found = fronts()
    found.listen()
    return found


def test_a_gateway_divides_the_traffic_and_no_request_fails_meanwhile(front: Front) -> None:
    front.start(OLD, NEW)
    front.route({OLD: 100})
    until(lambda: set(front.ask(10)) == {OLD}, "the old one to answer")
    seen: Counter[str] = Counter()
    over = threading.Event()
    host = str(urlsplit(front.endpoint().url).hostname)

    def client() -> None:
        with httpx.Client(headers={"host": host}, trust_env=False) as asking:
            while not over.is_set():
                answer = asking.get(f"{front.gateway.address}/v2/health/ready")
                seen[answer.json()["revision"] if answer.is_success else str(answer.status_code)] += 1

    thread = threading.Thread(target=client)
    thread.start()
    try:
        front.route({OLD: 75, NEW: 25})
        until(lambda: front.ask(10)[NEW], "the new one to answer too")
        divided = front.ask(400)
        front.route({NEW: 100})
        until(lambda: set(front.ask(10)) == {NEW}, "the new one alone to answer")
        front.serving.stop(DEPLOYMENT, OLD)
        front.wait(lambda one: set(one.revisions) == {NEW}, "stopped")
    finally:
        over.set()
        thread.join()
    assert 60 <= divided[NEW] <= 140, f"25 % of 400 is not {divided}"
    assert set(seen) == {OLD, NEW}, seen


def test_a_route_that_no_gateway_takes_is_told(fronts: Callable[..., Front]) -> None:
    front = fronts()
    front.start(OLD)
    front.serving.route(DEPLOYMENT, {OLD: 100})
    told = front.wait(lambda one: dict(one.traffic) == {OLD: 100}, "routed").blocked
    assert f"see that {front.where} is there" in told
    front.listen()
    front.wait(lambda one: not one.blocked, "taken")
    until(lambda: set(front.ask(3)) == {OLD}, "it to answer")


def test_what_the_gateway_refuses_is_told_in_its_words(front: Front) -> None:
    front.start(OLD)
    front.route({OLD: 100})
    where = front.bench.place(GATEWAYS, "front")
    made = front.bench.cluster.admin.get(where)
    (listener,) = made["spec"]["listeners"]
    listener["hostname"] = "other.example.org"
    front.bench.cluster.admin.apply(
        {
            "apiVersion": where.version,
            "kind": "Gateway",
            "metadata": {"name": "front", "namespace": where.namespace},
            "spec": made["spec"],
        }
    )
    told = front.wait(lambda one: bool(one.blocked), "refused").blocked
    assert told.startswith("its Gateway refuses its HTTPRoute: NoMatchingListenerHostname"), told


def test_a_rollout_is_held_back_by_what_prometheus_counts(front: Front) -> None:
    front.start(OLD)
    front.route({OLD: 100})
    front.start(NEW, url="fake://?fails=yes")
    until(lambda: set(front.ask(1)) == {OLD}, "the old one to answer")
    assert front.ask(4, "POST") == {OLD: 4}, "before the traffic moves, and so not counted"
    front.route({OLD: 50, NEW: 50})
    since = front.endpoint().since
    until(lambda: "500" in front.ask(1, "POST"), "the new one to be asked")
    sent = front.ask(50, "POST")

    def is_counted(one: Endpoint) -> bool:  # each pod is scraped by itself
        return bool(one.figures and one.figures.errors >= sent["500"] and one.figures.requests >= 50)

    counted = front.wait(is_counted, "counted")
    assert counted.figures
    assert counted.since == since
    assert counted.figures.p99_ms == pytest.approx(25, abs=10), "each took 20 ms, in the bucket of 10 to 25"
    step = next_step(counted, NEW, ROLLOUT, datetime.now(UTC))
    assert step.failed == "more than 1.00% of its requests failed"


def test_monitors_and_keda_read_the_same_series(front: Front, prometheus: "Prometheus") -> None:
    front.start(OLD)
    front.route({OLD: 100})
    until(lambda: set(front.ask(1)) == {OLD}, "it to answer")
    front.ask(20, "POST")
    until(lambda: read_counters(front.endpoint().metrics_url).codes == {"200": 20.0}, "counted for monitors")
    options = Options(image="runners", namespace=front.bench.namespace, metrics=prometheus.url, autoscaler="keda")
    (metric,) = scale(front.bench.order(DEPLOYMENT, OLD, Replicas()), options)["autoScaling"]["metrics"]
    query = metric["external"]["metric"]["query"]

    def rate() -> float:
        asked = httpx.get(f"{prometheus.url}/api/v1/query", params={"query": query}, trust_env=False)
        found = asked.raise_for_status().json()["data"]["result"]
        return float(found[0]["value"][1]) if found else 0.0

    front.ask(20, "POST")
    until(lambda: rate() > 0, "what KEDA would see")


def test_a_prometheus_that_is_down_holds_rollouts_and_nothing_else(front: Front) -> None:
    front.start(OLD, NEW)
    front.route({OLD: 50, NEW: 50})
    blind = front.open(metrics="http://127.0.0.1:9").list()[DEPLOYMENT]
    assert blind.figures
    assert "can't be reached" in blind.figures.unread
    quick = ROLLOUT.model_copy(update={"hold": ROLLOUT.hold * 0})
    step = next_step(blind, NEW, quick, datetime.now(UTC))
    assert (step.traffic, step.failed) == (None, "")
    assert "and no further: no figures from the Prometheus at" in step.message
    assert next_step(front.endpoint(), NEW, quick, datetime.now(UTC)).traffic == {NEW: 100}


def test_an_endpoint_that_goes_leaves_no_route(front: Front) -> None:
    front.start(OLD)
    front.route({OLD: 100})
    front.serving.delete(DEPLOYMENT)
    wait_for(front.bench, front.serving, lambda told: not told, "gone")
    kind, plural = ROUTES
    assert front.bench.cluster.admin.list(Where(kind, plural, "", front.bench.namespace)) == []
