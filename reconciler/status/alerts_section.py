"""Alerts of monitors as people read them: since when, how far beyond which threshold, about which model, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.markdown import escaped, figure, link
from reconciler.model.text import moment
from reconciler.status.shown import Document, Files, bounded, model

MOST, MOST_CAUSES = 20, 3
"""Alerts of a monitor, and what they come of, that are shown; its report has all."""


def alerts(address: Address, document: Document, root: str, files: Files) -> list[str]:
    """Return a line for each alert of a monitor, which leads to its report, and lines for what they come of.

    Args:
        address: the monitor's.
        document: its status.
        root: how the page that they stand on leads to the branch's root.
        files: what the branch holds.
    """
    facts = document.get("facts", {})
    told = facts.get("alerts") or ()
    report = f"{root}reports/{facts.get('newest')}/report.md"
    lines = [_alert(address, alert, report, root, files) for alert in told]
    return bounded(lines, MOST) + _causes(facts.get("causes") or ())


def _alert(address: Address, alert: Mapping[str, Any], report: str, root: str, files: Files) -> str:
    place = f" ({escaped(str(alert['where']))})" if alert.get("where") else ""
    told = f"{_figure(alert.get('value'))}{place}, threshold {_figure(alert.get('threshold'))}"
    since = f", since {escaped(moment(str(alert['since'])))}" if alert.get("since") else ""
    about = f", about {model(str(alert['trial']), root, files)}" if alert.get("trial") else ""
    sign = "🟠" if alert.get("severity") == "warning" else "🔴"
    return f"- {sign} **{escaped(str(alert.get('what')))}**: {told}{since}{about} — {link(address, report)}"


def _causes(causes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what alerts come of, and what to do."""
    harmful = [one for one in causes if one.get("action") != "nothing"]
    told = (
        (place, escaped(str(one.get("what"))), escaped(str(one.get("fix")))) for place, one in enumerate(harmful, 1)
    )
    lines = [f"  {place}. {what}. {fix}" for place, what, fix in told]
    more = len(lines) - MOST_CAUSES
    return [*lines[:MOST_CAUSES], *([f"  {MOST_CAUSES + 1}. and {more} more, in the report"] if more > 0 else [])]


def _figure(value: Any) -> str:
    """Write a figure; a runner may have left a text in its place."""
    return escaped(figure(value))
