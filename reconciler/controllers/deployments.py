"""Deployments: the pinned model becomes a revision, is smoke-tested, gets traffic by steps, or goes back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.controllers.ab_tests import tested
from reconciler.controllers.admission import hindrance
from reconciler.controllers.deployment_case import Case
from reconciler.controllers.endpoints import live_of, moved_too_late, stuck_of, unread
from reconciler.controllers.members import combined, members_of, missing
from reconciler.controllers.proposals import close_merged
from reconciler.controllers.rollout import former_revisions, next_step
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, lifecycle_of, surplus, tidy
from reconciler.controllers.run_orders import order
from reconciler.controllers.served import kept_served
from reconciler.controllers.status_pictures import served_pages
from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase, View
from reconciler.model.facts import DeploymentFacts
from reconciler.model.ids import Digest, RunName, digest, name_of
from reconciler.model.kinds.deployments import Deployment, Model, Payloads
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.observed import Endpoint, Figures, RevisionState
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from reconciler.model.text import printable
from runners.contract.versions import RUNNER_VERSIONS

_BY_GATES = " was taken back by its rollout's gates; change the spec or reconcile it"


def decide(resource: Resource, view: View) -> Decision:
    """Bring an endpoint to the pinned model, one step a pass."""
    spec = resource.spec
    assert isinstance(spec, Deployment)
    if too_late := moved_too_late(resource, view):
        return too_late
    endpoint = view.actual.endpoints.get(resource.identity) or Endpoint(resource.identity, "")
    if endpoint.unread:
        return unread(resource.address, endpoint, view)
    members = members_of(spec, view.desired)
    model = spec.model or combined(resource.identity, spec, members)
    if model is None:
        return Decision(
            address=resource.address,
            phase=Phase.WAITING,
            reason=Reason.NO_MODEL,
            message=missing(spec, members) if members else _unpinned(resource, view),
            facts={"served": kept} if (kept := kept_served(resource.address, view)) else {},
            output=live_of(endpoint),
        )
    pins = {name: pin for name, pin in members.items() if pin}
    case = Case(resource, spec, model, revision_of(spec, model), endpoint, view, pins)
    if hindered := hindrance(case):
        return hindered
    smoke = lifecycle_of(_smoke(case), spec.retries, view)
    decision = _refusal(case, smoke) or _start(case) or _test(case, smoke) or _roll_out(case)
    test = decision.facts.get("test") or {}
    wanted = frozenset({smoke.run, *([RunName(test["run"])] if test.get("run") else [])})
    stale = tidy(resource.address, wanted, view)
    if smoke.stage is Stage.ACCEPTED:
        stale += surplus(resource.address, spec.keep and spec.keep - 1, wanted, view)
    wake = min((at for at in (decision.wake, spec.replicas.changes(view.actual.now)) if at), default=None)
    changes = (*decision.changes, *stale, *close_merged(resource.address, view))
    return replace(decision, changes=changes, wake=wake, files={**decision.files, **_cards(case)})


def _cards(case: Case) -> Mapping[str, tuple[RunName, str]]:
    """Return what tells of the models that are pinned or answer."""
    trials = {RunName(case.model.trial), *(RunName(one.trial) for one in case.endpoint.revisions.values())}
    results = case.view.actual.results
    told = (served_pages(case.resource.address, one, results[one]) for one in sorted(trials) if one in results)
    return {place: file for pages in told for place, file in pages.items()}


def _unpinned(resource: Resource, view: View) -> str:
    """Say who proposes the model that isn't pinned yet."""
    promotions, names = view.desired.of_kind(Promotion), view.desired.followers.get(resource.address, ())
    own = [name for name in names if name in promotions and promotions[name].deployment == resource.address]
    if not own:
        return "no model is pinned yet, and no promotion proposes one: add one, or `setpoint promote`"
    return f"no model is pinned yet: {' or '.join(own)} proposes one"


def revision_of(spec: Deployment, model: Model) -> Digest:
    """Name a revision by all that makes it answer as it does; bounds of scale and rollout change no answer."""
    made_from: dict[str, Any] = {
        "model": model.model_dump(mode="json"),
        "resources": spec.resources.model_dump(mode="json"),
        "visibility": spec.visibility,
        "log_payloads": spec.log_payloads,
        "serve": RUNNER_VERSIONS["serve"],
    }
    if spec.payloads != Payloads():
        made_from["payloads"] = spec.payloads.model_dump(mode="json")
    if spec.access:
        made_from["access"] = spec.access.as_name()
    return digest(made_from)


