"""Comparability: on which rows a candidate was held against the live model, and why it couldn't be.

What a job tells of that is taken for what anybody may have written: bounded, and escaped.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers.measured import count_of
from reconciler.model.markdown import code, escaped
from reconciler.model.text import counted, printable

_LONGEST = 300


def incomparable(comparison: Mapping[str, Any]) -> str:
    """Say why a comparison compares nothing though a model is live; empty where it does, or none is."""
    facts = comparison.get("facts")
    told = facts.get("obstacle") if isinstance(facts, Mapping) else None
    return printable(str(told), _LONGEST) if told else ""


def rows_section(comparison: Mapping[str, Any]) -> str:
    """Write, in Markdown, on which rows both models were compared; empty where that isn't told."""
    if why := incomparable(comparison):
        return f"> **Not compared with the live model**: {escaped(why)}."
    facts = comparison.get("facts")
    told = facts.get("judged") if isinstance(facts, Mapping) else None
    if not isinstance(told, Mapping):
        return ""
    if told.get("rule") is True:
        how = "both models' rows were dealt out by the same rule, by which the same rows test"
        return f"Which rows the live model was trained on isn't known; {how}."
    tested, seen = count_of(told, "tested"), count_of(told, "seen")
    if not seen:
        return "Neither model was trained or chosen on any of these rows."
    by = told.get("by")
    named = ", ".join(code(printable(str(name), 80)) for name in by[:8]) if isinstance(by, list) else ""
    by_which = f", told by {named}," if named else ""
    left_out = f"of the candidate's {counted(tested, 'test row')} {seen:,}{by_which} are left out"
    return (
        f"Neither model was trained or chosen on these rows: {left_out}, which the live model was trained or chosen on."
    )
