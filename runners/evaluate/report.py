"""The report of a comparison: `comparison.md` for the reviewer, and `comparison.png`."""

from pathlib import Path

from runners.evaluate.compared import Comparison
from runners.evaluate.markdown import figure, table
from runners.evaluate.resampling import LEVEL, Interval

REPORT, PICTURE = "comparison.md", "comparison.png"
SURE = f"{LEVEL:.0%} interval".replace("%", " %")


def write_report(comparison: Comparison, folder: Path) -> None:
    """Write the report and its picture."""
    from runners.evaluate.forest import draw_forest

    draw_forest(comparison, folder / PICTURE)
    (folder / REPORT).write_text(report(comparison), "utf-8")


def report(comparison: Comparison) -> str:
    """Return the report as Markdown."""
    live, rows = comparison.live, f"{comparison.rows:,}"
    head = f"# The candidate\n\n`{comparison.candidate.run}`, on {rows} rows that it wasn't trained on. "
    head += _alone(comparison)
    if live is not None:
        head = "# Candidate against live\n\n"
        head += f"`{comparison.candidate.run}` against `{live.run}`, on the same {rows} rows{_which(comparison)}."
    parts = [head, _metrics(comparison), f"![{comparison.main.name}]({PICTURE})", _slices(comparison)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _alone(comparison: Comparison) -> str:
    found = comparison.judging
    return f"It can't be held against the live model: {found.obstacle}." if found else "No model is live."


def _which(comparison: Comparison) -> str:
    """Say why the rows are fair."""
    if comparison.judging is None:
        return ""
    told = comparison.judging.told
    if told.get("rule"):
        return ", dealt out by the same rule for both"
    left_out = f" ({told['seen']:,} that the live model has seen are left out)" if told.get("seen") else ""
    return ", on which neither was trained or chosen" + left_out


def _metrics(comparison: Comparison) -> str:
    live, own = comparison.live, comparison.candidate.metrics
    lines: list[tuple[str, ...]] = []
    for metric in comparison.metrics:
        known = comparison.intervals[metric.name]
        name = f"**{metric.name}**" if metric == comparison.main else metric.name
        if live is None:
            lines.append((name, figure(own[metric.name]), _between(known)))
        else:
            told = (figure(live.metrics[metric.name]), figure(own[metric.name]), figure(known.value, signed=True))
            lines.append((name, *told, _between(known, signed=True), comparison.verdict(metric, known)))
    head = ("metric", "candidate", SURE)
    return table(head if live is None else ("metric", "live", "candidate", "difference", SURE, ""), lines)


def _slices(comparison: Comparison) -> str:
    live, main = comparison.live, comparison.main
    lines: list[tuple[str, ...]] = []
    for column, values in comparison.by_slice.items():
        for value, known in values.items():
            own = comparison.candidate.slices[column][value]
            cells = (f"{column} = {value}", f"{own['rows']:,.0f}")
            if live is None:
                lines.append((*cells, figure(own.get(main.name)), _between(known[main.name])))
                continue
            before, interval = live.slices[column][value].get(main.name), known[main.name]
            told = (figure(before), figure(own.get(main.name)), figure(interval.value, signed=True))
            lines.append((*cells, *told, _between(interval, signed=True), comparison.verdict(main, interval)))
    head = ("slice", "rows", "candidate", SURE)
    heads = head if live is None else ("slice", "rows", "live", "candidate", "difference", SURE, "")
    parts = [f"## {main.name} by slice", table(heads, lines), *comparison.cut]
    return "\n\n".join(parts) if lines else ""


def _between(known: Interval, signed: bool = False) -> str:
    if known.low is None or known.high is None:
        return ""
    return f"{figure(known.low, signed)} to {figure(known.high, signed)}"
