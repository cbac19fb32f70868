"""What the page of a run shows: a trial's card, figures, slices, parameters, files, environment, and its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.text import printable
from reconciler.web.pages.charts import Chart
from reconciler.web.pages.documents import LARGEST, Facts, document, mapping, number, text
from reconciler.web.pages.learning import learning
from reconciler.web.pages.lineage import inputs
from reconciler.web.pages.links import holder
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.tables import Cell, Table, intervals
from reconciler.web.pages.trials import Trial, answering

MOST = 200
"""Rows of a table, and files, that are shown."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its page shows it."""

    name: str
    owner: str
    stage: str
    message: str
    served_by: Sequence[str]
    tables: Sequence[Table]
    curves: Sequence[Chart]
    card: str
    pictures: Sequence[str]
    pages: Sequence[str]
    files: Sequence[tuple[str, str, str]]
    """Of each file of its output the path, the digest, and where it is on the status branch."""
    provenance: Sequence[tuple[str, str]]
    made_from: Sequence[tuple[str, str]]
    is_known: bool


def run_of(one: Snapshot, name: str, trial: Trial | None) -> Run | None:
    """Return what is known of a run; None where there is no resource that it may be of.

    Args:
        one: its environment.
        name: its name.
        trial: its row of a leaderboard, where it is a trial.

    Raises:
        Unavailable: the repository can't be read.
    """
    room = f"reports/{name}/"
    there = [path for path in one.tree.files if path.startswith(room)][:MOST]
    owner = holder(one, owner_of(RunName(name)))
    if owner is None:
        return None
    facts = _facts(one, owner, name)
    result, metrics = (document(one.tree, f"{room}{path}") for path in ("result.json", "metrics.json"))
    tables = [
        _figures(trial, metrics),
        _slices(metrics, result),
        _importance(metrics),
        _pairs("Parameters", trial.params if trial else mapping(mapping(result, "facts"), "params")),
        _pairs("Environment", _environment(document(one.tree, f"{room}environment.json"))),
    ]
    stage = (trial.stage or "accepted") if trial else text(facts.get("stage"))
    return Run(
        name,
        owner,
        stage,
        printable(trial.message, 2000) if trial else "",
        _served_by(one, name),
        [table for table in tables if table.rows],
        learning(mapping(metrics, "history")),
        _card(one, room),
        [path for path in there if path.endswith((".png", ".svg"))],
        [path for path in there if path.endswith((".md", ".html")) and not path.endswith("model-card.md")],
        _files(there, room, result),
        _provenance(result, trial),
        inputs(result) or ([("dataset", trial.version)] if trial and trial.version else []),
        bool(there or trial or facts),
    )


def _facts(one: Snapshot, owner: Address, name: str) -> Facts:
    """Return the facts of a run's resource, where these are of this run."""
    facts = one.facts(owner)
    return facts if name in (facts.get("run"), facts.get("version"), facts.get("newest")) else {}


def _served_by(one: Snapshot, name: str) -> Sequence[str]:
    rows = (row.address for row in one.rows if row.kind == "deployments")
    return [address for address in rows if name in answering(one.facts(address))]


def _figures(trial: Trial | None, metrics: Facts) -> Table:
    """Return figures on the test rows and on the validation rows, with intervals where they are known."""
    tested = mapping(metrics, "overall") or (trial.metrics if trial else {})
    between, ranked = mapping(metrics, "intervals"), mapping(metrics, "validation")
    figures, known = mapping(ranked, "metrics"), mapping(ranked, "interval")
    names = [str(name) for name in dict.fromkeys([*tested, *figures])][:MOST]
    drawn = intervals([mapping(between, name) for name in names] + [mapping(known, name) for name in names])
    rows: list[tuple[Cell, ...]] = [
        (name, drawn[n] or text(tested.get(name)), drawn[len(names) + n] or text(figures.get(name)))
        for n, name in enumerate(names)
    ]
    counts = mapping(metrics, "rows")
    said = [f"{count:,.0f} {side}" for side in counts if (count := number(counts.get(side))) is not None]
    note = f"Rows: {', '.join(said)}. " if said else ""
    return Table("Figures", ("metric", "test rows", "validation rows"), rows, f"{note}Intervals are of 95 %.")