def _smoke(case: Case) -> Any:
    """Order the smoke test of a revision: of this environment's endpoint, whatever another one's has answered."""
    url = case.running.url if case.running else ""
    members = {"members": sorted(case.members)} if case.members else {}
    return order(
        case.resource,
        case.view,
        runner="smoke",
        params={"name": name_of(case.resource.identity), **case.spec.smoke.model_dump(mode="json"), **members},
        made_from={"environment": case.view.desired.environment_name, "revision": case.revision},
        inputs={role: RunName(model.trial) for role, model in case.models.items()},
        urls={"endpoint": url},
        asks=case.resource.identity,
    )


def _refusal(case: Case, smoke: Lifecycle) -> Decision | None:
    if smoke.stage not in (Stage.REJECTED, Stage.FAILED):
        return None
    message = f"revision {case.revision} failed its smoke test: {smoke.message}"
    idle = _idle_stop(case, "it failed its smoke test")
    return case.told(Phase.STALLED, Reason.SMOKE_TEST_FAILED, message, smoke.changes + idle)


def _start(case: Case) -> Decision | None:
    """Start the revision, wait until it is ready, or give its failure's reason."""
    running, bounds = case.running, case.bounds
    if running is None or running.state is RevisionState.STOPPING:
        return _begin(case, _drift(case), "it isn't there")
    if running.changed:
        return _begin(case, f"revision {case.revision}: {running.changed}", "it was changed by hand")
    if running.state is RevisionState.FAILED:
        return _failed(case, Reason.REVISION_FAILED, f"revision {case.revision} doesn't start: {running.reason}")
    if running.scale != (bounds.minimum, bounds.maximum, bounds.target_rps):
        return case.told(Phase.RECONCILING, Reason.SCALING, "its bounds change", (case.start("its bounds changed"),))
    if running.state is not RevisionState.READY and not case.endpoint.traffic.get(case.revision):
        deadline = running.started + case.spec.rollout.deadline if running.started else None
        if deadline and case.view.actual.now >= deadline:
            message = f"revision {case.revision} was not ready in time: {running.reason or 'see its log'}"
            return _failed(case, Reason.DEADLINE_EXCEEDED, message)
        message = f"revision {case.revision} is not ready yet" + (f": {running.reason}" if running.reason else "")
        return case.told(Phase.RECONCILING, Reason.STARTING, message, wake=deadline)
    return None


def _begin(case: Case, drifted: str, why: str) -> Decision:
    """Start a revision, or only report that somebody has taken it away or changed it, as the spec says."""
    if drifted and case.spec.drift == "report":
        return _reported(case, drifted)
    what = f"revision {case.revision} starts"
    return case.told(Phase.RECONCILING, Reason.STARTING, what, (case.start(why),), drifted=drifted)


def _reported(case: Case, drifted: str) -> Decision:
    told = case.told(Phase.READY, Reason.DRIFTED, "left as it is, as the spec says", drifted=drifted)
    return replace(told, facts=case.view.recorded_facts(case.resource.address))


def _failed(case: Case, reason: Reason, message: str) -> Decision:
    """Take a revision's traffic away, and leave it for inspection until an operator asks for a new start."""
    asked, started = case.view.requested(case.resource.address), case.running.started if case.running else None
    stop = _idle_stop(case, "an operator asks for a new start") if asked and started and asked > started else ()
    if stop:
        return case.told(Phase.RECONCILING, Reason.RESTARTING, f"revision {case.revision} is started again", stop)
    away = _away(case)
    return case.told(Phase.STALLED, reason, message, away, rolled_back=_with_this(case) if away else None)


def _drift(case: Case) -> str:
    """Tell whether a revision that was live by the last status has gone without a commit that asked for it."""
    return f"revision {case.revision} was removed by hand" if _was_live(case) else ""


def _rerouted(case: Case) -> str:
    """Tell whether traffic was taken from a revision that had it all, by nobody who was asked to."""
    share = case.endpoint.traffic.get(case.revision, 0)
    if share == 100 or case.revision in case.rolled_back or not _was_live(case):
        return ""
    return f"revision {case.revision} had all the traffic and has {share} % now, which nobody asked for"


