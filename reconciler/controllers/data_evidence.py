"""Evidence of data: the Markdown that a reviewer reads beside a proposal of a version.

What runs told of their versions is taken for what anybody may have written: bounded, and escaped.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.controllers.evidence import gates_of
from reconciler.controllers.gates import GateResult
from reconciler.controllers.pinned import content_of
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.run_lifecycle import finished_at
from reconciler.model.ids import RunName
from reconciler.model.markdown import code, escaped, figure, table
from reconciler.model.moment import moment_of
from reconciler.model.text import printable

MOST = 50
"""Columns, figures and inputs that are told of, each."""
_LONGEST = 80

Document = Mapping[str, Any]


def data_evidence(case: Case, candidate: Candidate, gates: Iterable[GateResult]) -> str:
    """Write why a version should be pinned, against the one that is pinned now."""
    results = case.view.actual.results
    new = results.get(RunName(candidate.run), {})
    old = results.get(RunName(case.live.run)) if case.live else None
    whose, instead = (
        case.subject.address,
        f", in place of `{case.live.run}`." if case.live else ", which pins none yet.",
    )
    parts = [
        f"Pins `{candidate.run}` as the version of `{whose}` in {case.environment}{instead}",
        _figures(new, old),
        _columns(new, old) if old is not None else "",
        gates_of(gates),
        candidate.chosen,
        _origin(case, candidate, new),
        _back(case),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _figures(new: Document, old: Document | None) -> str:
    """Show the figures of the version, and how they moved."""
    now, before = _numbers(new), _numbers(old or {})
    names = sorted({*now, *before})[:MOST]
    if not names:
        return ""
    if old is None:
        return "## Figures\n\n" + table(("figure", "candidate"), [(escaped(name), figure(now[name])) for name in names])
    lines = [(escaped(n), figure(before.get(n)), figure(now.get(n)), _moved(before.get(n), now.get(n))) for n in names]
    return "## Figures\n\n" + table(("figure", "live", "candidate", "difference"), lines)


def _numbers(result: Document) -> dict[str, float]:
    metrics = result.get("metrics")
    told = metrics.items() if isinstance(metrics, Mapping) else ()
    found = {printable(str(name), _LONGEST): value for name, value in told}
    return {name: value for name, value in found.items() if isinstance(value, int | float)}


def _moved(before: float | None, now: float | None) -> str:
    return "" if before is None or now is None or before == now else f"{now - before:+.6g}"


def _columns(new: Document, old: Document) -> str:
    """Show which columns are new, are gone or are of another type."""
    now, before = _types(new), _types(old)
    if now is None or before is None:
        return ""
    lines = [
        *((name, "", kind, "new") for name, kind in now.items() if name not in before),
        *((name, kind, "", "gone") for name, kind in before.items() if name not in now),
        *((n, before[n], kind, "another type") for n, kind in now.items() if n in before and before[n] != kind),
    ]
    if not lines:
        return "## Columns\n\nThe same, of the same types."
    shown = [tuple(escaped(part) for part in line) for line in lines[:MOST]]
    more = f"\n\nAnd {len(lines) - MOST} more." if len(lines) > MOST else ""
    return "## Columns\n\n" + table(("column", "live", "candidate", ""), shown) + more


def _types(result: Document) -> dict[str, str] | None:
    """Return the types of a version's columns; None where its run didn't tell them all."""
    facts = result.get("facts")
    told = facts.get("types") if isinstance(facts, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    return {printable(str(name), _LONGEST): printable(str(kind), _LONGEST) for name, kind in told.items()}


def _origin(case: Case, candidate: Candidate, result: Document) -> str:
    """Tell the run that made it, when, from which source, and of which versions of other data."""
    made = moment_of(finished_at(result))
    provenance = result.get("provenance")
    told: Document = provenance if isinstance(provenance, Mapping) else {}
    lines = [f"run: `{candidate.run}`", f"content: {code(candidate.digest)}"]
    lines += [f"made: {made:%Y-%m-%d %H:%M} UTC"] if made else []
    lines += [f"{what}: {code(printable(str(told[key]), 200))}" for key, what in _TOLD.items() if told.get(key)]
    lines += [f"made from {escaped(role)}: {code(run)}{_content(case, run)}" for role, run in _inputs(told)]
    return "## Origin\n\n" + "\n".join(f"- {line}" for line in lines)


_TOLD = {"spec": "spec", "commit": "spec's commit", "environment": "made in", "due": "due since", "alert": "alert of"}
"""What of a run's provenance is told, and by which words."""


def _inputs(told: Document) -> Iterator[tuple[str, str]]:
    found = sorted((str(key), str(value)) for key, value in told.items() if str(key).startswith("input_"))
    for key, value in found[:MOST]:
        yield printable(key.removeprefix("input_"), _LONGEST), printable(value, 200)


def _content(case: Case, run: str) -> str:
    """Tell the content of a version that another one was made from, where that is known still."""
    content = content_of(RunName(run), case.view)
    return f", content {code(printable(content, 200))}" if content else ""


def _back(case: Case) -> str:
    """Say how to roll back."""
    how, former = "`git revert` of the merge", "takes the pin away"
    if case.live:
        how = f"`setpoint rollback {case.subject.address} --environment {case.environment}`, or {how}"
        former = f"pins `{case.live.run}` again"
    return f"## Back\n\n{how}, {former}. What was taken back isn't proposed again; `setpoint promote` lifts that."
