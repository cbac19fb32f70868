"""Causes of a report's alerts, as a status and a notice tell them. A report is a file: what it says is bounded."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.controllers.measured import is_finite
from reconciler.model.decision import View
from reconciler.model.ids import RunName
from reconciler.model.text import printable

MOST, MOST_SAID, MOST_COLUMNS, LONGEST = 8, 2, 20, 400
"""Causes that a status tells, and a message; columns of one; characters of a sentence."""
_FIGURES = ("cost", "low", "high", "share", "was", "now")
_ORIGIN = ("version", "content", "made", "commit", "before")


def causes_of(told: Any, view: View) -> list[dict[str, Any]]:
    """Return the causes that a report's facts tell, with the data's commit of the version that each began in."""
    found = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    return [_cause(one, view) for one in found[:MOST]]


def _cause(told: Mapping[str, Any], view: View) -> dict[str, Any]:
    sentence, fix, action = (printable(str(told.get(key, "")), LONGEST) for key in ("sentence", "fix", "action"))
    cause: dict[str, Any] = {"what": sentence, "action": action, "fix": fix}
    for key in ("columns", "alerts"):
        names = told.get(key)
        cause[key] = [printable(str(one), LONGEST) for one in names[:MOST_COLUMNS]] if isinstance(names, list) else []
    cause |= {key: float(told[key]) for key in _FIGURES if is_finite(told.get(key))}
    origin = told.get("origin")
    if isinstance(origin, Mapping) and origin.get("version"):
        shown = {key: printable(str(origin[key]), LONGEST) for key in _ORIGIN if origin.get(key)}
        version = view.actual.data.versions.get(RunName(str(origin["version"])))
        cause["origin"] = shown | ({"data_commit": version.commit} if version else {})
    return cause


def because(causes: Sequence[Mapping[str, Any]]) -> str:
    """Say in few words what is the cause of alerts and what to do; empty where no report tells."""
    harmful = [one for one in causes if one.get("action") != "nothing"]
    told = [f"{one['what']}. {one['fix']}" for one in harmful[:MOST_SAID]]
    rest = f" And {len(harmful) - MOST_SAID} more" if len(harmful) > MOST_SAID else ""
    return f". Because: {' '.join(told)}{rest}" if told else ""
