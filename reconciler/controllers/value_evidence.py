"""Evidence of a spec's values: the Markdown that a reviewer reads beside a proposal of them, field by field.

What a spec says is taken for what anybody may have written: bounded, and escaped.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.controllers.evidence import gates_of
from reconciler.controllers.gates import GateResult
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.model.edits import path_of
from reconciler.model.ids import canonical
from reconciler.model.markdown import code, escaped, table
from reconciler.model.spec_values import PromotedValues
from reconciler.model.text import printable

MOST = 100
"""Values and resources that are told of, each."""
_LONGEST = 120


def value_evidence(case: Case, promoted: PromotedValues, candidate: Candidate, gates: Iterable[GateResult]) -> str:
    """Write what fields of a spec will say, value by value, beside what they say now."""
    whose, live = case.subject.address, case.live.run if case.live else ""
    names = ", ".join(code(name) for name in case.spec.fields)
    parts = [
        f"Makes {names} of `{whose}` say in {case.environment} what they say in "
        f"{' and '.join(promoted.before)}: `{candidate.run}`, in place of `{live}`.",
        _difference(case, promoted),
        gates_of(gates),
        candidate.chosen,
        _followers(case),
        _back(case, candidate),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _difference(case: Case, promoted: PromotedValues) -> str:
    """Show each value that changes, and what it was."""
    said = next(one.said for one in promoted.before.values() if one.said)
    fields = [name for name in case.spec.fields if path_of(name) in promoted.edits]
    before, now = (dict(_leaves({name: told.whole[name] for name in fields})) for told in (promoted.here, said))
    lines = [(path, before.get(path, ""), now.get(path, "")) for path in dict.fromkeys((*before, *now))]
    moved = [(code(printable(path, _LONGEST)), old, new) for path, old, new in lines if old != new]
    more = f"\n\nAnd {len(moved) - MOST} more." if len(moved) > MOST else ""
    return "## Values\n\n" + table(("value", "now", "proposed"), moved[:MOST]) + more


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, code(printable(canonical(value).decode(), _LONGEST))


def _followers(case: Case) -> str:
    """Name what is made from it: a change of it may make these anew."""
    below = case.view.desired.followers.get(case.subject.address, ())
    found = sorted(address for address in below if address != case.address)
    if not found:
        return ""
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    told = ", ".join(escaped(address) for address in found[:MOST])
    return f"## What is made from it\n\n{told}{more}. `setpoint plan` on this branch tells what the merge changes."


def _back(case: Case, candidate: Candidate) -> str:
    """Say how to go back."""
    return (
        "## Back\n\n`git revert` of the merge says again what was said before. What was taken back isn't proposed "
        f"again; `setpoint promote {candidate.run} {case.address}`, or a commit that says it, lifts that."
    )
