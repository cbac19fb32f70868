"""Monitors: on a schedule, hold the logged predictions against the training reference, and act on an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from reconciler.controllers.data_versions import data_versions
from reconciler.controllers.datasets import due_since
from reconciler.controllers.measured import count_of
from reconciler.controllers.proposals import merge_of, proposal_name, propose_once, proposed_names
from reconciler.controllers.report_causes import because, causes_of
from reconciler.controllers.report_segments import segments_of
from reconciler.controllers.reports import (
    LONGEST,
    NOT_ENOUGH,
    alerts_about,
    judged,
    passed,
    quiet_since,
    reports,
    spare,
    trial_of,
)
from reconciler.controllers.retraining import asked_since, granted
from reconciler.controllers.run_lifecycle import Stage, lifecycle_of_newest, tidy
from reconciler.controllers.run_orders import order
from reconciler.controllers.waiting import waits_for
from reconciler.controllers.watched_models import Watched, watched_of
from reconciler.model.change import Change, OpenProposal, StartRun
from reconciler.model.decision import Decision, Live, Phase, View
from reconciler.model.facts import MonitorFacts
from reconciler.model.ids import Address, RunName, kind_of, name_of
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.monitors import Monitor
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from reconciler.model.schedule import next_fire
from reconciler.model.text import counted, moment, printable

MOST_TOLD = 4
"""Alerts that a message names."""
SHOWN = 30
"""Reports that are shown at the most where the spec keeps all."""


def decide(resource: Resource, view: View) -> Decision:
    """Make the report that is due, and show the newest."""
    spec = resource.spec
    assert isinstance(spec, Monitor)
    above = view.upstream.get(Address(spec.deployment))
    live = above.output if above else None
    if not isinstance(live, Live):
        return waits_for(resource.address, spec.deployment, view)
    upcoming = next_fire(spec.schedule, view.actual.now)
    tick = due_since(resource.address, spec.schedule, view)
    former = view.facts_of(resource.address, MonitorFacts).get("due")
    shown = replace(_shown(resource, spec, live, view), wake=upcoming)
    if tick is None or (live.since and datetime.fromisoformat(tick) <= live.since):
        return replace(shown, reason=Reason.NOT_DUE_YET, message=_not_due(shown.facts, live.trial, view))
    watched = watched_of(spec, live, view)
    if watched is None:
        message = f"its next report waits until {spec.deployment} serves the models that its members pin"
        return replace(shown, reason=Reason.WAITS_FOR_MEMBERS, message=message)
    reported = partial(_report, resource, spec, (live, watched), view)
    wanted = reported(tick)
    lifecycle = lifecycle_of_newest(wanted, reported(former or tick), spec.retries, view)
    changes = lifecycle.changes + tidy(resource.address, frozenset({lifecycle.run}), view) + shown.changes
    if lifecycle.stage is Stage.ACCEPTED:
        changes += passed(resource.address, lifecycle.run, view) + spare(resource.address, spec, view)
    facts = {**shown.facts, "due": tick if lifecycle.run == wanted.run else former}
    shown = replace(shown, changes=changes, message=lifecycle.message, facts=facts)
    if lifecycle.stage is Stage.ACCEPTED:
        return _reported(shown, spec, lifecycle.result)
    if lifecycle.stage in (Stage.FAILED, Stage.REJECTED):
        return replace(shown, reason=Reason.REPORT_FAILED, phase=Phase.STALLED)
    return replace(shown, reason=Reason.REPORTING, phase=Phase.RECONCILING, wake=lifecycle.wake or upcoming)


def _report(resource: Resource, spec: Monitor, asked: tuple[Live, Watched], view: View, end: str) -> StartRun:
    """Order the report up to a moment, from where the last one ended that had enough rows to judge.

    So rows add up from window to window until there are enough of them. A report is of a model, by whichever of its
    revisions it answered. The same model may serve in another environment, too: that one's traffic is another report.
    """
    live, watched = asked
    known = [(moment, run) for moment, run in reports(resource.address, view) if moment < end]
    former = judged(known, view)
    start, previous = former[-1] if former else (None, None)
    inputs = watched.inputs | ({"previous": previous} if previous else {})
    ordered = order(
        resource,
        view,
        runner="monitor",
        params={
            **spec.monitor_params,
            **_left_out(spec, view),
            **watched.params,
            "window": {"start": start, "end": end},
            "trial": live.trial,
        },
        made_from={"environment": view.desired.environment_name, "previous": previous, **watched.made_from},
        inputs=inputs,
        urls={"logs": live.logs_url, "metrics": live.metrics_url},
    )
    # No report is named by them, nor said to be made from them: it looks at what came meanwhile, if at all.
    return replace(ordered, inputs={**ordered.inputs, **data_versions(watched.reference, view)})


def _left_out(spec: Monitor, view: View) -> dict[str, list[str]]:
    """Return which columns the payload log leaves out, where it does any."""
    deployment = view.desired.of_kind(Deployment).get(Address(spec.deployment))
    names = deployment.payloads.leave_out if deployment else ()
    return {"left_out": sorted(names)} if names else {}


def _not_due(facts: Mapping[str, Any], trial: RunName, view: View) -> str:
    """Say what is waited for since the traffic changed; alerts that stand are about a model that was reported on."""
    alerts, newest = facts.get("alerts") or (), facts.get("newest")
    is_known = newest is not None and trial_of(newest, view) == trial
    which = "next report" if alerts or is_known else "first report of this model"
    told = f"{_alerting(alerts, 1)}; " if alerts else ""
    return f"{told}the {which} waits for its schedule"


def _reported(shown: Decision, spec: Monitor, result: Mapping[str, Any]) -> Decision:
    """Tell the verdict of the report that was due; a window with too few rows goes on, and the report waits for it."""
    facts = result.get("facts", {})
    if facts.get("verdict") != NOT_ENOUGH:
        return replace(shown, message=_verdict(facts))
    rows, since = count_of(facts, "rows"), (facts.get("window") or {}).get("start")
    waits = {"rows": rows, "needed": spec.minimum_rows, "since": since}
    began = moment(str(since)) if since else "the model went live"
    message = f"{rows} of {counted(spec.minimum_rows, 'row')} since {began}: waits for more"
    if alerts := shown.facts.get("alerts"):
        message = f"{_alerting(alerts, 1)}; {message}"
    return replace(shown, reason=Reason.WAITS_FOR_ROWS, message=message, facts={**shown.facts, "waits": waits})


def _verdict(facts: Mapping[str, Any]) -> str:
    alerts = [printable(str(a.get("what")), LONGEST) for a in facts.get("alerts") or () if isinstance(a, Mapping)]
    rows = counted(count_of(facts, "rows"), "row")
    if alerts:
        return f"{counted(len(alerts), 'alert')} on {rows}: {', '.join(alerts[:MOST_TOLD])}"
    return f"{rows}, verdict {facts.get('verdict', 'ok')}"


def _shown(resource: Resource, spec: Monitor, live: Live, view: View) -> Decision:
    """Show the newest reports and their files, and act on an alert where the spec says so."""
    address = resource.address
    known = judged(reports(address, view), view)[-(spec.keep or SHOWN) :]
    facts: MonitorFacts = {"reports": [run for _, run in reversed(known)], "proposed": proposed_names(address, view)}
    facts |= _asked(address, spec, view)
    files: dict[str, tuple[RunName, str]] = {}
    for _, run in known:
        files |= _files(run, view.actual.results[run])
    changes: tuple[Change, ...] = ()
    alerts = alerts_about(live.trial, known, view)
    if known:
        newest = view.actual.results[known[-1][1]].get("facts", {})
        facts |= {"newest": known[-1][1], "alerts": alerts, "figures": _figures(newest)}
        facts |= {"quiet": quiet} if (quiet := quiet_since(address, live.trial, known, view)) else {}
        facts |= {"causes": causes} if alerts and (causes := causes_of(newest.get("causes"), view)) else {}
        facts |= {"segments": segments} if (segments := segments_of(newest.get("segments"))) else {}
        changes = _roll_back(resource, spec, known[-1][1], live, view) if newest.get("alerts") else ()
    return Decision(
        address=address,
        phase=Phase.READY,
        reason=Reason.REPORTED,
        message="",
        changes=changes,
        facts=facts,
        files=files,
        alerting=_alerting(alerts) + because(facts.get("causes", ())),
    )


def _alerting(alerts: Sequence[Mapping[str, Any]], most: int = MOST_TOLD) -> str:
    """Say which alerts stand, and since when."""
    told = [f"{alert.get('what')} since {moment(str(alert.get('since')))}" for alert in alerts[:most]]
    rest = f" and {len(alerts) - most} more" if len(alerts) > most else ""
    return f"{counted(len(alerts), 'alert')}: {', '.join(told)}{rest}" if alerts else ""


def _figures(facts: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("rows", "window", "verdict", "trial", "columns_drifted", "unwatched", "estimated", "realized", "risk")
    return {key: facts[key] for key in (*wanted, "track", "service") if key in facts}


def _files(run: RunName, result: Mapping[str, Any]) -> dict[str, tuple[RunName, str]]:
    """Map a report's files to their places on the status branch."""
    shown = (path for path in result.get("files", {}) if path.endswith((".md", ".html", ".json", ".png", ".svg")))
    return {f"reports/{run}/{path}": (run, path) for path in shown}


