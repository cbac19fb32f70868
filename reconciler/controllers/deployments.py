"""Deployments: the pinned model becomes a revision, is smoke-tested, gets traffic by steps, or goes back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.controllers.endpoints import live_of, moved_too_late, stuck_of, unread
from reconciler.controllers.rollout import former_revisions, next_step
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, describe_error, lifecycle_of, surplus, tidy
from reconciler.controllers.run_orders import order
from reconciler.controllers.served import kept_served, skipped, with_served
from reconciler.model.change import AcceptRun, Change, Route, StartRevision, StopRevision
from reconciler.model.decision import Decision, Phase, View
from reconciler.model.facts import DeploymentFacts
from reconciler.model.ids import Address, Digest, RunName, digest, name_of
from reconciler.model.kinds.deployments import Deployment, Model
from reconciler.model.observed import Endpoint, Figures, Revision, RevisionState
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from runners.contract.formats import RESULT, is_newer
from runners.contract.versions import RUNNER_VERSIONS


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of one deployment in one pass."""

    resource: Resource
    spec: Deployment
    model: Model
    revision: Digest
    endpoint: Endpoint
    view: View

    @property
    def running(self) -> Revision | None:
        return self.endpoint.revisions.get(self.revision)

    @property
    def rolled_back(self) -> list[str]:
        former = self.view.facts_of(self.resource.address, DeploymentFacts).get("rolled_back") or ()
        return [str(item) for item in former][-20:]

    @property
    def name(self) -> Address | None:
        """Return the endpoint's name, where the deployment has got another one since."""
        return self.resource.identity if self.resource.former else None

    def start(self, why: str) -> StartRevision:
        spec = self.spec
        return StartRevision(
            address=self.resource.address,
            revision=self.revision,
            model=self.model,
            replicas=spec.replicas,
            resources=spec.resources,
            visibility=spec.visibility,
            access=spec.access,
            log_payloads=spec.log_payloads,
            why=why,
            endpoint=self.name,
        )

    def route(self, traffic: Mapping[Digest, int], why: str) -> Route:
        return Route(address=self.resource.address, traffic=traffic, why=why, endpoint=self.name)

    def stop(self, revision: Digest, why: str) -> StopRevision:
        return StopRevision(address=self.resource.address, revision=revision, why=why, endpoint=self.name)

    def told(
        self,
        phase: Phase,
        reason: Reason,
        message: str,
        changes: tuple[Change, ...] = (),
        *,
        wake: datetime | None = None,
        rolled_back: list[str] | None = None,
        drifted: str = "",
        serves: bool = False,
    ) -> Decision:
        return Decision(
            address=self.resource.address,
            phase=phase,
            reason=reason,
            message=message,
            changes=changes,
            facts=self._facts(self.rolled_back if rolled_back is None else rolled_back, serves=serves),
            output=live_of(self.endpoint),
            drifted=drifted,
            wake=wake,
        )

    def _facts(self, rolled_back: list[str], *, serves: bool) -> DeploymentFacts:
        facts: DeploymentFacts = {
            "url": self.endpoint.url,
            "trial": self.model.trial,
            "revision": self.revision,
            "traffic": dict(sorted(self.endpoint.traffic.items())),
            "revisions": {
                name: {"trial": item.trial, "state": item.state.value, "ready": item.ready}
                for name, item in sorted(self.endpoint.revisions.items())
            },
        }
        address, view = self.resource.address, self.view
        served = with_served(address, self.model, view) if serves else kept_served(address, view)
        facts |= {"served": served} if served else {}
        return facts | ({"rolled_back": rolled_back} if rolled_back else {})


def decide(resource: Resource, view: View) -> Decision:
    """Bring an endpoint to the pinned model, one step a pass."""
    spec = resource.spec
    assert isinstance(spec, Deployment)
    if too_late := moved_too_late(resource, view):
        return too_late
    endpoint = view.actual.endpoints.get(resource.identity) or Endpoint(resource.identity, "")
    if endpoint.unread:
        return unread(resource.address, endpoint, view)
    if spec.model is None:
        return Decision(
            address=resource.address,
            phase=Phase.WAITING,
            reason=Reason.NO_MODEL,
            message="no model is pinned yet: a promotion proposes one",
            facts={"served": kept} if (kept := kept_served(resource.address, view)) else {},
            output=live_of(endpoint),
        )
    case = _Case(resource, spec, spec.model, revision_of(spec, spec.model), endpoint, view)
    missing = _skipping(case) or _model_missing(case) or _unverified(case)
    if missing:
        return missing
    smoke = lifecycle_of(_smoke(case), spec.retries, view)
    decision = _refusal(case, smoke) or _start(case) or _test(case, smoke) or _roll_out(case)
    wanted = frozenset({smoke.run})
    stale = tidy(resource.address, wanted, view)
    if smoke.stage is Stage.ACCEPTED:
        stale += surplus(resource.address, spec.keep and spec.keep - 1, wanted, view)
    return replace(decision, changes=(*decision.changes, *stale))


