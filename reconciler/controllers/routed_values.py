"""Values that come by a route: they begin to be in force here once they were in every environment of the stage before.

1. What some fields of a spec say is in force while their resource is ready with it, and as long as it isn't stalled.
2. A resource whose fields say what skipped an environment is held as it is, whoever merged that: nothing is changed,
   and what it makes anew is handed to nobody.
3. What was in force here before may come back. What stood here when its route began skipped nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from reconciler.controllers.promotable import VALUES, Pinned
from reconciler.controllers.served import Served, elsewhere, facts_elsewhere, told, written
from reconciler.model.decision import DataVersion, Decision, Live, Output, Phase, View
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.reason import Reason
from reconciler.model.resource import Before, Resource
from reconciler.model.spec_values import digest_of, name_of_values
from reconciler.model.text import counted

Decide = Callable[[Resource, View], Decision]


def values_in_force(promotion: Resource, subject: Resource, said: Pinned, view: View) -> PromotionFacts:
    """Return what is told of the values that were in force here, and of those that are now."""
    rows, above = told(view.recorded_facts(promotion.address), VALUES), view.upstream.get(subject.address)
    is_newest = bool(rows) and rows[-1].digest == said.digest
    if above and above.phase is Phase.READY and not is_newest:
        rows, is_newest = (*rows, Served(said.run, said.digest, view.actual.now)), True
    facts: PromotionFacts = {"in_force": written(rows, VALUES)} if rows else {}
    stands = is_newest and above is not None and above.phase is not Phase.STALLED
    return {**facts, "content": said.digest} if stands else facts


def on_their_route(decide: Decide) -> Decide:
    """Return what decides on a resource, and holds it as it is where its values skipped an environment."""

    def decided(resource: Resource, view: View) -> Decision:
        decision, why = decide(resource, view), skipped_values(resource, view)
        return _held(decision, why, view) if why else decision

    return decided


def skipped_values(resource: Resource, view: View) -> str:
    """Say which environments of their route the values of a resource's spec have skipped, and what to do."""
    for promotion, before in _routes(resource, view).items():
        rows = told(view.recorded_facts(promotion), VALUES)
        content = digest_of(resource.spec, before.fields)
        if not rows or any(one.digest == content for one in rows):
            continue
        lacking = [name for name in before.environments if not _was_in_force(promotion, content, name, view)]
        if lacking:
            name = name_of_values(resource.identity, content)
            way = f"by the route of {promotion} they have to be in {' and '.join(lacking)} before they are here"
            todo = "merge them there first, say what was said here before, or change the route"
            return f"{name} ({', '.join(before.fields)}) haven't been in force: {way}; {todo}"
    return ""


def _routes(resource: Resource, view: View) -> Mapping[Address, Before]:
    """Return the promotions of values of a resource's spec; of one that is broken by what is sound, or was told."""
    known = view.desired.value_routes.get(resource.address, {})
    lost = [a for a in view.desired.broken if kind_of(a) == Promotion.kind and a not in view.desired.before]
    if not lost:
        return known
    found = dict(known)
    for address in lost:
        facts = view.facts_of(address, PromotionFacts)
        if facts.get("spec") == resource.address:
            found[address] = Before(resource.address, tuple(facts.get("after") or ()), tuple(facts.get("fields") or ()))
    return found


def _was_in_force(promotion: Address, content: str, environment: str, view: View) -> bool:
    """Tell whether values were ever in force in another environment, by what the promotion of this name tells there."""
    resource = view.desired.resources.get(promotion)
    statuses = view.actual.elsewhere.get(environment) or {}
    status = elsewhere(resource, environment, view) if resource else statuses.get(promotion)
    return any(one.digest == content for one in told(facts_elsewhere(status), VALUES))


def _held(decision: Decision, why: str, view: View) -> Decision:
    """Hold a resource as it is."""
    held = f"; {counted(len(decision.changes), 'change')} held back" if decision.changes else ""
    return replace(
        decision,
        phase=Phase.STALLED,
        reason=Reason.SKIPPED_ENVIRONMENT,
        message=f"{why}{held}",
        changes=(),
        facts=view.recorded_facts(decision.address),
        files={},
        pages={},
        alerting="",
        output=_handed_on(decision.output, view.recorded_facts(decision.address).get("content")),
        wake=None,
    )


def _handed_on(output: Output | None, content: object) -> Output | None:
    """Hand on what was handed on before: what serves, and the version that was in force."""
    if isinstance(output, DataVersion):
        return output if output.content == content else None
    return output if isinstance(output, Live) else None