def _asked(address: Address, spec: Monitor, view: View) -> MonitorFacts:
    """Return what an alert is to do and since when: that it is so written now doesn't make old alerts act."""
    since = asked_since(address, spec.alert, view) or view.actual.now
    return {"action": spec.alert.action, "acting_since": since.isoformat()}


def _roll_back(resource: Resource, spec: Monitor, report: RunName, live: Live, view: View) -> tuple[Change, ...]:
    """Pin the model that was live before, when an alert is told to roll back.

    Only an alert about the model that is pinned now does so, on traffic since that went live and since the spec asks
    for it, and only as often as the spec allows: else a report would go on asking when it has been answered, and two
    models would take turns.
    """
    former = _former_model(spec.deployment, view)
    if spec.alert.action != "rollback" or not former or not _is_pinned(spec, report, live, view):
        return ()
    if not _may_act(resource.address, spec, report, live, view):
        return ()
    environment, edited = view.desired.environment_name, view.desired.resources.get(Address(spec.deployment))
    name = proposal_name(resource, [report, former["trial"]], edited, view)
    wanted = OpenProposal(
        address=resource.address,
        name=name,
        file=f"environments/{environment}/deployments/{name_of(Address(spec.deployment))}.yaml",
        edits={"model": dict(former)},
        title=f"Roll {spec.deployment} back to {former['trial']}",
        body=f"The report `{report}` raised an alert, and `{resource.file}` says `action: rollback`.\n",
        why="an alert asks for the former model",
    )
    return propose_once(wanted, view) + merge_of(wanted, view, "the alert's action is rollback")


