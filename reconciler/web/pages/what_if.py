"""What a pool's what-if shows: when what waits would start, how much would be used, and by which assumptions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from urllib.parse import urlencode

from reconciler.model.fairness.amounts import NAMES, Amounts, amount
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.text import counted
from reconciler.status.what_if import Outlook, Past, Start, Wish, jobs_of, outlook, past
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.tables import Cell, Link, Table
from reconciler.web.pages.trials import RUN

MOST = 10_000
"""The most that a pool may be asked to have more, or less."""
MOST_ROWS = 200
GIB = 2.0**30
NO_WISH = Wish()


class Wrong(ValueError):
    """What is asked for can't be; its text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, as the URL says it: of which pool, and what is to be otherwise."""

    pool: str = ""
    wish: Wish = NO_WISH


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers of a pool: its address, its teams with their weights, and the runs that wait."""

    pool: str
    teams: Sequence[tuple[str, float]]
    runs: Sequence[str]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would be: in a sentence what was asked, tables, and what was assumed."""

    asked: Asked
    words: str
    tables: Sequence[Table]
    notes: Sequence[str]


def asked_of(query: Mapping[str, str]) -> Asked | None:
    """Read what is asked from a URL's query; None where nothing is.

    Raises:
        Wrong: a part of it can't be.
    """
    if not query.get("pool"):
        return None
    more = Amounts(_more(query, "cpus"), _more(query, "memory") * GIB, _more(query, "gpus", is_whole=True))
    team, weight = query.get("team", ""), _number(query, "weight")
    if weight is not None and not 0 < weight <= 1000:
        raise Wrong(f"weight is a number above 0, up to 1000, not {query['weight'][:20]}")
    if weight is not None and not team:
        raise Wrong("a weight is a team's: choose the team, too")
    first = query.get("first", "")[:300]
    return Asked(query["pool"][:200], Wish(more, team[:200], weight, RunName(first) if first else None))


def _more(query: Mapping[str, str], name: str, *, is_whole: bool = False) -> float:
    value = _number(query, name) or 0.0
    if abs(value) > MOST or (is_whole and value != int(value)):
        raise Wrong(f"{name} is a {'whole ' if is_whole else ''}number from -{MOST} to {MOST}, not {query[name][:20]}")
    return value


def _number(query: Mapping[str, str], name: str) -> float | None:
    said = query.get(name, "").strip()
    try:
        value = float(said[:40]) if said else None
    except ValueError:
        value = float("nan")
    if value is not None and (not isfinite(value) or not said.isascii() or "_" in said):
        raise Wrong(f"{name} is a number, not {said[:20]}")
    return value


def url_of(asked: Asked) -> str:
    """Return the query of what is asked."""
    wish = asked.wish
    told = {"pool": asked.pool, "gpus": wish.more.gpus, "cpus": wish.more.cpus, "memory": wish.more.memory / GIB}
    told |= {"team": wish.team, "weight": wish.weight, "first": wish.first}
    return "?" + urlencode(
        {key: f"{value:g}" if isinstance(value, float) else value for key, value in told.items() if value}
    )


def choices(one: Snapshot, address: str) -> Choices | None:
    """Return what a form offers of a pool; None where its spec isn't known here."""
    spec = spec_of(one, address)
    if spec is None:
        return None
    tickets = [told.ticket for told in jobs_of(Address(address), one.facts(address)) if told.ticket.ended is None]
    teams = sorted({ticket.team for ticket in tickets} | set(spec.teams))[:MOST_ROWS]
    weights = [(team, spec.teams[team].weight if team in spec.teams else 1.0) for team in teams]
    return Choices(address, weights, [ticket.run for ticket in tickets if ticket.admitted is None])


def spec_of(one: Snapshot, address: str) -> Pool | None:
    """Return a pool as the applied commit says it; None where that isn't known here."""
    found = one.desired.resources.get(Address(address)) if one.desired else None
    return found.spec if found and isinstance(found.spec, Pool) else None


def what_if(one: Snapshot, asked: Asked, now: datetime) -> WhatIf:
    """Return what would be.

    Raises:
        Wrong: there is no such pool, or its spec isn't known here.
    """
    address, spec = Address(asked.pool), spec_of(one, asked.pool)
    if spec is None:
        raise Wrong(f"{one.environment} has no pool {asked.pool}, or its spec can't be composed here")
    jobs, wish = jobs_of(address, one.facts(address)), asked.wish
    found, over = outlook(address, spec, jobs, wish, now.timestamp()), past(address, spec, jobs, wish)
    tables = [_starts(found, wish, now), _use(found, spec, wish), *([_past(over, spec, wish)] if over else [])]
    return WhatIf(asked, words_of(wish), [table for table in tables if table.rows], list(_notes(found, over, wish)))


def words_of(wish: Wish) -> str:
    """Say what is asked."""
    parts = [
        f"{'+' if value > 0 else '-'}{amount(name, abs(value))}"
        for name, value in zip(NAMES, wish.more, strict=True)
        if value
    ]
    parts += [f"team {wish.team} with weight {wish.weight:g}"] if wish.weight is not None else []
    parts += [f"{wish.first} first"] if wish.first else []
    return ", ".join(parts) or "nothing else is changed"


