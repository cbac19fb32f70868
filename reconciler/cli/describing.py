"""One resource on a page: what stands on it, from values to lines. What is left out is counted.

A message says what to do, mostly at its end: it is wrapped, and cut only where the page has no more lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import wrap
from typing import Any

from reconciler.cli.output import Row, row_of
from reconciler.lease.heartbeat import ago
from reconciler.model.ids import kind_of
from reconciler.model.text import printable
from reconciler.status.runs_told import RunTold
from reconciler.status.timeline import Event

MOST_LINES = 40
"""Lines of a page at the most: a screen."""
_MOST = 3
"""Alerts, runs and conditions that are shown."""
_MOST_FACTS, _MOST_EVENTS, _MOST_NEIGHBOURS, _MOST_COMMANDS = 5, 4, 6, 5
WIDTH = 150
"""Characters of a line."""
_ELSEWHERE = frozenset({"run", "stage", "evidence", "newest", "problems"})
"""Facts that stand in another section, or are too long for a page."""


@dataclass(frozen=True, slots=True)
class Described:
    """All that is told of one resource.

    `needs` and `needed_by` are its neighbours with their states; None where the specs can't be read, as `unread` says.
    """

    address: str
    environment: str
    document: Mapping[str, Any]
    runs: Sequence[RunTold] = ()
    events: Sequence[Event] = ()
    needs: Mapping[str, str] | None = None
    needed_by: Mapping[str, str] | None = None
    unread: str = ""
    has_more_events: bool = False
    suspended: bool = False
    facts: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Read the facts, whoever wrote them."""
        told = self.document.get("facts")
        object.__setattr__(self, "facts", told if isinstance(told, Mapping) else {})

    @property
    def row(self) -> Row:
        """Return how it stands."""
        return row_of(self.address, self.document)

    def as_json(self) -> dict[str, Any]:
        """Return all of it, nothing cut, as JSON-compatible values."""
        return {
            "address": self.address,
            "environment": self.environment,
            "state": self.row.state,
            "conditions": list(self.document.get("conditions") or ()),
            "waits_for": waits_for(self),
            "alerts": list(_listed(self.facts.get("alerts"))),
            "runs": [run.as_json() for run in self.runs],
            "facts": dict(self.facts),
            "needs": None if self.needs is None else dict(self.needs),
            "needed_by": None if self.needed_by is None else dict(self.needed_by),
            "events": [event.as_json() for event in self.events],
            "next": commands(self),
        }


def page(told: Described, now: datetime) -> list[str]:
    """Return the page's lines, which fit on a screen."""
    said = _cut(list(_conditions(told, now)), _MOST)
    what = waits_for(told)
    said += ["  waits for: a person" if what.startswith("a person: ") else f"  waits for: {what}"] if what else []
    rest = [printable(line, WIDTH) for line in _rest(told, now)]
    head = printable(f"{told.address} in {told.environment}: {told.row.state}", WIDTH)
    return [head, *_wrapped(said, MOST_LINES - 1 - len(rest)), *rest]


def _wrapped(lines: Sequence[str], most: int) -> list[str]:
    """Break lines into no more than so many, each beginning on one of its own; what is too much is cut."""
    found: list[str] = []
    for place, line in enumerate(lines):
        broken = wrap(printable(line, most * WIDTH), WIDTH, subsequent_indent="    ", break_on_hyphens=False)
        left = most - len(found) - (len(lines) - place - 1)
        found += (
            broken if len(broken) <= left else [*broken[: left - 1], printable(" ".join(broken[left - 1 :]), WIDTH)]
        )
    return found


def _rest(told: Described, now: datetime) -> list[str]:
    """Return what stands below the conditions."""
    lines: list[str] = []
    lines += _section("alerts", list(_alerts(told)), _MOST)
    lines += _section("newest runs", [_run(run, now) for run in told.runs], _MOST)
    lines += _section("facts", list(_facts(told.facts)), _MOST_FACTS)
    lines += _section("A/B test", list(_test(told.facts.get("test"))), _MOST)
    lines += [_neighbours("needs", told.needs, told.unread), _neighbours("needed by", told.needed_by, told.unread)]
    events = [_event(event, now) for event in told.events]
    lines += _section("last events", events, _MOST_EVENTS, at_least=told.has_more_events)
    return lines + _section("next", commands(told), _MOST_COMMANDS)


def waits_for(told: Described) -> str:
    """Say what it waits for; empty where it waits for nothing."""
    if told.suspended:
        return "a person: it is suspended"
    behind = [f"{name} ({state})" for name, state in (told.needs or {}).items() if _keeps_back(told, name, state)]
    if told.row.state == "stalled":
        return f"a person: {told.row.message}"
    if told.row.state == "waiting":
        return f"{told.row.message}" + (f"; above it: {', '.join(behind)}" if behind else "")
    return ""


def _keeps_back(told: Described, name: str, state: str) -> bool:
    """Tell whether what it needs may be what it waits for; what a promotion chooses for waits for the promotion."""
    chosen_for = {told.facts.get(fact) for fact in ("deployment", "subject", "spec")}
    is_chosen_for = kind_of(told.address) == "promotions" and name in chosen_for
    return state not in ("ready", "alerting") and not is_chosen_for


