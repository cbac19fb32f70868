"""The route of a promotion: what serves in the environments before this one, and whether it has proved itself there.

1. The candidate is the model that has all the traffic now in every environment of the stage before.
2. `soak.served` counts from the moment since which it has that, in the environment that had it last.
3. `soak.quiet` counts what reports have looked at: from the beginning of the first window to the end of the last, in an
   unbroken row of reports on that model without an alert. Time that nobody looked at isn't quiet.
4. A model that isn't there, a report that wasn't made, a status that can't be read: it waits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.controllers.promotion_case import Case
from reconciler.controllers.served import Served, elsewhere, facts_elsewhere, told
from reconciler.model.decision import Phase
from reconciler.model.kinds.monitors import Monitor
from reconciler.model.quantity import format_duration
from reconciler.model.resource import Resource
from reconciler.model.text import printable


@dataclass(frozen=True, slots=True)
class Stage:
    """What the environments before this one say: which model serves in each, or why there is none to go on with."""

    served: Mapping[str, Served]
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """How far a model has proved itself: lines of evidence, what is missing, and when time alone brings that."""

    lines: tuple[str, ...]
    missing: str = ""
    wake: datetime | None = None


def stage_before(case: Case, deployment: Resource) -> Stage:
    """Read which model serves in the environments before this one."""
    served: dict[str, Served] = {}
    for name in case.spec.before(case.environment):
        found = _serving(elsewhere(deployment, name, case.view))
        if isinstance(found, str):
            return Stage(served, f"{name} {found.format(deployment=deployment.address)}")
        served[name] = found
    if len({(one.trial, one.digest) for one in served.values()}) > 1:
        different = ", ".join(f"{name} serves {printable(one.trial, 80)}" for name, one in served.items())
        return Stage(served, f"the environments before this one differ: {different}")
    return Stage(served)


def _serving(status: Mapping[str, Any] | None) -> Served | str:
    """Return the model that serves by a status, or why none does, with `{deployment}` for its name."""
    if status is None:
        return "has no status of {deployment} yet"
    facts = facts_elsewhere(status)
    newest = next(reversed(told(facts)), None)
    if newest is None:
        return "serves no model of {deployment} yet"
    if status.get("state") != Phase.READY.value or facts.get("trial") != newest.trial:
        return "is moving {deployment} to another model, or can't serve it"
    return newest


def proof(case: Case, deployment: Resource, stage: Stage) -> Proof:
    """Hold a model that serves in the environments before this one against what it has to prove there."""
    lines: list[str] = []
    for name, served in stage.served.items():
        soak = case.spec.soak
        wanted = f", {_span(soak.served)} are asked for" if soak and soak.served else ""
        lines.append(f"`{name}` serves it since {served.since:%Y-%m-%d %H:%M} UTC{wanted}")
        if soak is None:
            continue
        due = served.since + soak.served
        if case.view.actual.now < due:
            missing = (
                f"it serves in {name} since {served.since:%Y-%m-%d %H:%M} UTC, and has to for {_span(soak.served)}"
            )
            return Proof(tuple(lines), missing, due)
        if soak.quiet is None:
            continue
        for line, enough in _quiet(case, deployment, name, served, soak.quiet):
            if not enough:
                return Proof(tuple(lines), line)
            lines.append(line)
    return Proof(tuple(lines))


def _quiet(
    case: Case, deployment: Resource, environment: str, served: Served, wanted: timedelta
) -> Iterator[tuple[str, bool]]:
    """Tell of each monitor of the deployment for how long its reports on a model are quiet, and if that is enough."""
    watching = [
        case.view.desired.resources[address]
        for address in case.view.desired.followers.get(deployment.address, ())
        if address in case.view.desired.of_kind(Monitor)
    ]
    if not watching:
        yield f"no monitor watches {deployment.address}, and soak.quiet asks for its reports", False
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
    if not isinstance(quiet, Mapping) or quiet.get("model") != served.trial:
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