def _may_act(address: Address, spec: Monitor, report: RunName, live: Live, view: View) -> bool:
    """Tell whether a report is of traffic since the model went live and the action was asked for, within the limits."""
    since = asked_since(address, spec.alert, view)
    if since is None:
        return False
    ends = {run: end for end, run in granted(address, spec.alert, view, since=since)}
    return report in ends and (live.since is None or ends[report] > live.since)


def _former_model(deployment: str, view: View) -> dict[str, str] | None:
    """Return the pin that was live before the present one and wasn't taken back, as promotions remember."""
    recorded = ((a, status.get("facts") or {}) for a, status in sorted(view.actual.recorded.items()))
    told = ((facts, Address(str(facts.get("deployment")))) for a, facts in recorded if kind_of(a) == "promotions")
    of_it = (facts for facts, target in told if view.desired.moved.get(target, target) == deployment)
    former = ((run, facts) for facts in of_it for run in reversed((facts.get("promoted") or ())[:-1]))
    for run in (run for run, facts in former if run not in (facts.get("taken_back") or ())):
        model = view.actual.results.get(run, {}).get("facts", {}).get("model", {})
        if model.get("digest"):
            return {"trial": run, "digest": model["digest"]}
    return None


def _is_pinned(spec: Monitor, report: RunName, live: Live, view: View) -> bool:
    """Tell whether the model that a report is about is the one that its deployment pins now, and that serves."""
    told = view.actual.results[report].get("provenance") or {}
    deployment = view.desired.of_kind(Deployment).get(Address(spec.deployment))
    pinned = deployment.model.trial if deployment and deployment.model else None
    return pinned is not None and pinned == live.trial == told.get("input_reference")
