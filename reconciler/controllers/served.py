"""Served: which models had all the traffic of a deployment, and since when.

Told on the status branch of one environment, read by the next one of a route: so what is read is taken for what
anybody may have written there, and what isn't understood counts as not told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.model.decision import View
from reconciler.model.facts import DeploymentFacts, PromotionFacts
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds.deployments import Model
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.moment import moment_of
from reconciler.model.resource import Resource

REMEMBERED = 50
"""Models of which a deployment tells that they served, the newest last."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model that had all the traffic of a deployment, and since when."""

    trial: str
    digest: str
    since: datetime

    def is_of(self, model: Model) -> bool:
        """Tell whether it is this very model."""
        return (self.trial, self.digest) == (model.trial, model.digest)


def with_served(address: Address, model: Model, view: View) -> list[dict[str, str]]:
    """Return the models that have served, with this one as the newest; one that goes on serving keeps its moment."""
    former = told(view.facts_of(address, DeploymentFacts))
    if not former or not former[-1].is_of(model):
        former = (*former, Served(model.trial, model.digest, view.actual.now))
    return written(former)


def kept_served(address: Address, view: View) -> list[dict[str, str]]:
    """Return the models that have served, as they are remembered."""
    return written(told(view.facts_of(address, DeploymentFacts)))


def written(served: Sequence[Served]) -> list[dict[str, str]]:
    """Return what is remembered, as facts tell it."""
    newest = served[-REMEMBERED:]
    return [{"trial": one.trial, "digest": one.digest, "since": one.since.isoformat()} for one in newest]


def told(facts: Mapping[str, Any]) -> tuple[Served, ...]:
    """Read from facts which models have served, the newest last."""
    rows = facts.get("served")
    found = (_read(row) for row in (rows if isinstance(rows, list | tuple) else ())[-REMEMBERED:])
    return tuple(one for one in found if one)


def _read(row: Any) -> Served | None:
    if not isinstance(row, Mapping) or not all(isinstance(row.get(key), str) for key in ("trial", "digest", "since")):
        return None
    since = moment_of(row["since"])
    return Served(row["trial"], row["digest"], since) if since else None


def elsewhere(resource: Resource, environment: str, view: View) -> Mapping[str, Any] | None:
    """Return the status that another environment recorded of a resource; None where it has none."""
    statuses = view.actual.elsewhere.get(environment) or {}
    return next((statuses[name] for name in (resource.address, *reversed(resource.former)) if name in statuses), None)


def facts_elsewhere(status: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the facts of a status of another environment."""
    facts = (status or {}).get("facts")
    return facts if isinstance(facts, Mapping) else {}


def has_served(resource: Resource, model: Model, environment: str, view: View) -> bool:
    """Tell whether another environment's deployment of this name ever gave a model all its traffic."""
    return any(one.is_of(model) for one in told(facts_elsewhere(elsewhere(resource, environment, view))))


def skipped(deployment: Resource, model: Model, view: View) -> str:
    """Say which environments of its route a model has skipped, and what to do; empty where it may serve here.

    It may where it has served before, here or in every environment of the stage before. Of a promotion whose spec is
    broken the route is known by what is sound of it, or else by the last status.
    """
    if any(one.is_of(model) for one in told(view.facts_of(deployment.address, DeploymentFacts))):
        return ""
    for promotion, before in _routes(deployment, view).items():
        if lacking := [name for name in before if not has_served(deployment, model, name, view)]:
            way = f"by the route of {promotion} it has to serve in {' and '.join(lacking)} before it does here"
            return f"{model.trial} hasn't served as it is pinned: {way}; merge it there first, or change the route"
    return ""


def _routes(deployment: Resource, view: View) -> Mapping[Address, Sequence[str]]:
    """Return the environments before this one by promotions that choose the model of a deployment."""
    desired, found = view.desired, dict[Address, Sequence[str]]()
    promotions = desired.of_kind(Promotion)
    for address in desired.followers.get(deployment.address, ()):
        if spec := promotions.get(address):
            found[address] = spec.before(desired.environment_name)
    for address in desired.broken:
        if sound := desired.before.get(address):
            found |= {address: sound.environments} if sound.deployment == deployment.address else {}
            continue
        facts = view.facts_of(address, PromotionFacts)
        if kind_of(address) == Promotion.kind and facts.get("deployment") == deployment.address:
            found[address] = facts.get("after") or ()
    return found
