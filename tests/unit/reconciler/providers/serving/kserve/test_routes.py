"""A way in says the traffic: it is read as it was written, and read truly after somebody has edited it."""

from datetime import UTC, datetime

import pytest

from reconciler.kubernetes.kinds import Manifest
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.routes import Routing, route, service, url_of, way_of_route, way_of_service
from tests.unit.reconciler.providers.serving.kserve.told import (
    BEHIND,
    DEPLOYMENT,
    NAMESPACE,
    NEW,
    OLD,
    OPTIONS,
    RUNTIME,
)

SINCE = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)


def routing(visibility: str = "internal", **traffic: int) -> Routing:
    return Routing(DEPLOYMENT, traffic or {OLD: 100}, SINCE, visibility)


def there(made: Manifest, **status: object) -> Manifest:
    made["metadata"]["namespace"] = NAMESPACE
    return made | ({"status": status} if status else {})


def test_a_service_leads_to_one_revision() -> None:
    way = way_of_service(there(service(routing(), OPTIONS)), OPTIONS)
    assert (dict(way.traffic), way.since) == ({OLD: 100}, SINCE)
    assert way.url == "http://employment.models.svc.cluster.local" == url_of(DEPLOYMENT, NAMESPACE, OPTIONS)


def test_a_service_edited_by_hand_shows_other_traffic() -> None:
    made = there(service(routing(), OPTIONS))
    made["spec"]["selector"][k.REVISION] = NEW
    way = way_of_service(made, OPTIONS)
    assert (dict(way.traffic), way.since) == ({NEW: 100}, None)
    made["spec"]["selector"] = {"app": "something"}
    assert dict(way_of_service(made, OPTIONS).traffic) == {}


def test_a_public_service_is_reached_from_outside() -> None:
    made = there(service(routing("public"), OPTIONS), loadBalancer={"ingress": [{"ip": "192.0.2.7"}]})
    assert made["spec"]["type"] == "LoadBalancer"
    assert way_of_service(made, OPTIONS).url == "http://192.0.2.7"
    assert service(routing(), OPTIONS)["spec"]["type"] == "ClusterIP"


def test_grpc_has_a_port_of_its_own_where_it_is_asked_for() -> None:
    spoken = service(routing(), OPTIONS.model_copy(update={"grpc": True}))["spec"]["ports"]
    assert [(port["name"], port["port"], port["targetPort"]) for port in spoken] == [
        ("http", 80, 8080),
        ("grpc", 8081, 8081),
    ]


def test_requests_to_a_runtime_pass_its_logger() -> None:
    assert RUNTIME.runtime
    logged = RUNTIME.model_copy(update={"runtime": RUNTIME.runtime.model_copy(update={"logger": "http://sink"})})
    ports = [service(routing(), options)["spec"]["ports"][0]["targetPort"] for options in (OPTIONS, RUNTIME, logged)]
    assert ports == [8080, 8080, 9081]


def test_a_route_divides() -> None:
    made = there(route(routing(**{OLD: 90, NEW: 10}), BEHIND))
    way = way_of_route(made, BEHIND)
    assert (dict(way.traffic), way.since, way.url) == (
        {OLD: 90, NEW: 10},
        SINCE,
        "https://employment.models.example.org",
    )
    assert made["spec"]["parentRefs"] == [{"name": "inside", "namespace": "gates"}]
    assert made["spec"]["hostnames"] == ["employment.models.example.org"]


@pytest.mark.parametrize(
    ("weights", "traffic"),
    [((1, 3), {OLD: 25, NEW: 75}), ((1, 2), {OLD: 33, NEW: 67}), ((0, 5), {NEW: 100}), ((0, 0), {})],
)
def test_weights_by_hand_are_shares(weights: tuple[int, int], traffic: dict[str, int]) -> None:
    made = there(route(routing(**{OLD: 90, NEW: 10}), BEHIND))
    for backend, weight in zip(made["spec"]["rules"][0]["backendRefs"], weights, strict=True):
        backend["weight"] = weight
    way = way_of_route(made, BEHIND)
    assert (dict(way.traffic), way.since) == (traffic, None)


def test_a_route_without_rules_leads_nowhere() -> None:
    made = there(route(routing(), BEHIND))
    made["spec"] = {}
    assert dict(way_of_route(made, BEHIND).traffic) == {}


def test_the_domain_is_the_cluster_s() -> None:
    assert url_of(DEPLOYMENT, "ns", Options(image="i", domain="corp")) == "http://employment.ns.svc.corp"


def conditions(*, generation: int = 1, **told: str) -> list[dict[str, object]]:
    made = [
        {
            "type": name,
            "status": status,
            "reason": f"{name}Why",
            "message": "in words",
            "observedGeneration": generation,
        }
        for name, status in told.items()
    ]
    return [{"conditions": made}]


@pytest.mark.parametrize(
    ("parents", "trouble"),
    [
        ([], "no Gateway has taken its HTTPRoute: see that gates/inside is there, and that its controller runs"),
        (conditions(Accepted="True", ResolvedRefs="True"), ""),
        (conditions(Accepted="False", ResolvedRefs="True"), "its Gateway refuses its HTTPRoute: AcceptedWhy: in words"),
        (conditions(ResolvedRefs="False"), "its Gateway refuses its HTTPRoute: ResolvedRefsWhy: in words"),
        (conditions(Accepted="True", generation=0), "its Gateway has yet to take over the newest traffic"),
        (conditions(Accepted="True", Programmed="False"), ""),
    ],
)
def test_what_a_gateway_makes_of_a_route_is_told(parents: list[dict[str, object]], trouble: str) -> None:
    made = there(route(routing(), BEHIND), parents=parents)
    made["metadata"]["generation"] = 1
    assert way_of_route(made, BEHIND).trouble == trouble
