"""A route of the Gateway API leads to the services that it names, by their weights."""

from collections import Counter

import httpx

from tests.servers.gateway.server import VERSION, Gateway
from tests.servers.jobs import LABELS, PYTHON
from tests.servers.kubernetes import Cluster, Where
from tests.servers.kubernetes.api import Manifest
from tests.servers.process import until
from tests.servers.test_kserve import SERVES

HOST = "loans.models.example.org"
PORT = 8080


def pod(name: str, namespace: str) -> Manifest:
    container = {"name": "serves", "image": "setpoint", "command": [*PYTHON, SERVES, str(PORT)]}
    container |= {"env": [{"name": "GREETING", "value": name}], "ports": [{"containerPort": PORT}]}
    metadata = {"name": name, "namespace": namespace, "labels": {**LABELS, "greets": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


def service(name: str, namespace: str) -> Manifest:
    spec = {"selector": {"greets": name}, "ports": [{"port": 80, "targetPort": PORT}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def route(namespace: str, weights: dict[str, int]) -> Manifest:
    backends = [{"name": name, "port": 80, "weight": weight} for name, weight in weights.items()]
    parent = {"name": "front", "namespace": namespace}
    spec = {"parentRefs": [parent], "hostnames": [HOST], "rules": [{"backendRefs": backends}]}
    metadata = {"name": "loans", "namespace": namespace}
    return {"apiVersion": VERSION, "kind": "HTTPRoute", "metadata": metadata, "spec": spec}


def answers(gateway: Gateway, times: int) -> Counter[str]:
    """Ask a number of times; tell how often each pod answered, or which status came instead."""
    with httpx.Client(headers={"host": HOST}, trust_env=False) as client:
        asked = [client.get(gateway.address) for _ in range(times)]
    return Counter(answer.text if answer.is_success else str(answer.status_code) for answer in asked)


def test_a_route_divides_requests(cluster: Cluster, gateway: Gateway, namespace: str) -> None:
    gateway.listen(namespace, "front")
    for name in ("old", "new"):
        cluster.admin.apply(pod(name, namespace))
        cluster.admin.apply(service(name, namespace))
    cluster.admin.apply(route(namespace, {"old": 75, "new": 25}))
    until(lambda: set(answers(gateway, 20)) == {"old", "new"}, "both to answer")
    told = answers(gateway, 200)
    assert 100 < told["old"] < 190, told
    cluster.admin.apply(route(namespace, {"new": 100}))
    until(lambda: set(answers(gateway, 10)) == {"new"}, "the new one alone to answer")
    shown = cluster.admin.get(Where(VERSION, "httproutes", "loans", namespace))["status"]["parents"][0]["conditions"]
    assert {one["type"]: one["status"] for one in shown} == {"Accepted": "True", "ResolvedRefs": "True"}
