"""Former names: a name that a resource has moved from is its own from then on, and nobody else has it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.compose.flaws import Flaw
from reconciler.model.ids import Address, name_of
from reconciler.model.resource import Resource
from reconciler.yaml.positions import Path


@dataclass(frozen=True, slots=True)
class Claim:
    """A resource that says it has moved from a name, and where it says so."""

    address: Address
    path: Path


Claims = Mapping[Address, Sequence[Claim]]


def claims_of(resources: Mapping[Address, Resource]) -> Claims:
    """Return the former names that resources claim, each with all that claim it."""
    found: dict[Address, list[Claim]] = {}
    for addr, resource in resources.items():
        for place, former in enumerate(resource.former):
            path: Path = ("moved_from", place) if len(resource.former) > 1 else ("moved_from",)
            found.setdefault(former, []).append(Claim(addr, path))
    return found


def wrong_claims(
    claims: Claims, known: Mapping[Address, object], strays: Mapping[Address, str]
) -> dict[Address, tuple[Flaw, ...]]:
    """Return what is wrong with claims, by the resource that makes them.

    Args:
        claims: who claims which name.
        known: every address that is declared, broken ones too.
        strays: the patches of resources that aren't declared: one that stays behind would silently be left out.
    """
    found: dict[Address, tuple[Flaw, ...]] = {}
    for former, rivals in claims.items():
        for claim in rivals:
            flaws = tuple(_wrong(claim, former, rivals, known, strays))
            if flaws:
                found[claim.address] = (*found.get(claim.address, ()), *flaws)
    return found


def _wrong(
    claim: Claim,
    former: Address,
    rivals: Sequence[Claim],
    known: Mapping[Address, object],
    strays: Mapping[Address, str],
) -> Iterator[Flaw]:
    name, others = name_of(former), sorted({rival.address for rival in rivals} - {claim.address})
    if former == claim.address:
        yield Flaw(claim.path, f"`{name}` is the name that it has now", "say what it was called before")
    elif former in known:
        what = f"`{former}` is still there, and no two resources go on under one name"
        yield Flaw(claim.path, what, f"remove specs/{former}.yaml, or leave `{name}` out here")
    elif others:
        what = f"{', '.join(others)} has moved from `{former}`, too, and only one goes on under its name"
        yield Flaw(claim.path, what, f"leave `{name}` out of the others")
    elif claim is not rivals[0]:
        yield Flaw(claim.path, f"`{name}` is said twice", "once is enough")
    elif former in strays:
        what = f"its patch has the former name: {strays[former]}"
        yield Flaw(claim.path, what, f"rename it to {strays[former].removesuffix(f'{name}.yaml')}{_file(claim)}")


def _file(claim: Claim) -> str:
    return f"{name_of(claim.address)}.yaml"
