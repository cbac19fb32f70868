"""Drift that costs nothing is information, and no alert: where that is sure, and not where it only can't be seen."""

from collections.abc import Sequence

from scipy import special

from runners.monitor.causes.ranking import MOST
from runners.monitor.causes.told import CausePart
from runners.monitor.findings import Findings
from runners.monitor.parameters import Thresholds
from runners.monitor.verdict import Alert

OF_DRIFT = ("columns drift", "distance from the reference")


def harmless(
    alerts: Sequence[Alert], causes: Sequence[CausePart], found: Findings, thresholds: Thresholds
) -> tuple[Alert, ...]:
    """Return the alerts of drift that is sure to cost less than what is tolerated.

    All columns that moved are told to do no harm, and the upper bound of the estimated drop, which counts whatever
    moved, is within its threshold. None where performance isn't estimated, or falls by what is realised.
    """
    columns = [one for one in causes if one.kind == "column"]
    others = [one for one in alerts if one.what not in OF_DRIFT]
    first = next(iter(found.performance), None)
    drop, error = (first.drop(is_realized=False), first.error(is_realized=False)) if first else (None, None)
    if not columns or len(causes) >= MOST or any(one.is_harmful for one in columns) or drop is None or error is None:
        return ()
    width = float(special.ndtri(1 - thresholds.false_alarms))
    if thresholds.estimated_drop is None or drop + width * error > thresholds.estimated_drop:
        return ()
    if any(one.what.startswith(("realised ", "risk ", "estimated ")) for one in others):
        return ()
    return tuple(one for one in alerts if one.what in OF_DRIFT)


def note_of(calm: Sequence[Alert]) -> tuple[str, ...]:
    """Say which alerts are none, and why."""
    if not calm:
        return ()
    told = ", ".join(f"{one.what} ({one.value:.4g}, threshold {one.threshold:.4g})" for one in calm)
    return (f"No alert, since it costs nothing: {told}. The estimated drop is surely within `estimated_drop`.",)
