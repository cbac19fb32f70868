"""Endpoints: what answers now, by which name, what ends of it, and how one is taken away."""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers.run_lifecycle import tidy
from reconciler.model.change import DeleteEndpoint
from reconciler.model.decision import Decision, Live, Phase, View
from reconciler.model.ids import Address
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.observed import Endpoint, RevisionState
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource


def live_of(endpoint: Endpoint) -> Live | None:
    """Return the model that has most of the traffic."""
    serving = {n: p for n, p in endpoint.traffic.items() if p and n in endpoint.revisions}
    if not serving:
        return None
    name = max(serving, key=lambda item: (serving[item], item))
    revision = endpoint.revisions[name]
    return Live(revision.trial, name, endpoint.url, endpoint.logs_url, endpoint.metrics_url, endpoint.since)


def digest_of(deployment: Address, live: Live, view: View) -> str:
    """Return the digest of the model that serves, as it is pinned, or as its trial told; else the trial's name."""
    spec = view.desired.of_kind(Deployment).get(deployment)
    if spec and spec.model and spec.model.trial == live.trial:
        return spec.model.digest
    told: Any = view.actual.results.get(live.trial, {}).get("facts", {}).get("model")
    return str(told["digest"]) if isinstance(told, Mapping) and told.get("digest") else live.trial


def moved_too_late(resource: Resource, view: View) -> Decision | None:
    """Refuse to go back to a former name when an endpoint answers under a later one: its clients would lose it."""
    later = [name for name in (*resource.former[1:], resource.address) if name != resource.identity]
    endpoint = next((view.actual.endpoints[name] for name in later if name in view.actual.endpoints), None)
    if endpoint is None:
        return None
    message = (
        f"it answers at {endpoint.url} as {endpoint.deployment} already, and `moved_from` would take that away: "
        f"remove `moved_from` to go on there, or rename the spec back to go on as {resource.identity}"
    )
    return Decision(
        address=resource.address,
        phase=Phase.STALLED,
        reason=Reason.MOVED_TOO_LATE,
        message=message,
        facts=view.recorded_facts(resource.address),
        output=live_of(endpoint),
    )


def retire(address: Address, view: View) -> Decision:
    """Take an endpoint away, and what was begun to test it."""
    name = view.moves.identity(address)
    endpoint = view.actual.endpoints.get(name)
    if endpoint and endpoint.unread:
        return unread(address, endpoint, view)
    stopping = [item.state is RevisionState.STOPPING for item in endpoint.revisions.values()] if endpoint else []
    if endpoint and stopping and all(stopping):
        return _draining(address, endpoint)
    endpoint_name = None if name == address else name
    delete = (DeleteEndpoint(address=address, why="its spec is gone", endpoint=endpoint_name),) if endpoint else ()
    return Decision(
        address=address,
        phase=Phase.RECONCILING,
        reason=Reason.REMOVING,
        message="its spec is gone",
        changes=(*delete, *tidy(address, frozenset(), view)),
    )


def unread(address: Address, endpoint: Endpoint, view: View) -> Decision:
    """Leave an endpoint as it is of which nothing is known: what wasn't read isn't absent."""
    return Decision(
        address=address,
        phase=Phase.STALLED,
        reason=Reason.UNREADABLE,
        message=f"its endpoint can't be read and is left as it is: {endpoint.unread}",
        facts=view.recorded_facts(address),
    )


def _draining(address: Address, endpoint: Endpoint) -> Decision:
    """Wait for an endpoint's end, and tell when an engine takes too long for it."""
    if stuck := stuck_of(endpoint):
        return Decision(address=address, phase=Phase.STALLED, reason=Reason.STUCK, message=stuck)
    message = "its spec is gone, and its last requests are being answered"
    return Decision(address=address, phase=Phase.RECONCILING, reason=Reason.DRAINING, message=message)


def stuck_of(endpoint: Endpoint) -> str:
    """Say which revisions should have ended by now, and why they haven't; empty where there are none."""
    ending = {n: item for n, item in sorted(endpoint.revisions.items()) if item.state is RevisionState.STOPPING}
    return "; ".join(f"revision {name} doesn't end: {item.reason}" for name, item in ending.items() if item.reason)
