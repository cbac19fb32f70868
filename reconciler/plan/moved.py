"""What has only moved, and what has gone: a resource that goes on under a former name is no deletion of that."""

from collections.abc import Iterator
from dataclasses import replace

from reconciler.model.decision import Decision
from reconciler.model.ids import Address, kind_of, name_of
from reconciler.model.kinds import KINDS
from reconciler.model.moves import Moves
from reconciler.model.observed import Actual
from reconciler.model.resource import Desired, Resource


def gone(desired: Desired, actual: Actual, moves: Moves) -> frozenset[Address]:
    """Return what the last status tells of and nobody asks for any more.

    One whose spec is gone is called as it was called last. One whose spec is there, but no longer says that it has
    moved, is another resource from then on: what it was before has gone, and is called by its identity.
    """
    there = desired.resources.keys() | desired.broken.keys()
    goes_on = there | desired.moved.keys()
    without_spec = (a for a in actual.recorded if a not in there and kind_of(a) in KINDS)
    found = {a for a in without_spec if moves.identity(a) not in goes_on}
    left = {former for a, former in moves.told.items() if a in desired.resources and former != moves.identity(a)}
    return frozenset(found | (left - goes_on))


def named(decision: Decision, resource: Resource) -> Decision:
    """Let a resource's status tell its former names: by them it is found again when they change."""
    facts = decision.facts
    if not resource.former and "moved_from" not in facts:
        return decision
    told = {key: value for key, value in facts.items() if key != "moved_from"}
    names = [name_of(former) for former in resource.former]
    return replace(decision, facts=told | ({"moved_from": names} if names else {}))


def notes(desired: Desired, actual: Actual, moves: Moves) -> tuple[str, ...]:
    """Say which resources have moved since the last status, and which begin anew, as they no longer say so."""
    if not moves.told and not desired.moved:
        return ()
    return tuple(sorted(_notes(desired, actual, moves)))


def _notes(desired: Desired, actual: Actual, moves: Moves) -> Iterator[str]:
    for address in desired.resources:
        identity, place = moves.identity(address), moves.recorded_as(address)
        if place != address and place in actual.recorded:
            yield f"{place} has moved to {address}: what it made keeps its name, and nothing is made anew"
        elif place is None:
            former = name_of(moves.told[identity])
            yield f"{address} no longer says first that it has `moved_from: {former}`: it begins anew"
        elif place != address and address in actual.recorded and moves.told.get(address, address) != identity:
            yield f"{address} goes on as {identity}: what it has made by another name since is given up"
