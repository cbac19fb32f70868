"""What a page shows of a kind's own facts, as tables: trials, findings, revisions, teams.

Facts are what runners and daemons left, so each is taken only where it has the shape that it should have.
"""

from collections.abc import Callable, Mapping, Sequence

from reconciler.model.kinds.ab_tests import LESS
from reconciler.model.text import moment
from reconciler.status.leaderboard_pages import left_out
from reconciler.web.pages.documents import Facts, items, keys, mapping, mappings, text
from reconciler.web.pages.tables import Cell, Link, Table, intervals
from reconciler.web.pages.trials import RUN
from reconciler.web.pages.views import figure

MOST = 200
"""Rows of a table that are shown."""
MOST_METRICS = 4
"""Metrics of the test rows that are shown beside the one that ranks."""


def sections(kind: str, facts: Facts) -> Sequence[Table]:
    """Return the tables of a resource's own facts."""
    made = (make(facts) for make in _OF.get(kind, ()))
    return [table for table in made if table is not None and table.rows]


def _board(facts: Facts) -> Table | None:
    board = [row for row in items(facts, "leaderboard") if isinstance(row, Mapping)][:MOST]
    ranking = str(mapping(facts, "metric").get("name") or "ranking")
    params = [
        name for name in _names(board, "params") if len({repr(mapping(r, "params").get(name)) for r in board}) > 1
    ]
    tested = sorted(_names(board, "metrics"), key=lambda name: (name != ranking, name))[:MOST_METRICS]
    between = intervals([mapping(row, "ranking") for row in board])
    rows = [
        (
            "" if left_out(row) else str(row.get("rank") or ""),
            trial_link(str(row.get("run") or "")),
            between[n] or left_out(row),
            *(figure(mapping(row, "params").get(name, "")) for name in params),
            *(figure(mapping(row, "metrics").get(name, "")) for name in tested),
        )
        for n, row in enumerate(board)
    ]
    heads = ("", "trial", f"{ranking} (validation), 95 % interval", *params, *(f"{name} (test)" for name in tested))
    note = "Ranked on the validation rows. Figures of the test rows are for the one that is chosen, not to choose by."
    return Table("Trials", heads, rows, note, frozenset({"leaderboard", "metric", "leaderboard_pages"}))


def trial_link(run: str) -> Cell:
    """Return a cell with a run's digest, which leads to its page."""
    digest = run.rsplit("/", 1)[-1]
    return Link(digest, run) if RUN.fullmatch(run) else digest


def _findings(facts: Facts) -> Table | None:
    found = items(mapping(facts, "result"), "findings")
    rows = [
        tuple(text(one.get(key)) for key in ("severity", "what", "fix")) for one in found if isinstance(one, Mapping)
    ]
    return Table("Findings", ("severity", "what", "what to do"), rows[:MOST], is_prose=True)


def _columns(facts: Facts) -> Table | None:
    result = mapping(facts, "result")
    proposed = mapping(result, "proposed_preparations")
    rows = [(str(name), str(kind), text(proposed.get(name, ""))) for name, kind in mapping(result, "types").items()]
    return Table("Columns", ("column", "type", "proposed preparation"), rows[:MOST])


def _violations(facts: Facts) -> Table | None:
    found = [one for one in items(facts, "violations") if isinstance(one, Mapping)][:MOST]
    heads = keys(found)
    rows = [tuple(text(one.get(key, "")) for key in heads) for one in found]
    return Table("Violations of the schema", heads, rows, tells=frozenset({"violations"}))


def _revisions(facts: Facts) -> Table | None:
    traffic = mapping(facts, "traffic")
    rows = [
        (
            str(name),
            str(told.get("trial") or ""),
            f"{traffic.get(name, 0)} %",
            str(told.get("state") or ""),
            text(told.get("ready")),
        )
        for name, told in mapping(facts, "revisions").items()
        if isinstance(told, Mapping)
    ]
    heads = ("revision", "model", "traffic", "state", "replicas ready")
    return Table("Revisions", heads, rows[:MOST], tells=frozenset({"revisions", "traffic"}))


