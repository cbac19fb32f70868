"""Causes: what needs a person, as one pass tells it. One cause is told once, however many resources wait for it.

A resource that waits for another one is no cause, and neither is one whose engine can't be read: the engine is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Severity as ProblemSeverity
from reconciler.model.ids import Address, kind_of
from reconciler.model.notifications import CauseKind, Severity, severity_of
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.reason import Reason
from reconciler.model.resource import Desired
from reconciler.model.text import printable

LONGEST = 1000
"""Characters of what a cause says."""
PLACE = "environment"
"""What stands in the place of an address where no resource is the cause."""

TEST = "test"
"""What stands there where nothing is wrong, and a person tries a route."""

_FOR_PEOPLE = frozenset({Reason.WAITS_FOR_REVIEW, Reason.EDITED_BY_HAND})
_UNSEEN = frozenset(
    {
        *(Reason.UNAVAILABLE, Reason.SUSPENDED, Reason.WAITS_FOR_UPSTREAM, Reason.WAITING, Reason.RETRYING),
        *(Reason.BAD_SPEC, Reason.INTERNAL_ERROR, Reason.COMMIT_REFUSED),
    }
)
"""Reasons by which a resource waits or stalls without having been looked at wholly: no cause of it has ended."""


class Key(NamedTuple):
    """What tells a cause from all others that stand at the same time."""

    kind: CauseKind
    place: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that needs a person.

    `place` is a resource's address, `engines/<port>`, or `environment`; `team` is whose it is, empty where nobody is
    told. `reason` is one word for machines, `what` a sentence for people, `file` where it is asked for, `release` the
    proposal whose merge released the model that it is about.
    """

    kind: CauseKind
    place: str
    severity: Severity
    reason: str
    what: str
    team: str = ""
    file: str = ""
    release: str = ""

    @property
    def key(self) -> Key:
        """Return what tells it from all others."""
        return Key(self.kind, self.place)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a pass saw: the causes, and the places of which it can't be said that they are well."""

    causes: Mapping[Key, Cause]
    unseen: frozenset[Key] = frozenset()


def seen_by(desired: Desired, actual: Actual, plan: Plan) -> Seen:
    """Return the causes that a pass saw."""
    found = [*_of_commit(desired, plan), *_of_engines(actual)]
    unseen, releases = set(), _releases(plan)
    for decision in plan.decisions.values():
        found += _of_decision(decision, desired, releases)
        unseen |= set(_unseen(decision))
    return Seen({cause.key: cause for cause in found}, frozenset(unseen))


def _of_commit(desired: Desired, plan: Plan) -> Iterator[Cause]:
    told = [*plan.notes, *(str(one) for one in desired.problems if one.severity is ProblemSeverity.ERROR)]
    if told:
        what = printable("; ".join(told), LONGEST)
        yield Cause(
            CauseKind.COMMIT,
            PLACE,
            severity_of(CauseKind.COMMIT, PLACE),
            "CommitNotApplied",
            what,
            desired.environment.team,
        )


def _of_engines(actual: Actual) -> Iterator[Cause]:
    for port, why in actual.unread.items():
        what = printable(f"the {port} engine can't be read: {why}", LONGEST)
        place = f"engines/{port}"
        severity = severity_of(CauseKind.UNREAD, place)
        yield Cause(CauseKind.UNREAD, place, severity, str(Reason.UNAVAILABLE), what)


def _releases(plan: Plan) -> Mapping[str, str]:
    """Return by which proposal each model came, as far as the promotions still tell."""
    told = (one.facts for address, one in plan.decisions.items() if kind_of(address) == "promotions")
    return {
        str(facts["candidate"]): str(facts["proposal"]) for facts in told if {"candidate", "proposal"} <= facts.keys()
    }


def _model(decision: Decision) -> str:
    """Return the model that a cause of this resource is about; empty where it is about none."""
    alerts = decision.facts.get("alerts")
    first = alerts[0] if isinstance(alerts, Sequence) and alerts else decision.facts
    return str(first.get("trial") or "") if isinstance(first, Mapping) else ""


def _of_decision(decision: Decision, desired: Desired, releases: Mapping[str, str]) -> Iterator[Cause]:
    address = decision.address
    whose = (*_whose(address, desired), releases.get(_model(decision), ""))
    told = [(CauseKind.ALERTING, Reason.ALERTS, decision.alerting)] if decision.alerting else []
    told += [(CauseKind.DRIFTED, Reason.CHANGED_BY_HAND, decision.drifted)] if decision.drifted else []
    if decision.phase is Phase.STALLED:
        told.append((CauseKind.STALLED, decision.reason, decision.message))
    elif decision.reason in _FOR_PEOPLE:
        told.append((CauseKind.REVIEW, decision.reason, decision.message))
    elif kind_of(address) != "promotions" and (name := decision.facts.get("proposal")):
        told.append((CauseKind.REVIEW, Reason.WAITS_FOR_REVIEW, f"{name} is proposed, and waits for a person"))
    for kind, reason, what in told:
        yield Cause(kind, address, severity_of(kind, address), str(reason), printable(what, LONGEST), *whose)


def _whose(address: Address, desired: Desired) -> tuple[str, str]:
    """Return the team of a resource, and the file where it is asked for; empty where that isn't known."""
    resource = desired.resources.get(address)
    if resource is None:
        return desired.environment.team, next((one.file for one in desired.broken.get(address) or ()), "")
    return desired.environment.team or str(getattr(resource.spec, "team", "")), resource.file


def _unseen(decision: Decision) -> Iterator[Key]:
    """Return the causes of a resource that may go on, though they aren't seen: while it wasn't wholly looked at."""
    if decision.phase is Phase.READY:
        return
    if decision.reason in _UNSEEN:
        yield from (Key(kind, decision.address) for kind in CauseKind)
    elif decision.phase is Phase.RECONCILING:  # mended it is when it is ready, not when that is being tried
        yield Key(CauseKind.STALLED, decision.address)
        yield Key(CauseKind.ALERTING, decision.address)