def _starts(found: Outlook, wish: Wish, now: datetime) -> Table:
    ordered = sorted(found.waiting, key=lambda one: (_order(one.as_wished), one.ticket.submitted))[:MOST_ROWS]
    rows: list[tuple[Cell, ...]] = []
    for one in ordered:
        run = one.ticket.run
        asks = ", ".join(amount(name, value) for name, value in zip(NAMES, one.ticket.demand, strict=True) if value)
        wished = span_of(one.as_wished)
        cells = (span_of(one.as_is), wished) if wish.is_any else (wished,)
        rows.append(
            (Link(run, run) if RUN.fullmatch(run) else run, one.ticket.team, asks, *cells, counted(one.known, "run"))
        )
    heads = ("as it is", "as it would be") if wish.is_any else ("starts",)
    note = f"From {now:%H:%M} UTC on: by the medians, and between short and long runs." if rows else ""
    return Table("When what waits starts", ("run", "team", "asks for", *heads, "by former"), rows, note, pinned=True)


def _order(start: Start | str) -> float:
    return float("inf") if isinstance(start, str) or start.median is None else start.median


def span_of(start: Start | str) -> str:
    """Write when something starts: by the medians, and in brackets between which moments; or why it never does."""
    if isinstance(start, str):
        return f"never: it {start}"
    if start.median is None:
        return "unknown"
    middle = "now" if start.median < 1 else f"in {length(start.median)}"
    if start.low is None or start.high is None:
        return f"{middle}, at the latest unknown"
    ends = (length(start.low), length(start.high))
    return middle if ends[0] == ends[1] else f"{middle} ({ends[0]} to {ends[1]})"


def length(seconds: float) -> str:
    """Write a span of time as short as it still says something."""
    if not isfinite(seconds):
        return "for ever"
    if seconds < 120:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def _use(found: Outlook, spec: Pool, wish: Wish) -> Table:
    changed = wish.of(spec)
    names = [name for name in NAMES if getattr(changed.capacity, name) or getattr(spec.capacity, name)]
    each = [("as it is", found.as_is, spec), ("as it would be", found.as_wished, changed)][: 2 if wish.is_any else 1]
    rows: list[tuple[Cell, ...]] = [
        (words, length(told.until - told.since), *(_share(name, told.used, pool) for name in names))
        for words, told, pool in each
        if told.until > told.since
    ]
    heads = ("", "until the last known end", *(f"{name} in use" for name in names))
    return Table("How much of the pool is used", heads, rows)


def _share(name: str, used: Amounts, pool: Pool) -> str:
    unit = GIB if name == "memory" else 1.0
    most, mine = float(getattr(pool.capacity, name)) / unit, getattr(used, name) / unit
    told = f"{mine:.3g} of {most:g}{' GiB' if name == 'memory' else ''}"
    return f"{told} ({100 * mine / most:.0f} %)" if most else told


def _scarce(spec: Pool) -> str:
    return "gpus" if spec.capacity.gpus else "cpus"


def _past(over: Past, spec: Pool, wish: Wish) -> Table:
    """Tell how long jobs waited, and what was used of what is scarce."""
    rows: list[tuple[Cell, ...]] = [
        (team, *(f"{length(median)}, at most {length(most)}" for median, most in waits[: 3 if wish.is_any else 2]))
        for team, waits in list(over.waits.items())[:MOST_ROWS]
    ]
    heads = ("team", "really", "replayed as it is", *(["as it would be"] if wish.is_any else []))
    begin, end = (datetime.fromtimestamp(moment, UTC) for moment in (over.since, over.until))
    span = f"from {begin:%b %d %H:%M} to {end:%b %d %H:%M} UTC"
    note = f"How long {counted(over.jobs, 'job')} waited, {span}: the median first. "
    used = [_share(_scarce(spec), told, pool) for told, pool in zip(over.used, (spec, wish.of(spec)), strict=True)]
    note += f"Used meanwhile of {_scarce(spec)}: {used[0]} as it is" + (
        f", {used[1]} as it would be." if wish.is_any else "."
    )
    return Table("The past days, replayed", heads, rows, note)


def _notes(found: Outlook, over: Past | None, wish: Wish) -> Iterator[str]:
    """Say by which assumptions all this is so."""
    yield (
        "The queue goes on by the very code that admits jobs. A job takes as long as former runs of the same resource "
        "that succeeded: the median, in brackets all short (the first tenth) and all long ones (the ninth)."
    )
    yield "Nothing new comes meanwhile, nothing fails, and the machine has what the pool promises."
    if found.unknown:
        runs = ", ".join(found.unknown[:5]) + (f" and {len(found.unknown) - 5} more" if len(found.unknown) > 5 else "")
        yield f"When these end isn't known, as no former run took so long: {runs}."
        yield "When that starts which waits for their room isn't known either."
    if wish.first:
        yield "What comes first is passed by others only as far as their timeouts say that it isn't delayed."
    if over:
        yield (
            "The past days are replayed as if the pool had been empty before, by the jobs that its status still tells, "
            "as long as each took; where “replayed as it is” is far from what was, don't believe the rest."
        )
