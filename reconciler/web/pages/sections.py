"""What a page shows of a kind's own facts, as tables: trials, findings, revisions, teams.

Facts are what runners and daemons left, so each is taken only where it has the shape that it should have.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.kinds.ab_tests import LESS
from reconciler.status.leaderboard_pages import left_out
from reconciler.web.pages.views import figure

Facts = Mapping[str, Any]
MOST = 200
"""Rows of a table that are shown."""
MOST_METRICS = 4
"""Metrics of the test rows that are shown beside the one that ranks."""
BAR = 140
"""Pixels of the picture of an interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval as a picture: its ends and its figure, in pixels from the left of a scale that a table shares."""

    low: float
    value: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, heads of columns, rows of texts and intervals, a sentence below, the facts that it tells."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | Interval]]
    note: str = ""
    tells: frozenset[str] = frozenset()


def sections(kind: str, facts: Facts) -> Sequence[Table]:
    """Return the tables of a resource's own facts."""
    made = (make(facts) for make in _OF.get(kind, ()))
    return [table for table in made if table is not None and table.rows]


def _board(facts: Facts) -> Table | None:
    board = [row for row in _list(facts, "leaderboard") if isinstance(row, Mapping)][:MOST]
    ranking = str(_mapping(facts, "metric").get("name") or "ranking")
    params = [
        name for name in _names(board, "params") if len({repr(_mapping(r, "params").get(name)) for r in board}) > 1
    ]
    tested = sorted(_names(board, "metrics"), key=lambda name: (name != ranking, name))[:MOST_METRICS]
    intervals = _intervals([_mapping(row, "ranking") for row in board])
    rows = [
        (
            "" if left_out(row) else str(row.get("rank") or ""),
            str(row.get("run") or "").rsplit("/", 1)[-1],
            intervals[n] or left_out(row),
            *(figure(_mapping(row, "params").get(name, "")) for name in params),
            *(figure(_mapping(row, "metrics").get(name, "")) for name in tested),
        )
        for n, row in enumerate(board)
    ]
    heads = ("", "trial", f"{ranking} (validation), 95 % interval", *params, *(f"{name} (test)" for name in tested))
    note = "Ranked on the validation rows. Figures of the test rows are for the one that is chosen, not to choose by."
    return Table("Trials", heads, rows, note, frozenset({"leaderboard", "metric", "leaderboard_pages"}))


def _intervals(rankings: Sequence[Facts]) -> Sequence[Interval | None]:
    """Draw intervals on one scale, from the least end to the greatest."""
    ends = [_ends(told) for told in rankings]
    known = [told for told in ends if told]
    least, most = min((low for low, _, _ in known), default=0.0), max((high for _, _, high in known), default=1.0)
    scale = (BAR - 8) / ((most - least) or 1.0)

    def drawn(low: float, value: float, high: float) -> Interval:
        left, middle, right = (round((end - least) * scale + 4, 1) for end in (low, value, high))
        return Interval(left, middle, right, f"{value:.4g} ({low:.4g} to {high:.4g})")

    return [drawn(*told) if told else None for told in ends]


def _ends(told: Facts) -> tuple[float, float, float] | None:
    """Return an interval's low end, its figure and its high end; None where they are no numbers."""
    found = [told.get(end) for end in ("low", "value", "high")]
    low, value, high = (float(end) if isinstance(end, int | float) else math.nan for end in found)
    return (low, value, high) if math.isfinite(low + value + high) else None


def _findings(facts: Facts) -> Table | None:
    found = _list(_mapping(facts, "result"), "findings")
    rows = [
        tuple(_text(one.get(key)) for key in ("severity", "what", "fix")) for one in found if isinstance(one, Mapping)
    ]
    return Table("Findings", ("severity", "what", "what to do"), rows[:MOST])


def _columns(facts: Facts) -> Table | None:
    result = _mapping(facts, "result")
    proposed = _mapping(result, "proposed_preparations")
    rows = [(str(name), str(kind), _text(proposed.get(name, ""))) for name, kind in _mapping(result, "types").items()]
    return Table("Columns", ("column", "type", "proposed preparation"), rows[:MOST])


def _violations(facts: Facts) -> Table | None:
    found = [one for one in _list(facts, "violations") if isinstance(one, Mapping)][:MOST]
    heads = _keys(found)
    rows = [tuple(_text(one.get(key, "")) for key in heads) for one in found]
    return Table("Violations of the schema", heads, rows, tells=frozenset({"violations"}))


def _revisions(facts: Facts) -> Table | None:
    traffic = _mapping(facts, "traffic")
    rows = [
        (
            str(name),
            str(told.get("trial") or ""),
            f"{traffic.get(name, 0)} %",
            str(told.get("state") or ""),
            _text(told.get("ready")),
        )
        for name, told in _mapping(facts, "revisions").items()
        if isinstance(told, Mapping)
    ]
    heads = ("revision", "model", "traffic", "state", "replicas ready")
    return Table("Revisions", heads, rows[:MOST], tells=frozenset({"revisions", "traffic"}))