def revision_of(spec: Deployment, model: Model) -> Digest:
    """Name a revision by all that makes it answer as it does; bounds of scale and rollout change no answer."""
    made_from: dict[str, Any] = {
        "model": model.model_dump(mode="json"),
        "resources": spec.resources.model_dump(mode="json"),
        "visibility": spec.visibility,
        "log_payloads": spec.log_payloads,
        "serve": RUNNER_VERSIONS["serve"],
    }
    if spec.access:
        made_from["access"] = spec.access.model_dump(mode="json")
    return digest(made_from)


def _model_missing(case: _Case) -> Decision | None:
    run = RunName(case.model.trial)
    version, result = case.view.actual.data.versions.get(run), case.view.actual.results.get(run)
    if version is None or result is None:
        message = f"the pinned {run} is not in the data store: train it here, or pin another"
        return case.told(Phase.STALLED, Reason.MODEL_NOT_FOUND, message)
    if is_newer(result, RESULT):
        return case.told(Phase.STALLED, Reason.NEWER_FORMAT, describe_error(result))
    known = result.get("facts", {}).get("model", {}).get("digest")
    if known != case.model.digest:
        message = f"the pin says {case.model.digest[:19]}… and {run} is {str(known)[:19]}…: correct model.digest"
        return case.told(Phase.STALLED, Reason.DIGEST_MISMATCH, message)
    if not version.here:
        accept = AcceptRun(address=case.resource.address, run=run, why="its model is pinned here")
        return case.told(Phase.RECONCILING, Reason.FETCHING_MODEL, f"{run} is being taken over", (accept,))
    return None


def _skipping(case: _Case) -> Decision | None:
    """Refuse to begin with a model that has skipped an environment of its route; what serves goes on."""
    if case.running and case.endpoint.traffic.get(case.revision):
        return None
    message = skipped(case.resource, case.model, case.view)
    return case.told(Phase.STALLED, Reason.SKIPPED_ENVIRONMENT, message) if message else None


def _unverified(case: _Case) -> Decision | None:
    """Hold a model back that no allowed signer vouches for, unless it has traffic already."""
    view = case.view
    if view.desired.model_signers is None or case.endpoint.traffic.get(case.revision):
        return None
    flaw = view.actual.verdicts.get(case.model)
    if flaw is None:
        message = f"the statement about {case.model.trial} is verified once it is pinned"
        return case.told(Phase.WAITING, Reason.UNVERIFIED, message)
    if not flaw:
        return None
    message = f"{case.model.trial} isn't served: its statement {flaw}; `setpoint verify` tells more"
    return case.told(Phase.STALLED, Reason.UNVERIFIED, message)


def _smoke(case: _Case) -> Any:
    """Order the smoke test of a revision: of this environment's endpoint, whatever another one's has answered."""
    url = case.running.url if case.running else ""
    return order(
        case.resource,
        case.view,
        runner="smoke",
        params={"name": name_of(case.resource.identity), **case.spec.smoke.model_dump(mode="json")},
        made_from={"environment": case.view.desired.environment_name, "revision": case.revision},
        inputs={"model": RunName(case.model.trial)},
        urls={"endpoint": url},
    )


def _refusal(case: _Case, smoke: Lifecycle) -> Decision | None:
    if smoke.stage not in (Stage.REJECTED, Stage.FAILED):
        return None
    message = f"revision {case.revision} failed its smoke test: {smoke.message}"
    idle = _idle_stop(case, "it failed its smoke test")
    return case.told(Phase.STALLED, Reason.SMOKE_TEST_FAILED, message, smoke.changes + idle)


def _start(case: _Case) -> Decision | None:
    """Start the revision, wait until it is ready, or give its failure's reason."""
    running, bounds = case.running, case.spec.replicas
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


