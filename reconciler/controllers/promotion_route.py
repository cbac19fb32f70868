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

from reconciler.controllers.promotable import VERSIONS
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
    whose, read = case.subject.address, _in_force if case.spec.is_of_data else _serving
    for name in case.spec.before(case.environment):
        found = read(elsewhere(case.subject, name, case.view))
        if isinstance(found, str):
            return Stage(served, f"{name} {found.format(subject=whose)}")
        served[name] = found
    first = next(iter(served.values()))
    if not all(case.sort.are_same(first.pin, one.pin) for one in served.values()):
        has = "has" if case.spec.is_of_data else "serves"
        different = ", ".join(f"{name} {has} {printable(one.run, 80)}" for name, one in served.items())
        return Stage(served, f"the environments before this one differ: {different}")
    return Stage(served)


def _in_force(status: Mapping[str, Any] | None) -> Served | str:
    """Return the version that is in force by a status, or why none is, with `{subject}` for its name."""
    if status is None:
        return "has no status of {subject} yet"
    facts = facts_elsewhere(status)
    newest = next(reversed(told(facts, VERSIONS)), None)
    if newest is None:
        return "has no version of {subject} in force yet"
    if facts.get("content") != newest.digest:
        return "has no version of {subject} in force now"
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
        lines.append(f"`{name}` {'has it in force' if case.spec.is_of_data else 'serves it'} {since}{wanted}")
        if soak is None:
            continue
        due = served.since + soak.served
        if case.view.actual.now < due:
            missing = f"it {case.sort.verb} in {name} {since}, and has to for {_span(soak.served)}"
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
    watching = [
        case.view.desired.resources[address]
        for address in case.view.desired.followers.get(case.subject.address, ())
        if address in case.view.desired.of_kind(Monitor)
    ]
    if not watching:
        yield f"no monitor watches {case.subject.address}, and soak.quiet asks for its reports", False
    for monitor in watching:
        told = _looked_at(elsewhere(monitor, environment, case.view), served)
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


def _looked_at(status: Mapping[str, Any] | None, served: Served) -> tuple[datetime, datetime] | None:
    """Return from when to when a monitor's reports on a model are quiet."""
    quiet = facts_elsewhere(status).get("quiet")
    if not isinstance(quiet, Mapping) or quiet.get("model") != served.run:
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
