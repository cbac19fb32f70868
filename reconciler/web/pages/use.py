"""What the page of pools shows: who uses what now and over time, what waits in line, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.containment import Success, contain
from reconciler.controllers.pool_meter import begins
from reconciler.web.pages.charts import steps_of
from reconciler.web.pages.documents import Facts, mapping, mappings, number, text
from reconciler.web.pages.snapshot import Row, Snapshot
from reconciler.web.pages.tables import Cell, Link, Table
from reconciler.web.pages.trials import RUN

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 860, 220, 48, 10, 24
LOOKS = 8
MOST = 200
"""Jobs that wait, and teams, of which so many are listed."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A pool's use over time as a picture: bars by team, the capacity, words at both axes, and who used how much."""

    unit: str
    bars: Sequence[tuple[float, float, float, float, int, str]]
    ups: Sequence[tuple[float, str]]
    acrosses: Sequence[tuple[float, str, str]]
    capacity: float
    teams: Sequence[tuple[str, int, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool: how it stands, its teams now, and its use over time."""

    row: Row
    teams: Table
    meter: Meter | None


def pools(one: Snapshot) -> Sequence[Pool]:
    """Return the pools of an environment."""
    return [_pool(row, one.facts(row.address)) for row in one.rows if row.kind == "pools"]


def _pool(row: Row, facts: Facts) -> Pool:
    told = mapping(facts, "teams")
    each = [(str(name), mapping(told, name)) for name in list(told)[:MOST]]
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            text(one.get("running", 0)),
            text(one.get("waiting", 0)),
            _amounts(one, "used"),
            _amounts(one, "borrowed"),
        )
        for name, one in each
    ]
    drawn = contain(lambda: meter(mapping(facts, "meter"))) if mapping(facts, "meter") else None
    heads = ("team", "jobs running", "waiting", "in use", "of that borrowed")
    return Pool(row, Table("Teams now", heads, rows), drawn.value if isinstance(drawn, Success) else None)


def _amounts(told: Facts, key: str) -> str:
    amounts = {str(name): amount for name, value in mapping(told, key).items() if (amount := number(value)) is not None}
    return ", ".join(f"{v / 2**30:.3g} GiB of memory" if k == "memory" else f"{v:g} {k}" for k, v in amounts.items())


def waiting(one: Snapshot) -> Table:
    """Return what waits for a pool or for something else, and why, as its status says."""
    rows = [row for each in one.rows for row in _waits(one, each)][:MOST]
    return Table("What waits, and why", ("what", "why"), rows, is_prose=True)


def _waits(one: Snapshot, row: Row) -> Iterator[tuple[Cell, ...]]:
    trials = mappings(one.facts(row.address), "leaderboard") if row.kind == "experiments" else []
    queued = [trial for trial in trials if trial.get("stage") == "waiting"]
    for trial in queued:
        run = text(trial.get("run"))
        yield Link(run, run) if RUN.fullmatch(run) else run, text(trial.get("message"))
    if not queued and (row.state == "waiting" or (row.state == "reconciling" and "waits for" in row.message)):
        yield Link(row.address, row.address), row.message


def meter(told: Mapping[str, Any]) -> Meter:
    """Draw a pool's meter: a bar for each slot, in parts by team.

    Raises:
        KeyError, TypeError, ValueError: somebody has edited it.
    """
    slots, length = begins(told), timedelta(seconds=told["slot"])
    end = datetime.fromisoformat(told["since"])
    start = min(slots, default=end)
    end = max(end, start + length)
    teams = sorted({team for each in slots.values() for team in each} | set(told["now"]))
    capacity = float(told["of"])
    most = max([capacity, sum(told["now"].values()), *(sum(each.values()) for each in slots.values())]) or 1.0
    inner = WIDTH - LEFT - 8

    def x(moment: datetime) -> float:
        return round(LEFT + min(max((moment - start) / (end - start), 0.0), 1.0) * inner, 1)

    def y(amount: float) -> float:
        return round(HEIGHT - BOTTOM - amount / most * (HEIGHT - TOP - BOTTOM), 1)

    bars = [bar for begin, each in slots.items() for bar in _bars((begin, length), each, teams, (x, y))]
    form = "%H:%M" if end - start < timedelta(days=1) else "%b %d %H:%M"
    ends = [(x(start), start.strftime(form), "start"), (x(end), f"{end:{form}} UTC", "end")]
    hours = {
        team: sum(each.get(team, 0.0) for each in slots.values()) * length.total_seconds() / 3600 for team in teams
    }
    unit = str(told["unit"])
    legend = [
        (team, look % LOOKS, f"{hours[team]:.3g} {unit.removesuffix('s')} hours") for look, team in enumerate(teams)
    ]
    return Meter(unit, bars, [(y(s), f"{s:g}") for s in steps_of(0, most)], ends, y(capacity), legend)


def _bars(slot: Any, told: Mapping[str, float], teams: Sequence[str], scale: Any) -> Iterator[Any]:
    (begin, length), (x, y), below = slot, scale, 0.0
    left, wide = x(begin), max(x(begin + length) - x(begin), 0.5)
    for look, team in enumerate(teams):
        if amount := told.get(team, 0.0):
            top, bottom = y(below + amount), y(below)
            below += amount
            words = f"{team}: {amount:.3g} from {begin:%b %d %H:%M} UTC"
            yield left, top, round(wide, 1), round(bottom - top, 1), look % LOOKS, words
