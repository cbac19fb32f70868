"""The verdict: which figures are beyond the thresholds of the spec, how much that matters, and what to do about it."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from runners.monitor.chance import of_drop
from runners.monitor.chunks import NEWEST
from runners.monitor.findings import Findings
from runners.monitor.parameters import Thresholds
from runners.monitor.performance import ERRORS, Performance
from runners.monitor.quality import worst

Severity = Literal["warning", "critical"]
FACTOR = 2.0
"""An alert is critical from this multiple of its threshold on."""


class Alert(NamedTuple):
    """A figure beyond its threshold: `what` and `where` in words, `fix` is what a person can do."""

    what: str
    value: float
    threshold: float
    where: str
    severity: Severity
    fix: str

    def document(self) -> dict[str, Any]:
        """Return the alert as JSON."""
        return self._asdict()


def alerts_of(found: Findings, thresholds: Thresholds) -> tuple[Alert, ...]:
    """Hold the findings against the thresholds; the critical ones come first."""
    alerts = [
        *_drift(found, thresholds),
        *_performance(found, thresholds),
        *_risk(found, thresholds),
        *_rows(found, thresholds),
        *_texts(found, thresholds),
        *_pictures(found, thresholds),
        *_service(found, thresholds),
    ]
    return tuple(sorted(alerts, key=lambda alert: alert.severity))


def _drift(found: Findings, thresholds: Thresholds) -> Iterator[Alert]:
    drifted, allowed = found.drifted, thresholds.drifted_columns
    if allowed is not None and len(drifted) >= allowed:
        where = ", ".join(drifted[:5]) + (f" and {len(drifted) - 5} more" if len(drifted) > 5 else "")
        fix = "Find out who is asking now, or what changed upstream: the columns are pictured below."
        yield _alert("columns drift", len(drifted), allowed, where, fix)
    whole, least = found.distance, thresholds.distance
    if whole and least is not None and whole.area > least and whole.chance < found.rate.each:
        fix = "Columns no longer vary together as they did: look for a changed join, encoding or population."
        yield _alert("distance from the reference", whole.area, least, "all columns together", fix)


def _performance(found: Findings, thresholds: Thresholds) -> Iterator[Alert]:
    """Judge the first metric, which is the spec's; a drop that chance explains is no alert."""
    if not found.performance:
        return
    judged = found.performance[0]
    for is_realized, allowed in ((False, thresholds.estimated_drop), (True, thresholds.realized_drop)):
        drops = [_drop(judged, newest, is_realized=is_realized) for newest in (None, NEWEST)]
        told = [drop for drop in drops if drop and drop.chance < found.rate.each]
        largest = max(told, key=lambda drop: drop.value, default=None)
        if allowed is None or largest is None or largest.value <= allowed:
            continue
        word = "realised" if is_realized else "estimated"
        fix = "Retrain on rows like these, or roll back to the former model if it does better on them."
        if not is_realized:
            fix = "Bring in the outcomes of these rows to make sure, and have a retraining ready."
        yield _alert(f"{word} {judged.metric} {_fell(judged)}", largest.value, allowed, largest.where, fix)


def _risk(found: Findings, thresholds: Thresholds) -> Iterator[Alert]:
    """Judge the realised risk of all reports on the model: its alert stands until another model serves."""
    told = found.risk
    if thresholds.risk_rise is None or told is None or told.since is None or told.risk is None:
        return
    low = "" if told.low is None else f", lower bound {told.low:.1%}"
    where = f"evidence in nats; since row {told.since:,}, {told.risk:.1%} against {told.test.risk:.1%} on the test rows"
    fix = "Retrain on rows like these, or roll back to the former model if it does better on them."
    severity: Severity = "critical" if (told.low or 0.0) >= FACTOR * told.test.bound else "warning"
    yield Alert("risk rose", told.highest, told.needed, where + low, severity, fix)


class _Drop(NamedTuple):
    value: float
    chance: float
    where: str


def _drop(judged: Performance, newest: int | None, *, is_realized: bool) -> _Drop | None:
    """Return by how much a metric is worse, over all chunks or the newest, and the chance of that."""
    value, error = (ask(is_realized=is_realized, newest=newest) for ask in (judged.drop, judged.error))
    now, _ = judged.now(is_realized=is_realized, newest=newest)
    if value is None or now is None:
        return None
    return _Drop(value, of_drop(value, error or 0.0), f"{judged.reference:.4g} → {now:.4g}")


