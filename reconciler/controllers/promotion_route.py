"""The route of a promotion: what is in force in the environments before this one, and if it has proved itself there.

1. The candidate is the model that has all the traffic now in every environment of the stage before; of data it is the
   version that is handed on there now.
2. `soak.served` counts from the moment since which it is so, in the environment that came to it last.
3. `soak.quiet` counts what reports have looked at: from the beginning of the first window to the end of the last, in an
   unbroken row of reports on that model without an alert. Time that nobody looked at isn't quiet.
4. A model that isn't there, a report that wasn't made, a status that can't be read: it waits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.controllers.promotable import MODELS, VALUES, Promotable
from reconciler.controllers.promotion_case import Case
from reconciler.controllers.served import Served, elsewhere, facts_elsewhere, told
from reconciler.model.decision import Phase
from reconciler.model.kinds.monitors import Monitor
from reconciler.model.quantity import format_duration
from reconciler.model.text import printable


@dataclass(frozen=True, slots=True)
class Stage:
    """What the environments before this one say: what is in force in each, or why there is nothing to go on with."""

    served: Mapping[str, Served]
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """How far a candidate has proved itself: lines of evidence, what is missing, and when time alone brings that."""

    lines: tuple[str, ...]
    missing: str = ""
    wake: datetime | None = None


def stage_before(case: Case) -> Stage:
    """Read what is in force in the environments before this one."""
    served: dict[str, Served] = {}
    whose = case.subject.address
    for name in case.spec.before(case.environment):
        status = elsewhere(case.resource if case.spec.is_of_spec else case.subject, name, case.view)
        found = _serving(status) if case.sort is MODELS else _in_force(status, case.sort)
        if isinstance(found, str):
            return Stage(served, f"{name} {found.format(subject=whose)}")
        served[name] = found
    first = next(iter(served.values()))
    if not all(case.sort.are_same(first.pin, one.pin) for one in served.values()):
        has = "serves" if case.sort is MODELS else "has"
        different = ", ".join(f"{name} {has} {printable(one.run, 80)}" for name, one in served.items())
        return Stage(served, f"the environments before this one differ: {different}")
    return Stage(served)


def _it(case: Case) -> str:
    return "them" if case.sort is VALUES else "it"


def _in_force(status: Mapping[str, Any] | None, sort: Promotable) -> Served | str:
    """Return what is in force by a status, or why nothing is, with `{subject}` for its name."""
    if status is None:
        return "has no status of {subject} yet"
    facts = facts_elsewhere(status)
    newest = next(reversed(told(facts, sort)), None)
    if newest is None:
        return f"has no {sort.noun} of {{subject}} in force yet"
    if facts.get("content") != newest.digest:
        return f"has no {sort.noun} of {{subject}} in force now"
    return newest


def _serving(status: Mapping[str, Any] | None) -> Served | str:
    """Return the model that serves by a status, or why none does, with `{subject}` for its name."""
    if status is None:
        return "has no status of {subject} yet"
    facts = facts_elsewhere(status)
    newest = next(reversed(told(facts)), None)
    if newest is None:
        return "serves no model of {subject} yet"
    if status.get("state") != Phase.READY.value or facts.get("trial") != newest.run:
        return "is moving {subject} to another model, or can't serve it"
    return newest


def proof(case: Case, stage: Stage) -> Proof:
    """Hold what is in force in the environments before this one against what it has to prove there."""
    lines: list[str] = []
    for name, served in stage.served.items():
        soak = case.spec.soak
        wanted = f", {_span(soak.served)} are asked for" if soak and soak.served else ""
        since = f"since {served.since:%Y-%m-%d %H:%M} UTC"
        lines.append(f"`{name}` {'serves it' if case.sort is MODELS else f'has {_it(case)} in force'} {since}{wanted}")
        if soak is None:
            continue
        due = served.since + soak.served
        if case.view.actual.now < due:
            has = "they are in force" if case.sort is VALUES else f"it {case.sort.verb}"
            has_to = "have to be" if case.sort is VALUES else "has to"
            missing = f"{has} in {name} {since}, and {has_to} for {_span(soak.served)}"
            return Proof(tuple(lines), missing, due)
        if soak.quiet is None:
            continue
        for line, enough in _quiet(case, name, served, soak.quiet):
            if not enough:
                return Proof(tuple(lines), line)
            lines.append(line)
    return Proof(tuple(lines))


def _quiet(case: Case, environment: str, served: Served, wanted: timedelta) -> Iterator[tuple[str, bool]]:
    """Tell of each monitor of the deployment for how long its reports on a model are quiet, and if that is enough."""
    desired, monitors = case.view.desired, case.view.desired.of_kind(Monitor)
    watching = [
        desired.resources[address]
        for address in desired.followers.get(case.subject.address, ())
        if address in monitors and monitors[address].deployment == case.subject.address
    ]
    if not watching:
        yield f"no monitor watches {case.subject.address}, and soak.quiet asks for its reports", False
    for monitor in watching:
        told = _looked_at(elsewhere(monitor, environment, case.view), served, case.sort)
        so_far = f"{monitor.address} in {environment}"
        if told is None:
            yield f"{so_far} has no report without an alert on this model, and {_span(wanted)} are asked for", False
            continue
        since, until = told
        span = f"from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
        if until - since < wanted:
            yield f"{so_far} looked at it without an alert {span}, and {_span(wanted)} are asked for", False
        else:
            yield f"{so_far} looked at it without an alert {span}", True


def _looked_at(status: Mapping[str, Any] | None, served: Served, sort: Promotable) -> tuple[datetime, datetime] | None:
    """Return from when to when a monitor's reports are quiet: on a model, or on whichever while values are in force."""
    quiet = facts_elsewhere(status).get("quiet")
    if not isinstance(quiet, Mapping) or (sort is MODELS and quiet.get("model") != served.run):
        return None
    try:
        since, until = (datetime.fromisoformat(str(quiet.get(end))) for end in ("since", "until"))
    except ValueError:
        return None
    if since.tzinfo is None or until.tzinfo is None:
        return None
    return max(since, served.since), until


def _span(span: timedelta) -> str:
    return format_duration(span)
