"""Causes: what the runs that are to be made are made from, and what of it is other than it was of those before."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.model.change import NEVER_MADE, Change, StartRun
from reconciler.model.decision import Decision, View
from reconciler.model.ids import digest

FACT = "made_from"
_OWN = frozenset({"due", "alert", "params"})
"""Parts that are told otherwise, or that differ from trial to trial."""
_WORDS = {
    "dataset": "its dataset has a new version",
    "labels": "its labels have a new version",
    "code": "its code has changed",
    "runner": "its runner is another, or of another version",
}


def explained(decision: Decision, view: View) -> Decision:
    """Let runs that are to be made say what has changed since those before, and the status remember what that was.

    What is remembered follows from the spec and what is upstream alone, so that a status that was lost is written as it
    was.
    """
    if not decision.made_from:
        return decision
    told = view.recorded_facts(decision.address).get(FACT)
    former = told if isinstance(told, Mapping) else None
    now = {name: digest(value) for name, value in sorted(decision.made_from.items()) if name not in _OWN}
    why = NEVER_MADE if former is None else _words(former, now)
    changes = decision.changes if why == NEVER_MADE else tuple(_because(one, why) for one in decision.changes)
    return replace(decision, changes=changes, facts={**decision.facts, FACT: now})


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
