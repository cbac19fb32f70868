"""The references among resources: each leads to a resource that is declared, and none leads back to itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.compose.flaws import Flaw
from reconciler.compose.former_names import Claim, claims_of, wrong_claims
from reconciler.compose.nearest import did_you_mean
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds.spec import Spec
from reconciler.model.resource import Resource, in_order

NONE: Mapping[Address, str] = MappingProxyType({})
_MOST_HINTS = 100
"""Wrong references whose nearest name is looked for: a search among thousands takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Resources in order, upstream first, and the flaws of those that can't be in it."""

    resources: Mapping[Address, Resource]
    flaws: Mapping[Address, tuple[Flaw, ...]]


def connect(
    resources: Mapping[Address, Resource], known: Mapping[Address, object], strays: Mapping[Address, str] = NONE
) -> Graph:
    """Order resources by their references.

    Args:
        resources: those that composed.
        known: every address that is declared, broken ones too: a resource that waits for a broken one is sound.
        strays: the patches of resources that aren't declared.
    """
    claims = claims_of(resources)
    flaws = wrong_claims(claims, known, strays)
    for addr, resource in resources.items():
        if any(reference not in known for reference in resource.references()):
            dangling = _dangling(resource.spec, known, claims, hints=len(flaws) < _MOST_HINTS)
            flaws[addr] = (*flaws.get(addr, ()), *dangling)
    sound = [resource for addr, resource in resources.items() if addr not in flaws]
    ordered, circular = in_order(sound)
    for cycle in _cycles({addr: resources[addr].references() for addr in circular}):
        for addr in cycle:
            flaws[addr] = (_circular(resources[addr], cycle),)
    if circular:
        ordered, _ = in_order([resource for resource in sound if resource.address not in flaws])
    return Graph(ordered, flaws)


def dangling(
    parts: Mapping[Address, Spec], known: Mapping[Address, object], resources: Mapping[Address, Resource]
) -> Mapping[Address, tuple[Flaw, ...]]:
    """Return the references that lead nowhere, of what is sound of broken specs.

    Args:
        parts: what is sound of them.
        known: every address that is declared.
        resources: those that composed.
    """
    found: dict[Address, tuple[Flaw, ...]] = {}
    claims = claims_of(resources)
    for address, part in parts.items():
        flaws = tuple(_dangling(part, known, claims, hints=len(found) < _MOST_HINTS))
        found |= {address: flaws} if flaws else {}
    return found


def reconnect(before: Graph, resources: Mapping[Address, Resource]) -> Graph | None:
    """Return the graph in the order that it had, or None where references may have changed.

    Args:
        before: the graph of other resources under the same declared addresses, and with the same patches.
        resources: those that composed now.
    """
    if before.flaws or before.resources.keys() != resources.keys():
        return None
    for addr, old in before.resources.items():
        new = resources[addr]
        if new is not old and (new.references(), new.former) != (old.references(), old.former):
            return None
    return Graph(MappingProxyType({addr: resources[addr] for addr in before.resources}), {})


def _dangling(
    spec: Spec, known: Mapping[Address, object], claims: Mapping[Address, Sequence[Claim]], *, hints: bool
) -> Iterator[Flaw]:
    for path, name in spec.reference_fields():
        if name in known:
            continue
        file, kind = f"specs/{name}.yaml", kind_of(name)
        if moved := claims.get(Address(name)):
            yield Flaw(path, f"`{name}` has moved", f"it is `{moved[0].address}` now")
            continue
        near = did_you_mean(name, (addr for addr in known if kind_of(addr) == kind)) if hints else ""
        yield Flaw(path, f"`{name}` is declared nowhere: there is no {file}", near or f"add {file}")


def _cycles(references: Mapping[Address, tuple[Address, ...]]) -> Iterator[tuple[Address, ...]]:
    """Find cycles that share no member, following from each resource the first reference that stays inside."""
    settled: set[Address] = set()
    for start in references:
        trail: dict[Address, None] = {}
        at: Address | None = start
        while at is not None and at not in settled and at not in trail:
            trail[at] = None
            at = next((ref for ref in references[at] if ref in references and ref not in settled), None)
        if at is not None and at in trail:
            members = list(trail)
            yield tuple(members[members.index(at) :])
        settled.update(trail)


def _circular(resource: Resource, cycle: tuple[Address, ...]) -> Flaw:
    at = cycle.index(resource.address)
    turned = (*cycle[at:], *cycle[:at], resource.address)
    path = next((path for path, name in resource.spec.reference_fields() if name == turned[1]), ())
    return Flaw(path, f"the references go round in a circle: {' → '.join(turned)}", "remove one of them")