def _begin(case: _Case, drifted: str, why: str) -> Decision:
    """Start a revision, or only report that somebody has taken it away or changed it, as the spec says."""
    if drifted and case.spec.drift == "report":
        return _reported(case, drifted)
    what = f"revision {case.revision} starts"
    return case.told(Phase.RECONCILING, Reason.STARTING, what, (case.start(why),), drifted=drifted)


def _reported(case: _Case, drifted: str) -> Decision:
    told = case.told(Phase.READY, Reason.DRIFTED, "left as it is, as the spec says", drifted=drifted)
    return replace(told, facts=case.view.recorded_facts(case.resource.address))


def _failed(case: _Case, reason: Reason, message: str) -> Decision:
    """Take a revision's traffic away, and leave it for inspection until an operator asks for a new start."""
    asked, started = case.view.requested(case.resource.address), case.running.started if case.running else None
    stop = _idle_stop(case, "an operator asks for a new start") if asked and started and asked > started else ()
    if stop:
        return case.told(Phase.RECONCILING, Reason.RESTARTING, f"revision {case.revision} is started again", stop)
    away = _away(case)
    return case.told(Phase.STALLED, reason, message, away, rolled_back=_with_this(case) if away else None)


def _drift(case: _Case) -> str:
    """Tell whether a revision that was live by the last status has gone without a commit that asked for it."""
    return f"revision {case.revision} was removed by hand" if _was_live(case) else ""


def _rerouted(case: _Case) -> str:
    """Tell whether traffic was taken from a revision that had it all, by nobody who was asked to."""
    share = case.endpoint.traffic.get(case.revision, 0)
    if share == 100 or case.revision in case.rolled_back or not _was_live(case):
        return ""
    return f"revision {case.revision} had all the traffic and has {share} % now, which nobody asked for"


def _was_live(case: _Case) -> bool:
    facts = case.view.facts_of(case.resource.address, DeploymentFacts)
    return bool(facts.get("revision") == case.revision and (facts.get("traffic") or {}).get(case.revision) == 100)


def _test(case: _Case, smoke: Lifecycle) -> Decision | None:
    if smoke.stage is Stage.ACCEPTED:
        return None
    return case.told(Phase.RECONCILING, Reason.TESTING, f"smoke test: {smoke.message}", smoke.changes, wake=smoke.wake)


def _roll_out(case: _Case) -> Decision:
    drifted = _rerouted(case)
    if drifted and case.spec.drift == "report":
        return _reported(case, drifted)
    return replace(_rolling_out(case), drifted=drifted)


def _rolling_out(case: _Case) -> Decision:
    if case.revision in case.rolled_back and not case.endpoint.traffic.get(case.revision):
        asked = case.view.requested(case.resource.address)
        if not asked or (case.endpoint.since and asked <= case.endpoint.since):
            message = f"revision {case.revision} was taken back by its rollout's gates; change the spec or reconcile it"
            return case.told(Phase.STALLED, Reason.ROLLED_BACK, message)
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
    message = f"{case.model.trial} answers at {case.endpoint.url}" + (f"; {stuck}" if stuck else "")
    return case.told(Phase.READY, Reason.SERVING, message, stops, rolled_back=cleared, serves=True)


def _measured(case: _Case) -> str:
    """Tell by which figures a revision was taken back."""
    figures = case.endpoint.counted.get(case.revision, Figures())
    slowest = "" if figures.p99_ms is None else f"; p99 {figures.p99_ms:.4g} ms"
    return f"{figures.errors:,} of {figures.requests:,} failed{slowest}"


def _away(case: _Case) -> tuple[Change, ...]:
    """Give the revision's traffic back to the one that had it before, if there is one that is ready."""
    former = [name for name in former_revisions(case.endpoint, case.revision) if name not in case.rolled_back]
    if not former or not case.endpoint.traffic.get(case.revision):
        return ()
    return (case.route({former[0]: 100}, "the new revision failed its gates"),)


def _with_this(case: _Case) -> list[str]:
    return [*(r for r in case.rolled_back if r != case.revision), case.revision]


def _idle_stop(case: _Case, why: str) -> tuple[Change, ...]:
    """Stop the revision, unless it has traffic or is on its way."""
    if not case.running or case.running.state is RevisionState.STOPPING or case.endpoint.traffic.get(case.revision):
        return ()
    return (case.stop(case.revision, why),)
