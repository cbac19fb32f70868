"""The plan of one pass: every resource's decision, upstream first, then what has gone, under the deletion budget."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from reconciler.model.decision import Controller, Decision, Phase, View
from reconciler.model.errors import Problem
from reconciler.model.ids import Address, kind_of, owner_of
from reconciler.model.kinds import KINDS
from reconciler.model.moves import Moves, moves_of
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.reason import Reason
from reconciler.model.resource import Desired, Resource
from reconciler.model.text import counted
from reconciler.plan.causes import explained
from reconciler.plan.guard import guard, without_deletions
from reconciler.plan.moved import gone, named, notes

Thing = TypeVar("Thing")


def decide(desired: Desired, actual: Actual, controllers: Mapping[str, Controller]) -> Plan:
    """Decide on every resource that is desired, broken or gone.

    Args:
        desired: what the commit asks for.
        actual: what was observed, with the last status as inventory.
        controllers: the controller of every kind.
    """
    upstream: dict[Address, Decision] = {}
    view = view_of(desired, actual, MappingProxyType(upstream))
    for address, resource in desired.resources.items():
        upstream[address] = _told(resource, view, controllers[resource.kind])
    for address, problems in desired.broken.items():
        upstream[address] = _of_broken(address, problems, view)
    left = sorted(gone(desired, actual, view.moves), key=_downstream_first)
    retired = {a: _of_gone(a, view, controllers[kind_of(a)]) for a in left}
    decisions, held = guard(retired, desired, actual, view.moves)
    unread = {a: d for a, d in decisions.items() if not _readable(controllers[kind_of(a)], actual)}
    removed = frozenset(
        a for a, d in decisions.items() if d.reason is Reason.REMOVING and not d.changes and a not in unread
    )
    upstream |= {a: _blind(a, view, actual) if a in unread else d for a, d in decisions.items()}
    if actual.unread:
        upstream |= {address: without_deletions(decision) for address, decision in upstream.items()}
    told = (*notes(desired, actual, view.moves), *held)
    return Plan(desired.commit, desired.environment_name, MappingProxyType(upstream), removed, told)


def _told(resource: Resource, view: View, controller: Controller) -> Decision:
    """Decide on a resource, and tell what its status must remember beside what its controller tells."""
    return named(explained(_of_resource(resource, view, controller), view), resource)


def view_of(desired: Desired, actual: Actual, upstream: Mapping[Address, Decision]) -> View:
    """Return what controllers see, the things that belong to a resource grouped once for all of them."""
    moves = moves_of(desired, actual.recorded)
    return View(
        desired,
        actual,
        upstream,
        _by_owner(actual.data.versions, moves),
        _by_owner(actual.data.branches, moves),
        _by_owner(actual.proposals, moves),
        moves,
    )


def _by_owner(things: Mapping[Any, Thing], moves: Moves) -> Mapping[Address, tuple[Thing, ...]]:
    grouped: dict[Address, list[Thing]] = {}
    for name in sorted(things):
        grouped.setdefault(moves.holder(owner_of(name)), []).append(things[name])
    return {address: tuple(found) for address, found in grouped.items()}


def _downstream_first(address: Address) -> tuple[int, Address]:
    return (-list(KINDS).index(kind_of(address)), address)


def _of_resource(resource: Resource, view: View, controller: Controller) -> Decision:
    if not _readable(controller, view.actual):
        return _blind(resource.address, view, view.actual)
    decision = controller.decide(resource, view)
    return _suspended(decision, view, "its spec says suspend: true" if resource.spec.suspend else "")


def _of_gone(address: Address, view: View, controller: Controller) -> Decision:
    """Decide how to take a resource away. Its facts are kept to the end: its spec may come back."""
    decision = controller.retire(address, view)
    return _suspended(replace(decision, facts={**view.recorded_facts(address), **decision.facts}), view)


def _suspended(decision: Decision, view: View, why: str = "") -> Decision:
    """Hold back the changes of a resource that its spec or an operator suspends."""
    control = view.control(decision.address)
    if control and control.suspended:
        why = control.reason or "an operator suspended it"
    if not why:
        return decision
    count = len(decision.changes)
    held = f"{counted(count, 'change')} {'is' if count == 1 else 'are'} held back" if count else "nothing to do"
    return replace(
        decision, changes=(), phase=Phase.WAITING, reason=Reason.SUSPENDED, message=f"{why}; {held}", wake=None
    )


def _of_broken(address: Address, problems: tuple[Problem, ...], view: View) -> Decision:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return Decision(
        address=address,
        phase=Phase.STALLED,
        reason=Reason.BAD_SPEC,
        message=f"{problems[0] if problems else 'its spec is broken'}{more}",
        facts={**view.recorded_facts(address), "problems": [str(problem) for problem in problems]},
    )


def _readable(controller: Controller, actual: Actual) -> bool:
    return not controller.needs & actual.unread.keys()


def _blind(address: Address, view: View, actual: Actual) -> Decision:
    """Decide nothing about a resource whose engines couldn't be read: what wasn't read isn't absent."""
    why = "; ".join(f"{port}: {reason}" for port, reason in sorted(actual.unread.items()))
    return Decision(
        address=address,
        phase=Phase.WAITING,
        reason=Reason.UNAVAILABLE,
        message=f"nothing is changed while an engine can't be read ({why})",
        facts=view.recorded_facts(address),
    )
