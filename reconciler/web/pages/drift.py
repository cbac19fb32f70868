"""What the page of a monitor's reports shows: drift by column over time, performance, and how the endpoint was used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.model.text import moment
from reconciler.web.pages.charts import Chart, Series, chart
from reconciler.web.pages.documents import Facts, document, items, mapping, mappings, number, text
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.tables import Cell, Table
from reconciler.web.pages.trials import RUN

MOST_REPORTS, MOST_COLUMNS, MOST_METRICS = 30, 60, 4
SIGMAS = 1.96
"""Standard errors on either side of a figure in which 95 % lie, where errors are normal."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its run, the end of its window, and what it says."""

    run: str
    end: str
    told: Facts

    @property
    def digest(self) -> str:
        """Return what its run is called within its monitor."""
        return self.run.rsplit("/", 1)[-1]

    @property
    def verdict(self) -> str:
        """Return its verdict in a word or two."""
        return text(self.told.get("verdict")).replace("_", " ")

    @property
    def moment(self) -> str:
        """Return the end of its window as people read it."""
        return moment(self.end)


@dataclass(frozen=True, slots=True)
class Cell_:
    """What a report says of a column: a sign and a word that tell without colour, and more for who asks."""

    sign: str
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Columns over reports, the column that is farthest first; what is left out is counted."""

    reports: Sequence[Report]
    rows: Sequence[tuple[str, Sequence[Cell_]]]
    left_out: int


def reports(one: Snapshot, facts: Facts) -> Sequence[Report]:
    """Return the reports that the status branch holds, the oldest first.

    Raises:
        Unavailable: the repository can't be read.
    """
    runs = [run for run in map(text, items(facts, "reports")) if RUN.fullmatch(run)][:MOST_REPORTS]
    found = [(run, document(one.tree, f"reports/{run}/report.json")) for run in runs]
    told = [Report(run, text(mapping(each, "window").get("end")), each) for run, each in found if each]
    return sorted(told, key=lambda report: report.end)


def strip(told: Sequence[Report]) -> Strip:
    """Return how far each column was in each report."""
    by_report = [{text(one.get("name")): one for one in mappings(report.told, "columns")} for report in told]
    names = dict.fromkeys(name for columns in reversed(by_report) for name in columns)
    far = {name: max((_ratio(columns.get(name)) for columns in by_report), default=0.0) for name in names}
    ordered = sorted(names, key=lambda name: -far[name])
    rows = [(name, [_cell(columns.get(name)) for columns in by_report]) for name in ordered[:MOST_COLUMNS]]
    return Strip(told, rows, len(ordered) - len(rows))


def _ratio(column: Facts | None) -> float:
    """Return how far a column is from the reference, in limits."""
    away, limit = (number(column.get(key)) if column else None for key in ("distance", "limit"))
    if away is None:
        return -1.0
    return away / limit if limit else away


def _cell(column: Facts | None) -> Cell_:
    if column is None:
        return Cell_("", "none", "not in this report")
    away, limit = number(column.get("distance")), number(column.get("limit"))
    moved = text(column.get("change"))
    if away is None:
        return Cell_("?", "unknown", "can't be compared")
    between = f"distance {away:.3f}" + (f", limit {limit:.3g}" if limit is not None else "")
    words = f"{between}{', ' + moved if moved else ''}"
    if column.get("drifted") is True:
        return Cell_(f"▲ {away:.2f}", "far", f"drifted: {words}")
    if limit is not None and away >= limit:
        return Cell_(f"△ {away:.2f}", "near", f"beyond the limit, and not told as drift: {words}")
    return Cell_(f"· {away:.2f}", "within", words)


def performance(told: Sequence[Report]) -> Sequence[Chart]:
    """Draw each metric over the reports, in their order: estimated, realised with 95 % intervals, the reference."""
    metrics = dict.fromkeys(text(one.get("metric")) for r in reversed(told) for one in mappings(r.told, "performance"))
    drawn = [_metric(metric, told) for metric in list(metrics)[:MOST_METRICS]]
    return [one for one in drawn if one is not None]


def _metric(metric: str, told: Sequence[Report]) -> Chart | None:
    each = [(float(place), report, _of(metric, report)) for place, report in enumerate(told)]
    lines = [
        Series("reference", [(x, number(one.get("reference"))) for x, _, one in each], is_level=True),
        *(
            Series(
                name.replace("z", "s"),
                [(x, number(one.get(name))) for x, _, one in each],
                [SIGMAS * error if (error := number(one.get(f"{name}_error"))) else None for _, _, one in each],
            )
            for name in ("estimated", "realized")
        ),
    ]
    ticks = [(x, report.moment[5:16]) for x, report, _ in each]
    known = [line for line in lines if any(y is not None for _, y in line.points)]
    return chart(metric, known, ticks) if known else None


def _of(metric: str, report: Report) -> Facts:
    return next((one for one in mappings(report.told, "performance") if text(one.get("metric")) == metric), {})


def figures(told: Sequence[Report]) -> Table:
    """Return each report's figures, the newest first."""
    metrics = list(dict.fromkeys(text(one.get("metric")) for r in told for one in mappings(r.told, "performance")))
    shown = metrics[:MOST_METRICS]
    rows: list[tuple[Cell, ...]] = [
        (
            report.moment,
            report.verdict,
            _rows(report.told),
            *(_figure(_of(metric, report), name) for metric in shown for name in ("estimated", "realized")),
        )
        for report in reversed(told)
    ]
    heads = [f"{metric}, {name}" for metric in shown for name in ("estimated", "realised")]
    note = "± is a 95 % interval, of 1.96 standard errors. Where none is told, how far a figure may be off isn't known."
    return Table("Performance, the newest first", ("window to", "verdict", "rows", *heads), rows, note, pinned=True)


def _rows(told: Facts) -> str:
    chunks = number(sum(number(rows) or 0 for rows in items(mapping(told, "chunks"), "rows")))
    return f"{chunks:,.0f}" if chunks else ""


def _figure(one: Facts, name: str) -> str:
    value, error = number(one.get(name)), number(one.get(f"{name}_error"))
    return "" if value is None else f"{value:.4f}" + (f" ± {SIGMAS * error:.4f}" if error is not None else "")


def service(told: Sequence[Report]) -> Table:
    """Return how the endpoint was used up to each report, the newest first."""
    rows = [(report.moment, *_service(mapping(report.told, "service"))) for report in reversed(told)]
    heads = ("window to", "requests", "errors", "requests a second", "p50", "p95", "p99", "the model's own p99")
    shown = [row for row in rows if any(row[1:])]
    return Table("Service, the newest first", heads, shown, "", pinned=True)


def _service(told: Facts) -> tuple[str, ...]:
    errors, share = number(told.get("errors")), number(told.get("error_rate"))
    said = "" if errors is None else f"{errors:,.0f}" + (f" ({share:.2%})" if share is not None else "")
    requests, rate = number(told.get("requests")), number(told.get("rate"))
    times = [_time(told, name) for name in ("p50_ms", "p95_ms", "p99_ms")]
    return (
        "" if requests is None else f"{requests:,.0f}",
        said,
        "" if rate is None else f"{rate:.3g}",
        *times,
        _time(mapping(told, "model"), "p99_ms"),
    )


def _time(told: Facts, name: str) -> str:
    value = number(told.get(name))
    return "" if value is None else f"{value:.3g} ms"


def chosen(told: Sequence[Report], query: Mapping[str, str]) -> Report | None:
    """Return the report that is shown whole: the one that a URL's query names, else the newest."""
    named = next((report for report in told if report.digest == query.get("report")), None)
    return named or (told[-1] if told else None)
