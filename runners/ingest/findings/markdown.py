"""The findings as Markdown, for the status branch; the page beside it tells the whole profile."""

from collections.abc import Sequence
from pathlib import Path

from runners.contract import Violation
from runners.counting import counted
from runners.ingest.findings.finding import Finding
from runners.ingest.profile.shown import inert

_SIGNS = {"error": "🔴", "warning": "🟠", "info": "⚪"}
MOST = 50
"""Findings and violations that are told, each."""


def write_markdown(
    path: Path, name: str, rows: int, findings: Sequence[Finding], violations: Sequence[Violation]
) -> None:
    """Write what is odd in a version of a dataset, the most severe first."""
    links = "The whole profile: [profile.html](profile.html), for a browser."
    head = f"# {inert(name)}\n\n{counted(rows, 'row')}. {links}\n\n![distributions](profile.png)"
    parts = [head, _violations(violations), _findings(findings)]
    path.write_text("\n\n".join(part for part in parts if part) + "\n", "utf-8")


def _violations(violations: Sequence[Violation]) -> str:
    lines = [f"- {inert(v.where)}: {inert(v.what)}\n  *What to do:* {inert(v.fix)}" for v in violations[:MOST]]
    return _section("Violations", lines, len(violations))


def _findings(findings: Sequence[Finding]) -> str:
    lines = [
        f"- {_SIGNS[f.severity]} **{f.severity}** `{f.kind}`: {inert(f.what)}\n  *What to do:* {inert(f.fix)}"
        for f in findings[:MOST]
    ]
    return _section("Findings", lines, len(findings)) or "## Findings\n\nNothing odd was found."


def _section(title: str, lines: Sequence[str], count: int) -> str:
    more = [f"- and {count - len(lines):,} more"] if count > len(lines) else []
    return f"## {title}\n\n" + "\n".join([*lines, *more]) if lines else ""