def _fell(judged: Performance) -> str:
    return "grew" if judged.metric in ERRORS else "fell"


def _rows(found: Findings, thresholds: Thresholds) -> Iterator[Alert]:
    quality, each = found.quality, found.rate.each
    missing = worst([(name, q.missing - q.missing_reference) for name, q in quality.items() if q.missing_chance < each])
    if missing and thresholds.missing_share is not None and missing[1] > thresholds.missing_share:
        fix = f"See who stopped sending {missing[0]}; the reference misses {quality[missing[0]].missing_reference:.1%}."
        yield _alert("missing values", missing[1], thresholds.missing_share, missing[0], fix)
    unseen = worst([(name, q.excess) for name, q in quality.items() if q.excess_chance < each])
    if unseen and thresholds.unseen_share is not None and unseen[1] > thresholds.unseen_share:
        where = f"{unseen[0]}: {', '.join(quality[unseen[0]].unseen[:3])}"
        fix = f"The model never saw these values of {unseen[0]}: correct the coding, or retrain with them."
        yield _alert("unseen categories", unseen[1], thresholds.unseen_share, where, fix)
    strange, allowed = found.outliers, thresholds.outlier_share
    if strange and allowed is not None and strange.share > allowed and strange.chance < each:
        fix = "Look up the strangest rows in the payload log by their events."
        yield _alert("outliers", strange.share, allowed, "rows", fix)


def _texts(found: Findings, thresholds: Thresholds) -> Iterator[Alert]:
    """Judge texts by their languages and by where they lie, the farthest of each."""
    told = [(one, one.language_distance) for one in found.wordings if one.language_distance is not None]
    other = [(one, distance) for one, distance in told if distance > one.language_limit]
    if other:
        one, distance = max(other, key=lambda pair: pair[1])
        first = one.languages[0]
        where = f"{one.name}: {first.name} {first.was:.1%} → {first.now:.1%}"
        fix = f"Find out who writes {one.name} now: the model learned from other languages."
        yield _alert("other languages", distance, thresholds.jensen_shannon, where, fix)
    least = thresholds.distance
    points = [
        (one.points.area, one.name)
        for one in found.wordings
        if one.points and one.points.chance < found.rate.each and least is not None and one.points.area > least
    ]
    if points and least is not None:
        area, name = max(points)
        fix = f"Read some of {name} in the payload log: they are about something else than the test rows were."
        yield _alert("texts unlike the reference", area, least, name, fix)


def _pictures(found: Findings, thresholds: Thresholds) -> Iterator[Alert]:
    """Judge pictures by where they lie among the test rows', the farthest."""
    least = thresholds.distance
    points = [
        (one.points.area, one.name, one.points.share)
        for one in found.appearances
        if one.points and one.points.chance < found.rate.each and least is not None and one.points.area > least
    ]
    if points and least is not None:
        area, name, share = max(points)
        where = f"{name}: at least {share:.1%} of them" if share else name
        fix = f"Look at some of {name} in the payload log: they show something else than the test rows did."
        yield _alert("pictures unlike the reference", area, least, where, fix)


def _service(found: Findings, thresholds: Thresholds) -> Iterator[Alert]:
    errors, slow = found.service.get("error_rate"), found.service.get("p99_ms")
    if thresholds.error_rate is not None and errors is not None and errors > thresholds.error_rate:
        where = f"{found.service.get('errors', 0)} of {found.service.get('requests', 0)} requests"
        yield _alert("error rate", errors, thresholds.error_rate, where, "Read the replicas' logs of this window.")
    if thresholds.p99_ms is not None and slow is not None and slow > thresholds.p99_ms:
        fix = "Raise the deployment's replicas, or look for a slow feature of the model."
        yield _alert("p99 latency in ms", slow, thresholds.p99_ms, "requests", fix)


def _alert(what: str, value: float, threshold: float, where: str, fix: str) -> Alert:
    severity: Severity = "critical" if value >= FACTOR * threshold else "warning"
    return Alert(what, float(value), float(threshold), where, severity, fix)
