"""The stable way in of an endpoint: a Service that selects one revision's pods, or an HTTPRoute that divides.

What they say is the traffic: nothing else remembers it, so a change by hand is seen as other traffic. Pure functions.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from reconciler.kubernetes.kinds import Kind, Manifest
from reconciler.model.ids import Address, Digest, canonical, name_of
from reconciler.providers.serving.kserve import kinds as k
from reconciler.providers.serving.kserve.health import moment
from reconciler.providers.serving.kserve.options import Options
from reconciler.providers.serving.kserve.pods import LONGEST
from reconciler.providers.serving.kserve.predictor import AGENT_PORT, GRPC_PORT, PORT

TRAFFIC = "setpoint.io/traffic"
"""What was routed `since`; where it isn't what is routed now, somebody else routed, and nobody knows since when."""

H2C = "kubernetes.io/h2c"
"""How a Service says that a port speaks HTTP/2 without TLS."""
_ROUTED = ("Accepted", "ResolvedRefs")
"""The conditions of an HTTPRoute without which no request gets anywhere."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in: the traffic that it makes, where it is, and why requests don't go so, if they don't."""

    deployment: Address
    kind: Kind
    traffic: Mapping[Digest, int] = field(default_factory=dict)
    since: datetime | None = None
    url: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Routing:
    """What is to be routed: shares in percent that add up to 100, from a moment on, for whom."""

    deployment: Address
    traffic: Mapping[Digest, int]
    since: datetime
    visibility: str


def service(routing: Routing, options: Options) -> Manifest:
    """Return the Service that leads to the one revision that has all the traffic."""
    (revision,) = routing.traffic
    is_logged = options.runtime is not None and options.runtime.logger
    ports = [{"name": "http", "port": 80, "targetPort": AGENT_PORT if is_logged else PORT, "protocol": "TCP"}]
    rpc = {"name": "grpc", "port": GRPC_PORT, "targetPort": GRPC_PORT, "appProtocol": H2C, "protocol": "TCP"}
    return {
        "metadata": _metadata(routing),
        "spec": {
            "type": options.public if routing.visibility == "public" else "ClusterIP",
            "selector": k.revision_labels(routing.deployment, revision),
            "ports": [*ports, *([rpc] if options.grpc else [])],
        },
    }


def route(routing: Routing, options: Options) -> Manifest:
    """Return the HTTPRoute that divides requests among the Services that KServe makes for revisions."""
    namespace, _, gateway = options.gateway(routing.visibility).partition("/")
    backends = [
        {"name": k.revision_name(routing.deployment, revision) + k.PREDICTOR, "port": 80, "weight": share}
        for revision, share in sorted(routing.traffic.items())
    ]
    host = urlsplit(_host(routing.deployment, options)).hostname
    return {
        "metadata": _metadata(routing),
        "spec": {
            "parentRefs": [{"name": gateway, "namespace": namespace}],
            "hostnames": [host],
            "rules": [{"backendRefs": backends}],
        },
    }


def _metadata(routing: Routing) -> Manifest:
    told = canonical(dict(routing.traffic)).decode()
    return {
        "name": name_of(routing.deployment),
        "labels": k.deployment_labels(routing.deployment),
        "annotations": {TRAFFIC: told, k.SINCE: routing.since.isoformat()},
    }


def way_of_service(listed: Manifest, options: Options) -> Way:
    """Read a Service of ours."""
    deployment = k.deployment_of(listed["metadata"]["labels"])
    selected = (listed.get("spec") or {}).get("selector") or {}
    revision = str(selected.get(k.REVISION) or "")
    is_ours = selected.get(k.DEPLOYMENT) == name_of(deployment)
    traffic = {Digest(revision): 100} if revision and is_ours else {}
    url = _address(listed) or url_of(deployment, listed["metadata"].get("namespace", ""), options)
    return Way(deployment, k.SERVICES, traffic, _since(listed, traffic), url)


def way_of_route(listed: Manifest, options: Options) -> Way:
    """Read an HTTPRoute of ours; weights that don't add up to 100 are the same shares in percent."""
    deployment = k.deployment_of(listed["metadata"]["labels"])
    rules = (listed.get("spec") or {}).get("rules") or [{}]
    weights = {b["name"]: int(b.get("weight", 1)) for b in rules[0].get("backendRefs") or ()}
    shares = {name: weight for name, weight in weights.items() if weight > 0}
    traffic = {_revision(name): share for name, share in _percent(shares).items()}
    return Way(deployment, k.ROUTES, traffic, _since(listed, traffic), _host(deployment, options), _trouble(listed))


def _trouble(listed: Manifest) -> str:
    """Tell why requests don't go as an HTTPRoute says: what its Gateway says of it, or that none has looked at it."""
    parents = (listed.get("status") or {}).get("parents") or ()
    if not parents:
        asked = (listed["spec"].get("parentRefs") or [{}])[0]
        where = f"{asked.get('namespace', '')}/{asked.get('name', '')}"
        return f"no Gateway has taken its HTTPRoute: see that {where} is there, and that its controller runs"
    told = [one for parent in parents for one in parent.get("conditions") or () if one["type"] in _ROUTED]
    if any(one.get("observedGeneration", 0) < listed["metadata"].get("generation", 0) for one in told):
        return "its Gateway has yet to take over the newest traffic"
    wrong = [f"{one.get('reason', '')}: {str(one.get('message', ''))[:LONGEST]}" for one in told if _is_false(one)]
    return f"its Gateway refuses its HTTPRoute: {'; '.join(wrong)}" if wrong else ""


def _is_false(condition: Manifest) -> bool:
    return bool(condition["status"] == "False")


def url_of(deployment: Address, namespace: str, options: Options) -> str:
    """Return where a Service of ours answers within the cluster."""
    return f"http://{name_of(deployment)}.{namespace}.svc.{options.domain}"


def _host(deployment: Address, options: Options) -> str:
    return options.host.replace("{name}", name_of(deployment))


def _revision(backend: str) -> Digest:
    return Digest(backend.removesuffix(k.PREDICTOR).rpartition("-")[2])


def _percent(weights: Mapping[str, int]) -> Mapping[str, int]:
    whole = sum(weights.values())
    if not whole or whole == 100:
        return weights
    shares = {name: math.floor(weight * 100 / whole) for name, weight in weights.items()}
    first = max(shares, key=lambda name: (shares[name], name))
    return {**shares, first: shares[first] + 100 - sum(shares.values())}


def _since(listed: Manifest, traffic: Mapping[Digest, int]) -> datetime | None:
    annotations = listed["metadata"].get("annotations") or {}
    if annotations.get(TRAFFIC) != canonical(dict(traffic)).decode():
        return None
    return moment(annotations.get(k.SINCE))


def _address(listed: Manifest) -> str:
    """Return the address that a load balancer gave; empty where there is none, or not yet."""
    balancer = (listed.get("status") or {}).get("loadBalancer") or {}
    for one in balancer.get("ingress") or ():
        if host := one.get("hostname") or one.get("ip"):
            return f"http://{host}"
    return ""
