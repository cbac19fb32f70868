"""Moves: which resource goes on under which name, where some were renamed and say so.

A resource's *identity* is the address that its runs, its proposals and its endpoint are named by, and that what is
remembered of it belongs to: its own, or the first that it had. It follows from the spec alone. The last status tells
under which identity it was written, so that a resource is found again there whatever it was called then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.ids import NAME, Address, address, kind_of
from reconciler.model.resource import Desired

Documents = Mapping[Address, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Moves:
    """Who is named otherwise than by its own address; where nobody is, all of it is empty.

    `identities` are those of resources that have another one than their address, `holders` the resources that go on
    under an address that isn't theirs. `told` are the identities by which the last status was written, and `recorded`
    the address under which it tells of an identity: None where what stands there is of another one.
    """

    identities: Mapping[Address, Address] = field(default_factory=dict)
    holders: Mapping[Address, Address] = field(default_factory=dict)
    told: Mapping[Address, Address] = field(default_factory=dict)
    recorded: Mapping[Address, Address | None] = field(default_factory=dict)

    def identity(self, resource: Address) -> Address:
        """Return the address that a resource's runs are named by."""
        return self.identities.get(resource, resource)

    def holder(self, name: Address) -> Address:
        """Return the resource to which what is named by an address belongs."""
        return self.holders.get(name, name)

    def recorded_as(self, resource: Address) -> Address | None:
        """Return the address under which the last status tells of a resource; None where it can't tell of it."""
        identity = self.identity(resource)
        return self.recorded.get(identity, identity)


def moves_of(desired: Desired, recorded: Documents) -> Moves:
    """Return who is named otherwise than by its address, by what a commit asks for and what the last status tells."""
    told = {a: i for a, document in recorded.items() if (i := _identity_told(a, document.get("facts"))) != a}
    moved = desired.moved
    if not told and not moved:
        return Moves()
    wanted = {a: resource.identity for a, resource in desired.resources.items() if resource.former}
    others = {a: i for a, i in told.items() if a not in desired.resources}
    holders = {i: a for a, i in others.items() if i not in desired.resources}
    return Moves({**others, **wanted}, {**holders, **moved}, told, _recorded(told, moved, recorded))


def _recorded(
    told: Mapping[Address, Address], moved: Mapping[Address, Address], recorded: Documents
) -> Mapping[Address, Address | None]:
    """Find where identities are told of that aren't told of under their own address.

    Of two that tell of the same one, that of the resource which has it now counts.
    """
    found: dict[Address, Address | None] = dict.fromkeys(told)
    for place, identity in told.items():
        now = moved.get(identity, identity)
        is_known = now in recorded and told.get(now, now) == identity
        found[identity] = now if is_known else place
    return found


def former_told(resource: Address, facts: Any) -> tuple[Address, ...]:
    """Return the former addresses of a resource that its status tells, the oldest first."""
    names = facts.get("moved_from") if isinstance(facts, Mapping) else None
    if not isinstance(names, list):
        return ()
    kind = kind_of(resource)
    return tuple(address(kind, name) for name in names if isinstance(name, str) and NAME.fullmatch(name))


def names_told(resource: Address, facts: Any) -> tuple[Address, ...]:
    """Return the address of a resource, and those that it had before as its status tells, the oldest first of them."""
    return (resource, *former_told(resource, facts))


def _identity_told(resource: Address, facts: Any) -> Address:
    former = former_told(resource, facts)
    return former[0] if former else resource