def _was_live(case: Case) -> bool:
    facts = case.view.facts_of(case.resource.address, DeploymentFacts)
    return bool(facts.get("revision") == case.revision and (facts.get("traffic") or {}).get(case.revision) == 100)


def _test(case: Case, smoke: Lifecycle) -> Decision | None:
    if smoke.stage is Stage.ACCEPTED:
        return None
    return case.told(Phase.RECONCILING, Reason.TESTING, f"smoke test: {smoke.message}", smoke.changes, wake=smoke.wake)


def _roll_out(case: Case) -> Decision:
    drifted = _rerouted(case)
    if drifted and case.spec.drift == "report":
        return _reported(case, drifted)
    return replace(_rolling_out(case), drifted=drifted)


def _rolling_out(case: Case) -> Decision:
    if decision := _taken_back(case) or tested(case):
        return decision
    step = next_step(case.endpoint, case.revision, case.spec.rollout, case.view.actual.now)
    if step.failed:
        message = f"{step.failed} ({_measured(case)})"
        return case.told(Phase.STALLED, Reason.ROLLED_BACK, message, _away(case), rolled_back=_with_this(case))
    if case.running and case.running.state is not RevisionState.READY:
        message = f"revision {case.revision} is not ready: {case.running.reason or 'it starts again'}"
        return case.told(Phase.RECONCILING, Reason.NOT_READY, message, wake=step.wake)
    if step.traffic is not None:
        route = case.route(step.traffic, step.message)
        return case.told(Phase.RECONCILING, Reason.ROLLING_OUT, step.message, (route,), wake=step.wake)
    if step.wake:
        return case.told(Phase.RECONCILING, Reason.ROLLING_OUT, step.message, wake=step.wake)
    stops = tuple(
        case.stop(name, "another revision has all the traffic")
        for name, item in sorted(case.endpoint.revisions.items())
        if name != case.revision and item.state is not RevisionState.STOPPING
    )
    if case.endpoint.blocked:
        message = f"requests to {case.endpoint.url} don't get where they should: {case.endpoint.blocked}"
        return case.told(Phase.RECONCILING, Reason.NOT_ROUTED, message)
    cleared = [r for r in case.rolled_back if r != case.revision]
    stuck = stuck_of(case.endpoint)
    message = f"{case.answering} at {case.endpoint.url}" + (f"; {stuck}" if stuck else "")
    return case.told(Phase.READY, Reason.SERVING, message, stops, rolled_back=cleared, serves=True)


def _taken_back(case: Case) -> Decision | None:
    """Leave a revision where it is that was taken back, until an operator asks for another try."""
    if case.revision not in case.rolled_back or case.endpoint.traffic.get(case.revision):
        return None
    asked = case.view.requested(case.resource.address)
    if asked and not (case.endpoint.since and asked <= case.endpoint.since):
        return None
    told = printable(str(case.test.get("words") or ""))
    why = f" was taken back; change the spec or reconcile it. {told}" if told else _BY_GATES
    return case.told(Phase.STALLED, Reason.ROLLED_BACK, f"revision {case.revision}{why}")


def _measured(case: Case) -> str:
    """Tell by which figures a revision was taken back."""
    figures = case.endpoint.counted.get(case.revision, Figures())
    slowest = "" if figures.p99_ms is None else f"; p99 {figures.p99_ms:.4g} ms"
    return f"{figures.errors:,} of {figures.requests:,} failed{slowest}"


def _away(case: Case) -> tuple[Change, ...]:
    """Give the revision's traffic back to the one that had it before, if there is one that is ready."""
    former = [name for name in former_revisions(case.endpoint, case.revision) if name not in case.rolled_back]
    if not former or not case.endpoint.traffic.get(case.revision):
        return ()
    return (case.route({former[0]: 100}, "the new revision failed its gates"),)


def _with_this(case: Case) -> list[str]:
    return [*(r for r in case.rolled_back if r != case.revision), case.revision]


def _idle_stop(case: Case, why: str) -> tuple[Change, ...]:
    """Stop the revision, unless it has traffic or is on its way."""
    if not case.running or case.running.state is RevisionState.STOPPING or case.endpoint.traffic.get(case.revision):
        return ()
    return (case.stop(case.revision, why),)
