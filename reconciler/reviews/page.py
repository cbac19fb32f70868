"""A rehearsal as Markdown, for the comment on a pull request: the verdict first, then what, where, why and how back."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Problem, Severity
from reconciler.model.ids import Address
from reconciler.model.markdown import code, escaped, table
from reconciler.model.reviews import Annotation, Verdict
from reconciler.model.text import counted
from reconciler.reviews.difference import Line
from reconciler.reviews.rehearsal import Rehearsal

MOST_ROWS = 100
"""Rows of a table in a comment; what is beyond them is counted."""
EVERY_ROW = 5000
"""Rows of a table on the whole page."""
LONG = 15_000
"""Characters of a section from which on it may be cut: environments share the 60,000 of a comment."""
LONGEST_VALUE = 120
"""Characters of a value that are shown."""
_DIGEST = re.compile(r"\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b")
"""Of a digest its beginning is shown: the whole is in the files, and would push the columns beside it off the page."""
_MARKS = {Verdict.SUCCESS: "✅", Verdict.FAILURE: "❌", Verdict.PENDING: "⏳", Verdict.ERROR: "⚠️"}
_WORDS = {"+": "created", "-": "deleted", "~": "changed"}


def nowhere(_file: str, _line: int) -> str:
    """Return no address: nobody reads the files on a forge."""
    return ""


@dataclass(frozen=True, slots=True)
class Form:
    """How a page is written.

    Attributes:
        rows: how many rows a table has at the most.
        link: returns where people read a line of a file of the pull request; nothing where they don't.
        whole: where the whole page is, if this one may be cut.
    """

    rows: int = MOST_ROWS
    link: Callable[[str, int], str] = nowhere
    whole: str = ""


SHORT = Form()


def is_long(rehearsal: Rehearsal, form: Form) -> bool:
    """Tell whether a comment may not hold all that there is to say."""
    told = page(rehearsal, form)
    return len(told) > LONG or told != page(rehearsal, replace(form, rows=EVERY_ROW))


def page(rehearsal: Rehearsal, form: Form = SHORT) -> str:
    """Write the section of one environment; a quiet one is a line."""
    head = f"{_MARKS[rehearsal.verdict]} {code(rehearsal.environment)}: {escaped(rehearsal.summary)}"
    if rehearsal.is_quiet:
        return head
    parts = [
        f"### {head}",
        f"[All of it]({form.whole}), should a part be left out here." if form.whole else "",
        _problems(rehearsal, form),
        _differences(rehearsal, form),
        _changes(rehearsal.changes, form),
        _waiting(rehearsal.decisions, form),
        _following(rehearsal, form),
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
        "allowed_gpu_hours": rehearsal.costs.most,
        "usual_gpu_hours": rehearsal.outlook.hours,
        "reads": list(rehearsal.outlook.reads),
        "jobs": list(rehearsal.outlook.jobs),
        "traffic": list(rehearsal.outlook.traffic),
        "plan": rehearsal.plan,
        "notes": list(rehearsal.notes),
    }


def annotations_of(rehearsal: Rehearsal) -> tuple[Annotation, ...]:
    """Return what is wrong beside its lines, as far as it has any."""
    return tuple(
        Annotation(
            problem.file,
            problem.line,
            ": ".join(part for part in (problem.path, problem.message) if part)
            + (f" ({problem.hint})" if problem.hint else ""),
            is_error=problem.severity is Severity.ERROR,
        )
        for problem in rehearsal.problems
        if problem.line
    )


def stale(environment: str, base: str) -> str:
    """Write the section of an environment whose branch has moved on since it was planned for."""
    return f"{_MARKS[Verdict.PENDING]} {code(environment)}: STALE, as the branch has moved to {code(base[:12])}"


def _problems(rehearsal: Rehearsal, form: Form) -> str:
    lines = [
        f"- {'🔴' if problem.severity is Severity.ERROR else '🟡'} {_problem(problem, form)}"
        for problem in rehearsal.problems
    ]
    return "\n".join(_at_most(lines, "problem", form))


def _problem(problem: Problem, form: Form) -> str:
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    where = f"{code(problem.path)}: " if problem.path else ""
    hint = f" ({escaped(problem.hint)})" if problem.hint else ""
    return f"{_linked(place, form.link(problem.file, problem.line))} {where}{escaped(problem.message)}{hint}"


def _linked(place: str, address: str) -> str:
    return f"[{code(place)}]({address})" if address else code(place)


def _differences(rehearsal: Rehearsal, form: Form) -> str:
    """Write the specs' differences: a resource that is new or gone in a line, a changed one with its fields."""
    whole = [line for line in rehearsal.lines if not line.path]
    fields = [line for line in rehearsal.lines if line.path]
    told = [f"- {code(line.address)} {_WORDS[line.sign]}" for line in whole]
    parts = ["\n".join(_at_most(told, "resource", form))] if told else []
    if fields:
        rows = [_row(line, rehearsal, form) for line in fields[: form.rows]]
        parts.append(table(("resource", "field", "was", "becomes", "where"), rows))
        if len(fields) > form.rows:
            parts.append(f"and {counted(len(fields) - form.rows, 'field')} more")
    return "#### Specs\n\n" + "\n\n".join(parts) if parts else ""


