"""Which segments alert: what is lost or moved in one of them, and isn't told of all rows already."""

from collections.abc import Iterator, Sequence

from runners.monitor.parameters import Thresholds
from runners.monitor.performance import ERRORS
from runners.monitor.segments.told import SegmentPart, SegmentsPart
from runners.monitor.verdict import FACTOR, Alert, Severity

MOST = 5
"""Alerts of segments that a report raises."""


def with_alerts(
    told: SegmentsPart, thresholds: Thresholds, whole: Sequence[Alert], drifted: Sequence[str]
) -> tuple[SegmentsPart, tuple[Alert, ...]]:
    """Return the segments with their alerts, and those that the report raises: of the worst segments.

    Args:
        told: what was found out.
        thresholds: what counts as an alert.
        whole: the alerts of all rows: what falls in all isn't told once more of each segment.
        drifted: the columns that drift in all rows.
    """
    known = {one.what for one in whole}
    raised = {one.name: list(_alerts(one, told, thresholds, (known, drifted))) for one in told.found}
    found = [one.model_copy(update={"alerts": tuple(each.what for each in raised[one.name])}) for one in told.found]
    found.sort(key=lambda one: not one.alerts)
    alerts = [each for one in found for each in raised[one.name]]
    return told.model_copy(update={"found": tuple(found)}), tuple(alerts[:MOST])


def _alerts(
    one: SegmentPart, told: SegmentsPart, thresholds: Thresholds, whole: tuple[set[str], Sequence[str]]
) -> Iterator[Alert]:
    known, drifted = whole
    for side, allowed in (("realised", thresholds.realized_drop), ("estimated", thresholds.estimated_drop)):
        is_known = any(what.startswith(f"{side} ") for what in known)
        if one.is_judged and allowed is not None and not is_known:
            yield from _drop(one, told, side, allowed)
    if thresholds.risk_rise is not None and "risk rose" not in known:
        yield from _risk(one)
    allowed_columns, news = thresholds.drifted_columns, set(one.drifted) - set(drifted)
    if allowed_columns is not None and len(one.drifted) >= allowed_columns and (news or "columns drift" not in known):
        where = ", ".join(one.drifted[:5]) + (f" and {len(one.drifted) - 5} more" if len(one.drifted) > 5 else "")
        fix = f"Find out what changed for these rows ({one.name}): all rows together hide it."
        yield _alert(f"columns drift in {one.name}", len(one.drifted), allowed_columns, where, fix)


def _drop(one: SegmentPart, told: SegmentsPart, side: str, allowed: float) -> Iterator[Alert]:
    field = "realized" if side == "realised" else side
    drop, chance, now = (getattr(one, f"{field}{part}") for part in ("_drop", "_chance", ""))
    if drop is None or chance is None or drop <= allowed or chance >= told.each:
        return
    fell = "grew" if told.metric in ERRORS else "fell"
    fix = "Retrain with more rows like these, or let people decide for them."
    if side == "estimated":
        fix = "Bring in the outcomes of these rows to make sure, and have a retraining ready."
    where = f"{one.reference:.4g} → {now:.4g}, {one.rows:,} rows"
    yield _alert(f"{side} {told.metric} {fell} in {one.name}", drop, allowed, where, fix)


def _risk(one: SegmentPart) -> Iterator[Alert]:
    risk = one.risk
    if risk is None or risk.since is None or risk.risk is None:
        return
    where = f"evidence in nats; since row {risk.since:,}, {risk.risk:.1%} against {risk.test.risk:.1%} on its test rows"
    severity: Severity = "critical" if (risk.low or 0.0) >= FACTOR * risk.test.bound else "warning"
    fix = "Retrain with more rows like these, or let people decide for them."
    yield Alert(f"risk rose in {one.name}", risk.highest, risk.needed, where, severity, fix)


def _alert(what: str, value: float, threshold: float, where: str, fix: str) -> Alert:
    severity: Severity = "critical" if value >= FACTOR * threshold else "warning"
    return Alert(what, float(value), float(threshold), where, severity, fix)