def _served(facts: Facts) -> Table | None:
    served = [one for one in reversed(_list(facts, "served")) if isinstance(one, Mapping)][:MOST]
    rows = [
        (str(one.get("trial") or ""), str(one.get("since") or "")[:19], str(one.get("digest") or "")) for one in served
    ]
    return Table("Models that had all the traffic", ("model", "since", "digest"), rows, tells=frozenset({"served"}))


def _test(facts: Facts) -> Table | None:
    """Tell of an A/B test what is stated, what is known, and how it has ended."""
    told = _mapping(facts, "test")
    ends = [told.get(name) for name in ("low", "gain", "high")]
    known = f"{_text(ends[1])} ({_text(ends[0])} to {_text(ends[2])})" if None not in ends else "nothing yet"
    rows = [
        ("revision", f"{_text(told.get('revision'))} against {_text(told.get('live'))}"),
        ("metric", _text(told.get("metric"))),
        ("improvement, and its bounds", known),
        ("the new one", _arm(told, 1)),
        ("the live one", _arm(told, 0)),
        ("not old enough yet", _text(told.get("waiting"))),
        ("since", _text(told.get("start"))[:19]),
        ("until, at the latest", _text(told.get("stop"))[:19]),
        ("ended", _text(told.get("words"))),
        *(("note", _text(note)) for note in _list(told, "notes")[:3]),
    ]
    rows = [row for row in rows if row[1]] if told else []
    return Table("A/B test", ("what", "is"), rows, tells=frozenset({"test"}))


def _arm(test: Facts, place: int) -> str:
    """Tell the metric of one arm of a test, and of how many users or requests it is."""
    means, units = (_list(test, name) for name in ("means", "units"))
    if len(means) != 2 or len(units) != 2 or not isinstance(means[place], int | float):
        return ""
    mean = 1 - means[place] if str(test.get("metric")) in LESS else means[place]
    return f"{_text(mean)}, of {_text(units[place])}"


def _versions(facts: Facts) -> Table | None:
    told = [one for one in reversed(_list(facts, "in_force")) if isinstance(one, Mapping)][:MOST]
    heads = _keys(told)
    rows = [tuple(_text(one.get(key, ""))[:60] for key in heads) for one in told]
    return Table("Versions in force, the newest first", heads, rows, tells=frozenset({"in_force"}))


def _segments(facts: Facts) -> Table | None:
    told = _mapping(facts, "segments")
    worst = [one for one in _list(told, "worst") if isinstance(one, Mapping)][:MOST]
    rows = [
        (
            str(one.get("name") or ""),
            _text(one.get("rows")),
            _text(one.get("reference")),
            _between(one, "estimated"),
            _between(one, "realized"),
            _text(one.get("drifted")),
            _text(one.get("alerts") or one.get("gap")),
        )
        for one in worst
    ]
    metric, count = str(told.get("metric") or ""), told.get("count")
    heads = ("segment", "rows", f"{metric} of the test rows", "estimated", "realised", "columns that drift", "told")
    more = f" of {count}" if isinstance(count, int) and count > len(rows) else ""
    note = f"The worst {len(rows)}{more} first, with intervals of 95 %; all of them are in the report."
    return Table("Segments", heads, rows, note, frozenset({"segments"}))


def _between(told: Facts, what: str) -> str:
    """Write a figure with its interval, as far as it is told."""
    value, low, high = (_text(told.get(f"{what}{end}")) for end in ("", "_low", "_high"))
    return f"{value} ({low} to {high})" if value and low and high else value


def _teams(facts: Facts) -> Table | None:
    teams = {str(name): told for name, told in _mapping(facts, "teams").items() if isinstance(told, Mapping)}
    heads = _keys(list(teams.values()))
    rows = [(name, *(_text(told.get(key, "")) for key in heads)) for name, told in teams.items()]
    return Table("Teams", ("team", *heads), rows[:MOST], tells=frozenset({"teams"}))


def _keys(told: Sequence[Facts]) -> list[str]:
    """Return the keys of some mappings, in the order in which they come."""
    return list(dict.fromkeys(str(key) for one in told for key in one))


def _names(board: Sequence[Facts], field: str) -> list[str]:
    return sorted({str(name) for row in board for name in _mapping(row, field)})


def _mapping(told: Facts, key: str) -> Facts:
    found = told.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(told: Facts, key: str) -> Sequence[Any]:
    found = told.get(key)
    return found if isinstance(found, list | tuple) else []


def _text(value: Any) -> str:
    """Write a value in a cell: a list by its parts, a mapping by its pairs."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return "" if value is None else figure(value)


_OF: Mapping[str, Sequence[Callable[[Facts], Table | None]]] = {
    "datasets": (_violations, _findings, _columns, _versions),
    "labels": (_findings, _versions),
    "experiments": (_board,),
    "promotions": (_versions,),
    "deployments": (_revisions, _test, _served),
    "monitors": (_segments,),
    "pools": (_teams,),
}