def commands(told: Described) -> list[str]:
    """Return the commands that come next, those that its state asks for first."""
    address, place = told.address, f"--environment {told.environment}"
    return [f"setpoint {verb} {place}" for verb in dict.fromkeys((*_asked(told, address), *_useful(told, address)))]


def _asked(told: Described, address: str) -> Iterator[str]:
    reasons = {str(one.get("reason")) for one in _mappings(told.document.get("conditions"))}
    if told.suspended:
        yield f"resume {address}"
    if reasons & {"WaitsForReview", "WaitsForApprovals"}:
        yield f"open {address}"
    if told.row.state == "stalled":
        yield f"logs {address}"
        yield f"reconcile {address}"
    if told.row.state == "alerting":
        yield f"open {address}"


def _useful(told: Described, address: str) -> Iterator[str]:
    kind = kind_of(address)
    if kind == "deployments" and told.facts.get("url"):
        yield f"trace {address}"
    if kind == "experiments" and told.facts.get("leaderboard"):
        yield f"compare {address}"
    yield f"history {address}"
    yield f"get {address}"


def _conditions(told: Described, now: datetime) -> Iterator[str]:
    """Tell since when each condition has its status, and since when it says what it says; each message once."""
    newest, said = told.events[0] if told.events else None, set[Any]()
    for one in _mappings(told.document.get("conditions")):
        stands, message = _for(one.get("since"), now), one.get("message")
        told_since = _told_since(newest, one, now) if newest else ""
        line = f"  {one.get('type')}: {one.get('status')}{stands}, {one.get('reason')}"
        yield line if message in said else f"{line}: {message}{told_since}"
        said.add(message)


def _told_since(newest: Event, condition: Mapping[str, Any], now: datetime) -> str:
    """Say when a condition's message was told, where that is newer than its status."""
    span = _span(newest.when, now)
    is_newer = newest.message == condition.get("message") and span != _span(condition.get("since"), now)
    return f" (told {span} ago)" if span and is_newer else ""


def _alerts(told: Described) -> Iterator[str]:
    for one in _mappings(told.facts.get("alerts")):
        where = f" ({one['where']})" if one.get("where") else ""
        yield f"{one.get('severity') or 'warning'}: {one.get('what')}{where}"


def _run(run: RunTold, now: datetime) -> str:
    told = [run.run, run.stage, f"{ago(now - run.since)} ago", run.cause]
    return ", ".join(filter(None, told))


def _facts(facts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if name not in _ELSEWHERE and isinstance(value, str | int | float) and value != "":
            yield f"{name}: {str(value).lower() if isinstance(value, bool) else value}"


def _test(told: Any) -> Iterator[str]:
    """Tell of an A/B test how it stands; its figures stand in the condition's message while it lasts."""
    if not isinstance(told, Mapping):
        return
    low, gain, high = (told.get(name) for name in ("low", "gain", "high"))
    is_known = all(isinstance(one, int | float) for one in (low, gain, high))
    known = f", better by {gain:.4f} ({low:.4f} to {high:.4f})" if is_known else ""
    yield f"{told.get('revision')} against {told.get('live')} by {told.get('metric')}{known}"
    since, until = (str(told.get(name) or "")[:16] for name in ("start", "stop"))
    yield str(told["words"]) if told.get("words") else f"since {since}, until {until} UTC at the latest"


def _neighbours(what: str, found: Mapping[str, str] | None, unread: str) -> str:
    if found is None:
        return f"{what}: not known, {unread}"
    names = [f"{name} ({state})" for name, state in found.items()]
    more = f" … and {len(names) - _MOST_NEIGHBOURS} more" if len(names) > _MOST_NEIGHBOURS else ""
    return f"{what}: {', '.join(names[:_MOST_NEIGHBOURS]) or 'nothing'}{more}"


def _event(event: Event, now: datetime) -> str:
    return f"{_since(event.when, now).removeprefix(', ')}: {event.state}, {event.message}"


def _section(head: str, lines: Sequence[str], most: int, *, at_least: bool = False) -> list[str]:
    return [f"{head}:", *_cut([f"  {line}" for line in lines], most, at_least=at_least)] if lines else []


def _cut(lines: list[str], most: int, *, at_least: bool = False) -> list[str]:
    """Return the first lines, and how many there are more, or that there are more than so many."""
    if len(lines) <= most:
        return lines
    return [*lines[:most], f"  … and {'at least ' if at_least else ''}{len(lines) - most} more"]


def _since(told: Any, now: datetime) -> str:
    span = _span(told, now)
    return f", {span} ago" if span else ""


def _for(told: Any, now: datetime) -> str:
    span = _span(told, now)
    return f" for {span}" if span else ""


def _span(told: Any, now: datetime) -> str:
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return ""
    return ago(now - (moment if moment.tzinfo else moment.replace(tzinfo=UTC)))


def _mappings(told: Any) -> list[Mapping[str, Any]]:
    return [one for one in _listed(told) if isinstance(one, Mapping)]


def _listed(told: Any) -> Iterable[Any]:
    return told if isinstance(told, list | tuple) else ()
