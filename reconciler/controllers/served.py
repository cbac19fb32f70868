"""Served: which models had all the traffic of a deployment, which versions of data were in force, and since when.

Told on the status branch of one environment, read by the next one of a route: so what is read is taken for what
anybody may have written there, and what isn't understood counts as not told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.controllers.promotable import MODELS, Pinned, Promotable, promotable_of
from reconciler.model.decision import View
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.moment import moment_of
from reconciler.model.resource import Resource

REMEMBERED = 50
"""What a resource tells of that was in force, the newest last."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model that had all the traffic of a deployment, or a version that was in force, and since when."""

    run: str
    digest: str
    since: datetime

    @property
    def pin(self) -> Pinned:
        """Return what pins it."""
        return Pinned(self.run, self.digest)


def with_served(address: Address, now: Pinned, view: View) -> list[dict[str, str]]:
    """Return what was in force, with this as the newest; what goes on being so keeps its moment.

    It keeps its name, too, as long as there is a run of that name: data that comes in once more is the same data.
    """
    sort, former = promotable_of(address), told(view.recorded_facts(address), promotable_of(address))
    if not former or not sort.are_same(former[-1].pin, now):
        return written((*former, Served(now.run, now.digest, view.actual.now)), sort)
    if former[-1].run in view.actual.data.versions:
        return written(former, sort)
    return written((*former[:-1], Served(now.run, now.digest, former[-1].since)), sort)


def kept_served(address: Address, view: View) -> list[dict[str, str]]:
    """Return what was in force, as it is remembered."""
    sort = promotable_of(address)
    return written(told(view.recorded_facts(address), sort), sort)


def written(served: Sequence[Served], sort: Promotable = MODELS) -> list[dict[str, str]]:
    """Return what is remembered, as facts tell it."""
    newest = served[-REMEMBERED:]
    return [{sort.run: one.run, sort.digest: one.digest, "since": one.since.isoformat()} for one in newest]


def told(facts: Mapping[str, Any], sort: Promotable = MODELS) -> tuple[Served, ...]:
    """Read from facts what was in force, the newest last."""
    rows = facts.get(sort.fact)
    found = (_read(row, sort) for row in (rows if isinstance(rows, list | tuple) else ())[-REMEMBERED:])
    return tuple(one for one in found if one)


def _read(row: Any, sort: Promotable) -> Served | None:
    keys = (sort.run, sort.digest, "since")
    if not isinstance(row, Mapping) or not all(isinstance(row.get(key), str) for key in keys):
        return None
    since = moment_of(row["since"])
    return Served(row[sort.run], row[sort.digest], since) if since else None


def elsewhere(resource: Resource, environment: str, view: View) -> Mapping[str, Any] | None:
    """Return the status that another environment recorded of a resource; None where it has none."""
    statuses = view.actual.elsewhere.get(environment) or {}
    return next((statuses[name] for name in (resource.address, *reversed(resource.former)) if name in statuses), None)


def facts_elsewhere(status: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the facts of a status of another environment."""
    facts = (status or {}).get("facts")
    return facts if isinstance(facts, Mapping) else {}


def has_served(resource: Resource, pin: Pinned, environment: str, view: View) -> bool:
    """Tell whether this was ever in force in another environment, for the resource of this name."""
    sort = promotable_of(resource.address)
    there = told(facts_elsewhere(elsewhere(resource, environment, view)), sort)
    return any(sort.are_same(one.pin, pin) for one in there)


def skipped(resource: Resource, pin: Pinned, view: View) -> str:
    """Say which environments of its route something that is pinned has skipped, and what to do; else nothing.

    It hasn't where it was in force before: here, or in every environment of the stage before. Of a promotion whose
    spec is broken the route is known by what is sound of it, or else by the last status.
    """
    sort = promotable_of(resource.address)
    if any(sort.are_same(one.pin, pin) for one in told(view.recorded_facts(resource.address), sort)):
        return ""
    for promotion, before in routes(resource, view).items():
        if lacking := [name for name in before if not has_served(resource, pin, name, view)]:
            return _way(sort, pin, promotion, lacking)
    return ""


def _way(sort: Promotable, pin: Pinned, promotion: Address, lacking: Sequence[str]) -> str:
    has_to = "serve" if sort is MODELS else "be in force"
    way = f"by the route of {promotion} it has to {has_to} in {' and '.join(lacking)} before it does here"
    return f"{pin.run} hasn't {sort.begun} as it is pinned: {way}; merge it there first, or change the route"


def routes(resource: Resource, view: View) -> Mapping[Address, Sequence[str]]:
    """Return the environments before this one by promotions that choose what a resource pins."""
    desired, found = view.desired, dict[Address, Sequence[str]]()
    promotions = desired.of_kind(Promotion)
    for address in desired.followers.get(resource.address, ()):
        spec = promotions.get(address)
        if spec and spec.subject == resource.address and not spec.is_of_spec:
            found[address] = spec.before(desired.environment_name)
    for address in desired.broken:
        if sound := desired.before.get(address):
            is_ours = sound.subject == resource.address and not sound.fields
            found |= {address: sound.environments} if is_ours else {}
            continue
        facts = view.facts_of(address, PromotionFacts)
        if kind_of(address) == Promotion.kind and subject_told(facts) == resource.address:
            found[address] = facts.get("after") or ()
    return found


def subject_told(facts: Mapping[str, Any]) -> str | None:
    """Return whose model or version a promotion chooses, by its facts."""
    found = facts.get("subject") or facts.get("deployment")
    return found if isinstance(found, str) else None
