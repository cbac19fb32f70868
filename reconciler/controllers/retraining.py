"""Retraining: which alert, of all that monitors ever raised, asks a dataset for fresh data."""

from collections.abc import Iterator
from datetime import UTC, datetime

from reconciler.controllers.run_lifecycle import finished_at
from reconciler.model.decision import View
from reconciler.model.facts import DatasetFacts, MonitorFacts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.monitors import Alert, Monitor
from reconciler.model.kinds.promotions import Promotion

_NEVER = datetime.min.replace(tzinfo=UTC)


def trigger_of(dataset: Address, view: View) -> RunName | None:
    """Return the newest report whose alert a dataset must answer with fresh data, within the monitors' limits.

    It stays the answer until a newer alert comes, so that a refresh is asked for once an alert; the last status
    remembers it, should a spec on the way to its monitor break or go, or its report be dropped.
    """
    found = [
        alert
        for monitor, spec in _monitors_of(dataset, view)
        if (since := asked_since(monitor, spec.alert, view))
        for alert in granted(monitor, spec.alert, view, since=since)
    ]
    former = view.facts_of(dataset, DatasetFacts).get("refreshed_for")
    if former:
        moment = alerted(dataset, RunName(former), view)
        found.append((datetime.fromisoformat(moment) if moment else _NEVER, RunName(former)))
    return max(found)[1] if found else None


def alerted(dataset: Address, report: RunName, view: View) -> str | None:
    """Return when the alert was raised that a dataset answers, as its report tells, or else the last status."""
    moment, facts = _alert_of(report, view), view.facts_of(dataset, DatasetFacts)
    if moment:
        return moment.isoformat()
    return str(facts["alerted"]) if facts.get("refreshed_for") == report and facts.get("alerted") else None


def _monitors_of(dataset: Address, view: View) -> Iterator[tuple[Address, Monitor]]:
    """Follow the references back: dataset → experiment → promotion → deployment → monitor."""
    desired = view.desired
    promotions = [
        spec
        for experiment in _made_of(dataset, view)
        for promotion in desired.followers.get(experiment, ())
        if (spec := desired.of_kind(Promotion).get(promotion))
    ]
    for deployment in sorted({promotion.deployment for promotion in promotions if promotion.deployment}):
        for monitor in desired.followers.get(Address(deployment), ()):
            watch = desired.of_kind(Monitor).get(monitor)
            if watch and watch.alert.action == "retrain":
                yield monitor, watch


def _made_of(dataset: Address, view: View) -> Iterator[Address]:
    """Yield all that refers to a dataset or to one that is derived from it; the references have no circles."""
    for follower in view.desired.followers.get(dataset, ()):
        yield follower
        if follower in view.desired.of_kind(Dataset):
            yield from _made_of(follower, view)


def asked_since(monitor: Address, alert: Alert, view: View) -> datetime | None:
    """Return since when alerts of a monitor are to do what its spec says, by the last status; None if that is new.

    An alert that was raised before was only to be reported, or to do something else: it doesn't act now.
    """
    facts = view.facts_of(monitor, MonitorFacts)
    since = facts.get("acting_since")
    return datetime.fromisoformat(since) if since and facts.get("action") == alert.action else None


def granted(
    monitor: Address,
    alert: Alert,
    view: View,
    *,
    since: datetime | None = None,
    without: frozenset[RunName] = frozenset(),
) -> list[tuple[datetime, RunName]]:
    """Return the alerts of a monitor that may act: at most so many within any window of the given length.

    Args:
        monitor: whose alerts.
        alert: what the monitor's spec says of them.
        view: the world.
        since: alerts of windows that ended before that are left out.
        without: reports that are taken as if they weren't there.
    """
    found: list[tuple[datetime, RunName]] = []
    told = (item for item in _alerts(monitor, view) if item[1] not in without)
    alerts = sorted(told, key=lambda one: (one[0], finished_at(view.actual.results.get(one[1], {})), one[1]))
    for moment, run in alerts:
        if since and moment < since:
            continue
        recent = [when for when, _ in found if moment - when < alert.within]
        if len(recent) < alert.at_most:
            found.append((moment, run))
    return found


def _alerts(monitor: Address, view: View) -> Iterator[tuple[datetime, RunName]]:
    for version in view.versions_by_owner.get(monitor, ()):
        moment = _alert_of(version.run, view)
        if version.here and moment:
            yield moment, version.run


def _alert_of(report: RunName, view: View) -> datetime | None:
    """Return when a report's window ended, if it raised an alert."""
    facts = view.actual.results.get(report, {}).get("facts", {})
    end = (facts.get("window") or {}).get("end")
    return datetime.fromisoformat(end) if facts.get("alerts") and isinstance(end, str) else None
