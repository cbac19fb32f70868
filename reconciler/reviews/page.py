"""A rehearsal as Markdown, for the comment on a pull request: the verdict first, then what, where, why and how back."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Problem, Severity
from reconciler.model.ids import Address
from reconciler.model.markdown import code, escaped, table
from reconciler.model.reviews import Verdict
from reconciler.model.text import counted
from reconciler.reviews.difference import Line
from reconciler.reviews.rehearsal import Rehearsal

MOST_ROWS = 100
"""Rows of a table; what is beyond them is counted."""
LONGEST_VALUE = 120
"""Characters of a value that are shown."""
_DIGEST = re.compile(r"\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b")
"""Of a digest its beginning is shown: the whole is in the files, and would push the columns beside it off the page."""
_MARKS = {Verdict.SUCCESS: "✅", Verdict.FAILURE: "❌", Verdict.PENDING: "⏳", Verdict.ERROR: "⚠️"}
_WORDS = {"+": "created", "-": "deleted", "~": "changed"}


def page(rehearsal: Rehearsal) -> str:
    """Write the section of one environment; a quiet one is a line."""
    head = f"{_MARKS[rehearsal.verdict]} {code(rehearsal.environment)}: {escaped(rehearsal.summary)}"
    if rehearsal.is_quiet:
        return head
    parts = [
        f"### {head}",
        _problems(rehearsal),
        _differences(rehearsal),
        _changes(rehearsal.changes),
        _waiting(rehearsal.decisions),
        _following(rehearsal),
        _outlook(rehearsal),
        "\n".join(f"- {escaped(note)}" for note in rehearsal.notes),
        _foot(rehearsal),
    ]
    return "\n\n".join(part for part in parts if part)


def as_document(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return a rehearsal as JSON-compatible values."""
    places = rehearsal.places
    return {
        "environment": rehearsal.environment,
        "base": rehearsal.pair.base,
        "head": rehearsal.pair.head,
        "verdict": rehearsal.verdict.value,
        "summary": rehearsal.summary,
        "problems": [str(problem) for problem in rehearsal.problems],
        "differences": [
            {
                "sign": line.sign,
                "address": line.address,
                "field": line.field,
                "old": line.before,
                "new": line.after,
                "place": ":".join(map(str, places.get((line.address, line.path), ()))),
            }
            for line in rehearsal.lines
        ],
        "changes": [change.as_json() for change in rehearsal.changes],
        "following": list(rehearsal.following),
        "gpu_hours": rehearsal.hours,
        "usual_gpu_hours": rehearsal.outlook.hours,
        "reads": list(rehearsal.outlook.reads),
        "jobs": list(rehearsal.outlook.jobs),
        "traffic": list(rehearsal.outlook.traffic),
        "plan": rehearsal.plan,
        "notes": list(rehearsal.notes),
    }


def stale(environment: str, base: str) -> str:
    """Write the section of an environment whose branch has moved on since it was planned for."""
    return f"{_MARKS[Verdict.PENDING]} {code(environment)}: STALE, as the branch has moved to {code(base[:12])}"


def _problems(rehearsal: Rehearsal) -> str:
    lines = [
        f"- {'🔴' if problem.severity is Severity.ERROR else '🟡'} {_problem(problem)}"
        for problem in rehearsal.problems
    ]
    return "\n".join(_at_most(lines, "problem"))


def _problem(problem: Problem) -> str:
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    where = f"{code(problem.path)}: " if problem.path else ""
    hint = f" ({escaped(problem.hint)})" if problem.hint else ""
    return f"{code(place)} {where}{escaped(problem.message)}{hint}"


def _differences(rehearsal: Rehearsal) -> str:
    """Write the specs' differences: a resource that is new or gone in a line, a changed one with its fields."""
    whole = [line for line in rehearsal.lines if not line.path]
    fields = [line for line in rehearsal.lines if line.path]
    told = [f"- {code(line.address)} {_WORDS[line.sign]}" for line in whole]
    parts = ["\n".join(_at_most(told, "resource"))] if told else []
    if fields:
        rows = [_row(line, rehearsal) for line in fields[:MOST_ROWS]]
        parts.append(table(("resource", "field", "was", "becomes", "where"), rows))
        if len(fields) > MOST_ROWS:
            parts.append(f"and {counted(len(fields) - MOST_ROWS, 'field')} more")
    return "#### Specs\n\n" + "\n\n".join(parts) if parts else ""


def _row(line: Line, rehearsal: Rehearsal) -> Sequence[str]:
    file, number = rehearsal.places.get((line.address, line.path), ("", 0))
    where = code(f"{file}:{number}") if file else ""
    before = "" if line.sign == "+" else _value(line.before)
    after = "" if line.sign == "-" else _value(line.after)
    return code(line.address), code(line.field), before, after, where


def _value(value: Any) -> str:
    text = _DIGEST.sub(r"\1…", str(value))
    return code(text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…")


def _changes(changes: Sequence[Change]) -> str:
    rows = [(code(c.sign), code(c.target), escaped(c.verb), escaped(c.why)) for c in changes[:MOST_ROWS]]
    more = f"\n\nand {counted(len(changes) - MOST_ROWS, 'change')} more" if len(changes) > MOST_ROWS else ""
    return f"#### At once after the merge\n\n{table(('', 'what', 'change', 'why'), rows)}{more}" if rows else ""


def _waiting(decisions: Iterable[Decision]) -> str:
    told = [d for d in decisions if d.phase in (Phase.STALLED, Phase.WAITING)]
    lines = [f"- {code(d.address)} {d.phase.value}: {escaped(d.message)}" for d in told]
    return "\n".join(_at_most(lines, "resource"))


def _following(rehearsal: Rehearsal) -> str:
    if not rehearsal.following:
        return ""
    lines = [f"- {code(address)}{_trials(rehearsal, address)}" for address in rehearsal.following]
    return "#### Once that is done\n\n" + "\n".join(_at_most(lines, "resource"))


def _outlook(rehearsal: Rehearsal) -> str:
    """Write what the jobs read and usually take, and whose traffic moves."""
    found = rehearsal.outlook
    told = (("Reads", found.reads), ("Takes", found.jobs), ("Traffic", found.traffic))
    lines = [f"- {what}: {escaped(line)}" for what, parts in told for line in parts]
    return "#### What it comes to\n\n" + "\n".join(lines) if lines else ""


def _trials(rehearsal: Rehearsal, address: Address) -> str:
    count = rehearsal.trials.get(address)
    return f": {counted(count, 'trial')}" if count else ""


def _at_most(lines: Sequence[str], what: str) -> list[str]:
    more = [f"- and {counted(len(lines) - MOST_ROWS, what)} more"] if len(lines) > MOST_ROWS else []
    return [*lines[:MOST_ROWS], *more]


def _foot(rehearsal: Rehearsal) -> str:
    pair = rehearsal.pair
    told = [f"{code(pair.head[:12])} merged to {code(pair.base[:12])}"]
    told += [f"plan {code(rehearsal.plan)}"] if rehearsal.plan else []
    told.append("`git revert` of the merge takes it back")
    return f"<sub>{'; '.join(told)}</sub>"
