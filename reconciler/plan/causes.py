"""Causes: what of the runs that are to be made is other than it was of those before."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.model.change import NEVER_MADE, Change, StartRun
from reconciler.model.decision import Decision, View

FACT = "made_from"
_WORDS = {
    "dataset": "its dataset has a new version",
    "labels": "its labels have a new version",
    "inputs": "a dataset that it is made of, or held to, has a new version",
    "scored_by": "another model scores its rows",
    "answers": "there are new answers",
    "former": "it is refreshed from its newest version on",
    "sides": "the split of its dataset has changed",
    "code": "its code has changed",
    "runner": "its runner is another, or of another version",
}


def explained(decision: Decision, view: View) -> Decision:
    """Let runs that are to be made say what has changed since those before, as the status remembers them."""
    if not any(isinstance(change, StartRun) for change in decision.changes):
        return decision
    now, former = decision.facts.get(FACT), view.recorded_facts(decision.address).get(FACT)
    if now is None or not isinstance(former, Mapping):
        return decision
    why = _words(former, now)
    return replace(decision, changes=tuple(_because(change, why) for change in decision.changes))


def _words(former: Mapping[str, Any], now: Mapping[str, str]) -> str:
    changed = [name for name in sorted({*former, *now}) if former.get(name) != now.get(name)]
    if not changed:
        return NEVER_MADE
    fields = [f"`{name}`" for name in changed if name not in _WORDS]
    has = "has" if len(fields) == 1 else "have"
    of_spec = [f"{', '.join(fields)} {has} changed"] if fields else []
    return "; ".join([*of_spec, *(words for name, words in _WORDS.items() if name in changed)])


def _because(change: Change, why: str) -> Change:
    is_new = isinstance(change, StartRun) and change.why == NEVER_MADE
    return replace(change, why=why) if is_new else change