def _row(line: Line, rehearsal: Rehearsal, form: Form) -> Sequence[str]:
    file, number = rehearsal.places.get((line.address, line.path), ("", 0))
    where = _linked(f"{file}:{number}", form.link(file, number)) if file else ""
    before = "" if line.sign == "+" else _value(line.before)
    after = "" if line.sign == "-" else _value(line.after)
    return code(line.address), code(line.field), before, after, where


def _value(value: Any) -> str:
    text = _DIGEST.sub(r"\1…", str(value))
    return code(text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…")


def _changes(changes: Sequence[Change], form: Form) -> str:
    rows = [(code(c.sign), code(c.target), escaped(c.verb), escaped(c.why)) for c in changes[: form.rows]]
    more = f"\n\nand {counted(len(changes) - form.rows, 'change')} more" if len(changes) > form.rows else ""
    return f"#### At once after the merge\n\n{table(('', 'what', 'change', 'why'), rows)}{more}" if rows else ""


def _waiting(decisions: Iterable[Decision], form: Form) -> str:
    told = [d for d in decisions if d.phase in (Phase.STALLED, Phase.WAITING)]
    lines = [f"- {code(d.address)} {d.phase.value}: {escaped(d.message)}" for d in told]
    return "\n".join(_at_most(lines, "resource", form))


def _following(rehearsal: Rehearsal, form: Form) -> str:
    if not rehearsal.following:
        return ""
    lines = [f"- {code(address)}{_trials(rehearsal, address)}" for address in rehearsal.following]
    return "#### Once that is done\n\n" + "\n".join(_at_most(lines, "resource", form))


def _outlook(rehearsal: Rehearsal) -> str:
    """Write what the jobs read and usually take, and whose traffic moves."""
    found = rehearsal.outlook
    costs = rehearsal.costs
    allowed = (f"of {costs.most:g} GPU hours up to {costs.hours:g}",) if costs.most is not None and costs.hours else ()
    told = (
        ("Reads", found.reads),
        ("Takes", found.jobs),
        ("Costs", (*costs.lines, *allowed)),
        ("Traffic", found.traffic),
    )
    lines = [f"- {what}: {escaped(line)}" for what, parts in told for line in parts]
    return "#### What it comes to\n\n" + "\n".join(lines) if lines else ""


def _trials(rehearsal: Rehearsal, address: Address) -> str:
    count = rehearsal.trials.get(address)
    return f": {counted(count, 'trial')}" if count else ""


def _at_most(lines: Sequence[str], what: str, form: Form) -> list[str]:
    more = [f"- and {counted(len(lines) - form.rows, what)} more"] if len(lines) > form.rows else []
    return [*lines[: form.rows], *more]


def _foot(rehearsal: Rehearsal) -> str:
    pair = rehearsal.pair
    told = [f"{code(pair.head[:12])} merged to {code(pair.base[:12])}"]
    told += [f"plan {code(rehearsal.plan)}"] if rehearsal.plan else []
    told.append("`git revert` of the merge takes it back")
    return f"<sub>{'; '.join(told)}</sub>"
