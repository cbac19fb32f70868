"""Values of a spec by hand: the proposal that a promotion of them makes."""

from dataclasses import dataclass

from reconciler.cli.proposing import Opened, asked_by, newest_of, opened
from reconciler.controllers.promotable import pinned_in
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, CommitId, digest
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.resource import Resource
from reconciler.model.spec_values import PromotedValues, name_of_values
from reconciler.ports.engines import Engines
from reconciler.ports.forge import ProposalOrder
from reconciler.settings import Settings
from reconciler.wiring import Wired


@dataclass(frozen=True, slots=True)
class ValuesTarget:
    """A promotion of values at the newest commit, and what it is of."""

    wired: Wired
    commit: CommitId
    engines: Engines
    promotion: Promotion
    subject: Resource
    promoted: PromotedValues


def propose_values(settings: Settings, name: str, address: str, merge: bool) -> Opened:
    """Propose what the environments before this one say in the fields of a promotion; `merge` merges it at once.

    Raises:
        Refused: they don't say that, it is said here already, or it can't be.
    """
    target, environment = values_target(settings, address), settings.environment
    identity, promoted = target.subject.identity, target.promoted
    live = name_of_values(identity, promoted.here.digest)
    if name == live:
        raise Refused(f"{name} is what {target.subject.address} says in {environment} already")
    told = {where: name_of_values(identity, one.said.digest) for where, one in promoted.before.items() if one.said}
    if set(told.values()) != {name} or len(told) < len(promoted.before):
        there = ", ".join(f"{where} says {said}" for where, said in told.items()) or "nothing comes before it"
        what = f"{name} isn't what all environments before {environment} say"
        file = pinned_in(environment, target.subject.address)
        raise Refused(what, f"{there}; other values are said by a commit of {file}")
    if promoted.problems:
        raise Refused(f"{name} can't be what is said in {environment}: {promoted.problems[0]}")
    order = ProposalOrder(
        f"{target.subject.address}/{digest([address, name, live, target.commit])}",
        target.commit,
        pinned_in(environment, target.subject.address),
        promoted.edits,
        f"Promote {name} to {environment}",
        f"{asked_by(settings)} For {address}. The values that are said now: `{live}`.\n",
        author=settings.author,
    )
    return opened(target.wired, target.engines, order, merge)


def values_target(settings: Settings, address: str) -> ValuesTarget:
    """Find a promotion of values in the watched branch's newest commit.

    Raises:
        Refused: there is none of that address.
    """
    newest = newest_of(settings)
    desired, engines = newest.desired, newest.engines
    promotion = desired.of_kind(Promotion).get(Address(address))
    promoted = desired.promoted.get(Address(address))
    if promotion is None or promoted is None or engines is None:
        known = ", ".join(desired.promoted) or "none"
        raise Refused(f"{address} is no promotion of a spec's values in {settings.environment}", f"it has: {known}")
    subject = desired.resources[Address(promotion.subject)]
    return ValuesTarget(newest.wired, newest.commit, engines, promotion, subject, promoted)
