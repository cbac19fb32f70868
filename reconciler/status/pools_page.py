"""A pool's page on the status branch: who waits and runs, and what each team used over time, as a picture."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reconciler.containment import Success, contain
from reconciler.controllers.pool_meter import Slots, begins
from reconciler.model.condition import ready_of
from reconciler.model.ids import Address, kind_of
from reconciler.model.markdown import figure, table
from reconciler.status.shown import page_path

Document = Mapping[str, Any]
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999")
"""Okabe and Ito's, which people with any colour vision tell apart (jfly.uni-koeln.de/color)."""
_INK = "#7d8590"
"""Of words and lines: seen on white paper and on a dark screen."""
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 760, 240, 48, 34, 24


def picture_path(pool: Address) -> str:
    """Return where the picture of a pool's use lies."""
    return f"{pool}.svg"


def pool_pages(
    documents: Mapping[Address, Document],
    new: Collection[Address],
    recorded: Collection[Address],
    files: Collection[str],
) -> dict[str, bytes | None]:
    """Return the pages that are to be written, and None for those that go.

    Args:
        documents: all statuses.
        new: which of them have changed.
        recorded: the resources that the status branch tells of.
        files: the paths that are there.
    """
    drawn: dict[str, bytes | None] = {}
    for pool in (a for a in documents if kind_of(a) == "pools" and (a in new or page_path(a) not in files)):
        told = contain(partial(pages, pool, documents[pool]))
        drawn |= (
            told.value if isinstance(told, Success) else {page_path(pool): f"# {pool}\n\n{told.message}\n".encode()}
        )
    gone = (pool for pool in recorded if kind_of(pool) == "pools" and pool not in documents)
    return drawn | {path: None for pool in gone for path in (page_path(pool), picture_path(pool)) if path in files}


def pages(pool: Address, document: Document) -> Mapping[str, bytes]:
    """Return a pool's page, and its picture where any of it was ever used, by their paths."""
    facts = document.get("facts", {})
    meter, message = facts.get("meter"), str(ready_of(document).get("message", ""))
    drawn = {picture_path(pool): picture(meter).encode()} if meter else {}
    name = picture_path(pool).rpartition("/")[2]
    parts = [f"# {pool}", message, _teams(facts.get("teams") or {}), f"![use by team]({name})" if drawn else ""]
    return {page_path(pool): ("\n\n".join(part for part in parts if part) + "\n").encode(), **drawn}


def _teams(teams: Mapping[str, Any]) -> str:
    rows = [
        (
            team,
            str(told.get("waiting", 0)),
            str(told.get("running", 0)),
            _amounts(told, "used"),
            _amounts(told, "borrowed"),
        )
        for team, told in teams.items()
    ]
    return (
        table(("team", "jobs waiting", "running", "in use", "of that borrowed"), rows)
        if rows
        else "No job waits or runs."
    )


def _amounts(told: Mapping[str, Any], key: str) -> str:
    amounts = dict(told.get(key) or {})
    if "memory" in amounts:
        amounts["memory"] = f"{figure(amounts['memory'] / 2**30)} GiB"
    return ", ".join(f"{name} {figure(amount)}" for name, amount in amounts.items())


def picture(meter: Document) -> str:
    """Draw a meter as SVG: a bar for each slot, of a colour for each team."""
    slots, length = begins(meter), timedelta(seconds=meter["slot"])
    end = datetime.fromisoformat(meter["since"])
    start = min(slots, default=end)
    teams = sorted({team for told in slots.values() for team in told} | set(meter["now"]))
    most = max((sum(told.values()) for told in slots.values()), default=0.0)
    most = max(most, sum(meter["now"].values()), float(meter["of"])) or 1.0
    scale = _Scale(start, max(end, start + length), most)
    parts = [*_frame(meter["unit"], scale), *_bars(slots, length, teams, scale), *_legend(teams)]
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12" fill="{_INK}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    return "\n".join([head, *parts, "</svg>", ""])


class _Scale:
    """From moments and amounts to places in the picture."""

    def __init__(self, start: datetime, end: datetime, most: float) -> None:
        self.start, self.end, self.most = start, end, most

    def x(self, moment: datetime) -> float:
        share = (moment - self.start) / (self.end - self.start)
        return round(_LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - 8), 1)

    def y(self, amount: float) -> float:
        return round(_HEIGHT - _BOTTOM - amount / self.most * (_HEIGHT - _TOP - _BOTTOM), 1)


def _frame(unit: str, scale: _Scale) -> Iterator[str]:
    for amount in (0.0, scale.most / 2, scale.most):
        y = scale.y(amount)
        yield f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y}" y2="{y}" stroke="{_INK}" stroke-opacity="0.35"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{figure(amount)}</text>'
    yield f'<text x="{_LEFT}" y="16">{unit}</text>'
    is_short = scale.end - scale.start < timedelta(days=1)
    form = "%H:%M" if is_short else "%b %d %H:%M"
    for moment, anchor in (
        (scale.start, "start"),
        (scale.start + (scale.end - scale.start) / 2, "middle"),
        (scale.end, "end"),
    ):
        text = moment.strftime(form if moment != scale.end else f"{form} UTC")
        yield f'<text x="{scale.x(moment)}" y="{_HEIGHT - 6}" text-anchor="{anchor}">{text}</text>'


def _bars(slots: Slots, length: timedelta, teams: list[str], scale: _Scale) -> Iterator[str]:
    for begin, told in slots.items():
        left, right, below = scale.x(begin), scale.x(begin + length), 0.0
        for number, team in enumerate(teams):
            if amount := told.get(team, 0.0):
                top, bottom = scale.y(below + amount), scale.y(below)
                below += amount
                place = f'x="{left}" y="{top}" width="{max(right - left, 0.5):.1f}" height="{bottom - top:.1f}"'
                yield f'<rect {place} fill="{COLOURS[number % len(COLOURS)]}"/>'


def _legend(teams: list[str]) -> Iterator[str]:
    x = _LEFT + 60
    for number, team in enumerate(teams):
        yield f'<rect x="{x}" y="7" width="10" height="10" fill="{COLOURS[number % len(COLOURS)]}"/>'
        yield f'<text x="{x + 14}" y="16">{escape(team)}</text>'
        x += 30 + 7 * len(team)