def _served(facts: Facts) -> Table | None:
    served = [one for one in reversed(items(facts, "served")) if isinstance(one, Mapping)][:MOST]
    rows = [
        (str(one.get("trial") or ""), str(one.get("since") or "")[:19], str(one.get("digest") or "")) for one in served
    ]
    return Table("Models that had all the traffic", ("model", "since", "digest"), rows, tells=frozenset({"served"}))


def _test(facts: Facts) -> Table | None:
    """Tell of an A/B test what is stated, what is known, and how it has ended."""
    told = mapping(facts, "test")
    ends = [told.get(name) for name in ("low", "gain", "high")]
    known = f"{text(ends[1])} ({text(ends[0])} to {text(ends[2])})" if None not in ends else "nothing yet"
    rows = [
        ("revision", f"{text(told.get('revision'))} against {text(told.get('live'))}"),
        ("metric", text(told.get("metric"))),
        ("improvement, and its bounds", known),
        ("the new one", _arm(told, 1)),
        ("the live one", _arm(told, 0)),
        ("not old enough yet", text(told.get("waiting"))),
        ("since", text(told.get("start"))[:19]),
        ("until, at the latest", text(told.get("stop"))[:19]),
        ("ended", text(told.get("words"))),
        *(("note", text(note)) for note in items(told, "notes")[:3]),
    ]
    rows = [row for row in rows if row[1]] if told else []
    return Table("A/B test", ("what", "is"), rows, tells=frozenset({"test"}))


def _arm(test: Facts, place: int) -> str:
    """Tell the metric of one arm of a test, and of how many users or requests it is."""
    means, units = (items(test, name) for name in ("means", "units"))
    if len(means) != 2 or len(units) != 2 or not isinstance(means[place], int | float):
        return ""
    mean = 1 - means[place] if str(test.get("metric")) in LESS else means[place]
    return f"{text(mean)}, of {text(units[place])}"


def _versions(facts: Facts) -> Table | None:
    told = [one for one in reversed(items(facts, "in_force")) if isinstance(one, Mapping)][:MOST]
    heads = keys(told)
    rows = [tuple(text(one.get(key, ""))[:60] for key in heads) for one in told]
    return Table("Versions in force, the newest first", heads, rows, tells=frozenset({"in_force"}))


def _segments(facts: Facts) -> Table | None:
    told = mapping(facts, "segments")
    worst = [one for one in items(told, "worst") if isinstance(one, Mapping)][:MOST]
    rows = [
        (
            str(one.get("name") or ""),
            text(one.get("rows")),
            text(one.get("reference")),
            _between(one, "estimated"),
            _between(one, "realized"),
            text(one.get("drifted")),
            text(one.get("alerts") or one.get("gap")),
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
    value, low, high = (text(told.get(f"{what}{end}")) for end in ("", "_low", "_high"))
    return f"{value} ({low} to {high})" if value and low and high else value


def _teams(facts: Facts) -> Table | None:
    teams = {str(name): told for name, told in mapping(facts, "teams").items() if isinstance(told, Mapping)}
    heads = keys(list(teams.values()))
    rows = [(name, *(text(told.get(key, "")) for key in heads)) for name, told in teams.items()]
    return Table("Teams", ("team", *heads), rows[:MOST], tells=frozenset({"teams"}))


def _jobs(facts: Facts) -> Table | None:
    names, moments = ("run", "team", "state"), ("submitted", "started", "ended")
    told = mappings(facts, "jobs")[::-1]
    rows = [
        (*(text(one.get(name)) for name in names), *(moment(text(one.get(name))) for name in moments))
        for one in told[:MOST]
    ]
    return Table("Jobs, the newest first", (*names, *moments), rows, pinned=True, tells=frozenset({"jobs"}))


def _names(board: Sequence[Facts], field: str) -> list[str]:
    return sorted({str(name) for row in board for name in mapping(row, field)})


_OF: Mapping[str, Sequence[Callable[[Facts], Table | None]]] = {
    "datasets": (_violations, _findings, _columns, _versions),
    "labels": (_findings, _versions),
    "experiments": (_board,),
    "promotions": (_versions,),
    "deployments": (_revisions, _test, _served),
    "monitors": (_segments,),
    "pools": (_teams, _jobs),
}
