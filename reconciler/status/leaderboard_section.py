"""Leaderboards as tables: the figure that ranks a trial, its interval, and pictures of the best."""

from collections.abc import Mapping
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.markdown import code, escaped, figure, link, picture, table
from reconciler.status.leaderboard_pages import left_out
from reconciler.status.shown import NO_FILES, Document, Files, index_path, page_path

ROWS = 10
"""Trials of an experiment that are shown."""
MOST_WHOLE = 10
"""Experiments of which the README shows these; of more it shows the best trial of each."""
MOST = 20


def leaderboards_section(experiments: list[tuple[Address, Document]], files: Files) -> str:
    """Write the README's section; nothing where no experiment has a trial."""
    ranked = [(address, told["facts"]) for address, told in experiments if told.get("facts", {}).get("leaderboard")]
    if not ranked:
        return ""
    if len(ranked) > MOST_WHOLE:
        return "## Leaderboards\n\n" + _bests(ranked)
    parts = [f"### {address}\n\n{leaderboard(facts, '', files)}" for address, facts in ranked]
    return "## Leaderboards\n\n" + "\n\n".join(parts)


def _bests(ranked: list[tuple[Address, Mapping[str, Any]]]) -> str:
    """Write the best trial of each experiment."""
    rows = []
    for address, facts in ranked[:MOST]:
        _, trial, params, value, interval = _row(facts["leaderboard"][0], "", NO_FILES)
        name = escaped(str((facts.get("metric") or {}).get("name") or "ranking"))
        rows.append((link(f"`{address}`", page_path(address)), trial, params, f"{name} {value}", interval))
    others = len(ranked) - len(rows)
    shown = table(("experiment", "best trial", "parameters", "validation", "95 % interval"), rows)
    return f"{shown}\n\n{f'And {others} more' if others else 'All'}: {link('experiments', index_path('experiments'))}"


def leaderboard(facts: Mapping[str, Any], root: str, files: Files) -> str:
    """Write the first rows of an experiment's leaderboard; nothing where it has none."""
    board = facts.get("leaderboard") or []
    if not board:
        return ""
    metric = (facts.get("metric") or {}).get("name")
    heads = ("", "trial", "parameters", escaped(f"{metric or 'ranking'} (validation)"), "95 % interval")
    count = max(len(board), int(facts.get("trials") or 0))
    more = f"\n\nThe first {ROWS} of {count} trials." if count > ROWS else ""
    return table(heads, [_row(line, root, files) for line in board[:ROWS]]) + more + _pictures(facts, root)


def _pictures(facts: Mapping[str, Any], root: str) -> str:
    shown = [picture(path.rpartition("/")[2], root + path) for path in facts.get("pictures") or ()]
    if not shown:
        return ""
    return f"\n\n<details><summary>pictures of the best trial</summary>\n\n{' '.join(shown)}\n\n</details>"


def _row(line: Mapping[str, Any], root: str, files: Files) -> tuple[str, ...]:
    """Write a trial with the figure that ranks it; those of the test are for the one that is chosen."""
    params = ", ".join(f"{key}={value}" for key, value in (line.get("params") or {}).items())
    ranking = line.get("ranking") or {}
    ends = [ranking.get(end) for end in ("low", "high")]
    rank, figures = str(line.get("rank", "")), [_figure(ranking.get("value"))]
    if stage := left_out(line):
        rank, figures = "", [escaped(": ".join(filter(None, (stage, str(line.get("message") or "")))))]
    figures.append("" if None in ends else " to ".join(map(_figure, ends)))
    run = str(line.get("run"))
    card, name = files.card(run), code(run.rsplit("/", 1)[-1])
    return (rank, link(name, root + card) if card else name, escaped(params), *figures)


def _figure(value: Any) -> str:
    """Write a figure; a runner may have left a text in its place."""
    return escaped(figure(value))
