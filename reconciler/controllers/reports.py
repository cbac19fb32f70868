"""Reports: those that a monitor has made, oldest first, and which of them it keeps."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from reconciler.controllers.retraining import asked_since, granted
from reconciler.controllers.run_lifecycle import being_read, finished_at
from reconciler.model.change import DropRun
from reconciler.model.decision import View
from reconciler.model.facts import MonitorFacts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.monitors import Alert, Monitor
from reconciler.model.text import printable

NOT_ENOUGH = "not_enough_data"
"""The verdict of a report whose window held fewer rows than the spec's `minimum_rows`."""

LONGEST = 300
"""Characters of what an alert says."""
_AT_ONCE = 50


def reports(address: Address, view: View) -> list[tuple[str, RunName]]:
    """Return a monitor's accepted reports with the ends of their windows, oldest first.

    Of one window there may be several, as a spec that was changed has it looked at anew: the newest comes last.
    """
    found = []
    for version in view.versions_by_owner.get(address, ()):
        result = view.actual.results.get(version.run)
        if version.here and result is not None:
            end = (result.get("facts", {}).get("window") or {}).get("end") or finished_at(result)
            found.append((str(end), finished_at(result), version.run))
    return [(end, run) for end, _, run in sorted(found)]


def facts_of(report: RunName, view: View) -> Mapping[str, Any]:
    """Return what a report found."""
    facts = view.actual.results.get(report, {}).get("facts")
    return facts if isinstance(facts, Mapping) else {}


def judged(known: list[tuple[str, RunName]], view: View) -> list[tuple[str, RunName]]:
    """Return those of the reports that had enough rows to judge."""
    return [(end, run) for end, run in known if facts_of(run, view).get("verdict") != NOT_ENOUGH]


def alerts_about(trial: RunName, known: list[tuple[str, RunName]], view: View) -> list[dict[str, Any]]:
    """Return the alerts of the newest report, with since when each stands and which model it is about.

    An alert stands since the end of the first window of an unbroken row of reports that raise it about the same model.
    Alerts about a model that no longer serves are past.
    """
    told = [(end, _alerts_of(run, view)) for end, run in known if trial_of(run, view) in (None, trial)]
    if not known or not told or told[-1][0] != known[-1][0]:
        return []
    return [alert | {"since": _since(str(what), told), "trial": trial} for what, alert in told[-1][1].items()]


def quiet_since(address: Address, trial: RunName, known: list[tuple[str, RunName]], view: View) -> dict[str, str]:
    """Return what the newest reports on a model looked at, one after another, without an alert; empty if they do alert.

    It begins where the oldest of them began to look, or where the last status says, should that have been dropped.

    Args:
        address: the monitor.
        trial: the model that serves.
        known: its reports that had enough rows, oldest first, with the ends of their windows.
        view: the world.
    """
    row: list[tuple[str, RunName]] = []
    for end, run in reversed(known):
        if trial_of(run, view) != trial or _alerts_of(run, view):
            break
        row.append((end, run))
    if not row:
        return {}
    since = (facts_of(row[-1][1], view).get("window") or {}).get("start") or row[-1][0]
    former = view.facts_of(address, MonitorFacts).get("quiet") or {}
    is_whole = len(row) == len(known) and former.get("model") == trial
    if is_whole and str(former.get("until")) >= row[-1][0]:
        since = min(str(former.get("since")), str(since))
    return {"model": trial, "since": str(since), "until": row[0][0]}


def _since(what: str, told: list[tuple[str, dict[str, dict[str, Any]]]]) -> str:
    unbroken: list[str] = [end for end, _ in takewhile(lambda pair: what in pair[1], reversed(told))]
    return unbroken[-1]


def _alerts_of(report: RunName, view: View) -> dict[str, dict[str, Any]]:
    alerts = facts_of(report, view).get("alerts") or ()
    found = [_bounded(alert) for alert in alerts if isinstance(alert, Mapping)]
    return {alert["what"]: alert for alert in found}


def _bounded(alert: Mapping[str, Any]) -> dict[str, Any]:
    """Return an alert as a message tells it: a report is a file, which may say anything."""
    texts = {key: printable(value, LONGEST) for key, value in alert.items() if isinstance(value, str)}
    return {**alert, **texts, "what": printable(str(alert.get("what")), LONGEST)}


def trial_of(report: RunName, view: View) -> str | None:
    """Return the model that a report is about; None where it doesn't say."""
    provenance = view.actual.results.get(report, {}).get("provenance") or {}
    trial = facts_of(report, view).get("trial") or provenance.get("input_reference")
    return str(trial) if trial else None


def passed(address: Address, newest: RunName, view: View) -> tuple[DropRun, ...]:
    """Drop what was found when there were too few rows, once it was looked again: the newer window holds those rows."""
    known = [run for _, run in reports(address, view)]
    enough = {run for _, run in judged(reports(address, view), view)}
    gone = [run for run in known if run not in enough and run != newest and run not in being_read(view)][:_AT_ONCE]
    return tuple(DropRun(address=address, run=run, why="its rows are in a newer window", accepted=True) for run in gone)


def spare(address: Address, spec: Monitor, view: View) -> tuple[DropRun, ...]:
    """Drop the oldest reports above the number that the spec keeps, if it gives one, some at a time.

    The two newest that had enough rows stay: the next window begins where the last one ended, as that began where the
    one before it did, and both are named by it. So does what a job reads. And which alerts may act must follow from
    those that stay as it did from all: else an old one would act anew.
    """
    if spec.keep is None:
        return ()
    known = judged(reports(address, view), view)
    needed = {run for _, run in known[-2:]} | being_read(view)
    oldest = [run for _, run in known[: -spec.keep] if run not in needed][:_AT_ONCE]
    since = asked_since(address, spec.alert, view)
    acting = {run for _, run in granted(address, spec.alert, view, since=since)} if oldest else set()
    gone = {run for run in oldest if run not in acting}
    for run in oldest:
        if run in acting and _acts_as_before(address, spec.alert, gone | {run}, view):
            gone.add(run)
    why = "the spec keeps no more"
    return tuple(DropRun(address=address, run=run, why=why, accepted=True) for run in oldest if run in gone)


def _acts_as_before(address: Address, alert: Alert, gone: set[RunName], view: View) -> bool:
    since = asked_since(address, alert, view)
    before = [item for item in granted(address, alert, view, since=since) if item[1] not in gone]
    return granted(address, alert, view, since=since, without=frozenset(gone)) == before