def _slices(metrics: Facts, result: Facts) -> Table:
    """Return the main metric on each slice of the test rows with its interval, beside the number of rows."""
    slices = mapping(mapping(result, "facts"), "slices")
    between = mapping(metrics, "slice_intervals")
    main = next(iter(mapping(metrics, "intervals")), "")
    cells = [(str(c), str(v), mapping(mapping(slices, c), v)) for c in slices for v in mapping(slices, c)][:MOST]
    drawn = intervals([mapping(mapping(between, column), value) for column, value, _ in cells])
    others = [name for name in _metrics(cells) if name not in (main, "rows")][:3]
    rows: list[tuple[Cell, ...]] = [
        (
            f"{column} = {_shown(value)}",
            _count(told.get("rows")),
            bar or text(told.get(main)),
            *(text(told.get(name)) for name in others),
        )
        for (column, value, told), bar in zip(cells, drawn, strict=True)
    ]
    cut = [text(one) for one in metrics.get("cut_slices") or () if isinstance(one, str)]
    note = "; ".join(cut) + ("." if cut else "")
    return Table("By slice of the test rows", ("slice", "rows", main or "metric", *others), rows, note, pinned=True)


def _shown(value: str) -> str:
    """Write a value so that spaces at its ends are seen."""
    return value if value == value.strip() and value else f'"{value}"'


def _metrics(cells: Sequence[tuple[str, str, Facts]]) -> list[str]:
    return list(dict.fromkeys(str(name) for _, _, told in cells for name in told))


def _count(value: Any) -> str:
    found = number(value)
    return "" if found is None else f"{found:,.0f}"


def _importance(metrics: Facts) -> Table:
    told = [(str(name), number(value)) for name, value in mapping(metrics, "importance").items()]
    known = sorted(((name, value) for name, value in told if value is not None), key=lambda pair: -pair[1])[:MOST]
    note = "By how much the metric gets worse on the test rows when a column is shuffled."
    return Table("What it relies on", ("column", "loss"), [(name, f"{value:.4g}") for name, value in known], note)


def _pairs(title: str, told: Facts) -> Table:
    return Table(title, ("name", "value"), [(str(name), text(value)[:2000]) for name, value in told.items()][:MOST])


def _environment(told: Facts) -> Facts:
    platform = mapping(told, "platform")
    head = {"python": f"{text(told.get('implementation'))} {text(told.get('python'))}".strip()} if told else {}
    machine = {"platform": " ".join(text(platform.get(key)) for key in ("system", "release", "machine"))}
    return {**head, **(machine if platform else {}), **mapping(told, "packages")}


def _card(one: Snapshot, room: str) -> str:
    path = f"{room}model-card.md"
    is_there = path in one.tree.files and one.tree.size(path) <= LARGEST
    return one.tree.read(path).decode("utf-8", "replace") if is_there else ""


def _files(there: Sequence[str], room: str, result: Facts) -> Sequence[tuple[str, str, str]]:
    left: Mapping[str, Any] = mapping(result, "files")
    names = list(dict.fromkeys([*map(str, left), *(path.removeprefix(room) for path in there)]))[:MOST]
    return [(name, text(left.get(name)), f"{room}{name}" if f"{room}{name}" in there else "") for name in names]


def _provenance(result: Facts, trial: Trial | None) -> Sequence[tuple[str, str]]:
    told = mapping(result, "provenance")
    keys = [key for key in told if not str(key).startswith("input_")]
    shown = [(str(key).replace("_", " "), text(told[key])) for key in keys]
    model = text(mapping(mapping(result, "facts"), "model").get("digest")) or (trial.model if trial else "")
    return [*shown, *([("model", model)] if model else [])]
