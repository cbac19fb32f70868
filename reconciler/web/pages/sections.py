"""What a page shows of a kind's own facts, as tables: trials, findings, revisions, teams.

Facts are what runners and daemons left, so each is taken only where it has the shape that it should have.
"""

from collections.abc import Callable, Mapping, Sequence

from reconciler.status.leaderboard_pages import left_out
from reconciler.web.pages.documents import Facts, items, keys, mapping, text
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


def _versions(facts: Facts) -> Table | None:
    told = [one for one in reversed(items(facts, "in_force")) if isinstance(one, Mapping)][:MOST]
    heads = keys(told)
    rows = [tuple(text(one.get(key, ""))[:60] for key in heads) for one in told]
    return Table("Versions in force, the newest first", heads, rows, tells=frozenset({"in_force"}))


def _teams(facts: Facts) -> Table | None:
    teams = {str(name): told for name, told in mapping(facts, "teams").items() if isinstance(told, Mapping)}
    heads = keys(list(teams.values()))
    rows = [(name, *(text(told.get(key, "")) for key in heads)) for name, told in teams.items()]
    return Table("Teams", ("team", *heads), rows[:MOST], tells=frozenset({"teams"}))


def _names(board: Sequence[Facts], field: str) -> list[str]:
    return sorted({str(name) for row in board for name in mapping(row, field)})


_OF: Mapping[str, Sequence[Callable[[Facts], Table | None]]] = {
    "datasets": (_violations, _findings, _columns, _versions),
    "labels": (_findings, _versions),
    "experiments": (_board,),
    "promotions": (_versions,),
    "deployments": (_revisions, _served),
    "pools": (_teams,),
}
