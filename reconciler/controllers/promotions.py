"""Promotions: the best trial that passes its gates becomes a proposal; where approval is `auto`, it is merged.

A model that was pinned once and isn't any more was rolled back by a person: it is not proposed again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.controllers.approvals import approval
from reconciler.controllers.evidence import evidence
from reconciler.controllers.gates import against_live, alone, failed, losses
from reconciler.controllers.proposals import (
    close_others,
    is_open,
    merge_of,
    proposal_name,
    propose_once,
    proposed_names,
    replaced,
    was_proposed,
)
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, lifecycle_of, surplus, tidy
from reconciler.controllers.run_orders import order
from reconciler.controllers.waiting import waits_for
from reconciler.model.change import Change, OpenProposal, StartRun
from reconciler.model.decision import Decision, Leaderboard, Phase, Trial, View
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address, RunName, name_of
from reconciler.model.kinds.deployments import Deployment, Model
from reconciler.model.kinds.experiments import Experiment, Metric
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.observed import ProposalState
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of one promotion in one pass. `memory` is what must outlive the pass."""

    resource: Resource
    spec: Promotion
    live: Model | None
    view: View
    memory: PromotionFacts

    @property
    def address(self) -> Address:
        return self.resource.address

    def told(
        self,
        phase: Phase,
        reason: Reason,
        message: str,
        changes: tuple[Change, ...] = (),
        *,
        wake: datetime | None = None,
        facts: PromotionFacts | None = None,
    ) -> Decision:
        return Decision(
            address=self.address,
            phase=phase,
            reason=reason,
            message=message,
            changes=changes,
            facts=self._facts(changes, facts or {}),
            wake=wake,
        )

    def _facts(self, changes: tuple[Change, ...], facts: PromotionFacts) -> PromotionFacts:
        told: PromotionFacts = {"deployment": self.spec.deployment, **self.memory, **facts}
        again = replaced(changes, self.view)
        told["proposed"] = [name for name in told.get("proposed", ()) if name not in again]
        return told


def decide(resource: Resource, view: View) -> Decision:
    """Propose the best trial for the deployment, unless it is live, declined, rolled back, or no better.

    It is chosen by the validation rows alone. On the test rows this one trial is judged, and if it fails there, no
    other one takes its place: else the test rows would choose.
    """
    spec = resource.spec
    assert isinstance(spec, Promotion)
    target = view.desired.resources.get(Address(spec.deployment))
    if target is None or not isinstance(target.spec, Deployment):
        return waits_for(resource.address, spec.deployment, view)
    live = target.spec.model
    case = _Case(resource, spec, live, view, _memory(resource.address, live, view))
    above = view.upstream.get(Address(spec.experiment))
    if above is None or not isinstance(above.output, Leaderboard):
        waiting = waits_for(resource.address, spec.experiment, view)
        return case.told(waiting.phase, waiting.reason, waiting.message)
    return _choose(case, above.output)


def _memory(address: Address, live: Model | None, view: View) -> PromotionFacts:
    """Return the names proposed so far, and the trials that have been live, newest last."""
    former = list(view.facts_of(address, PromotionFacts).get("promoted") or ())
    if live:
        former = [run for run in former if run != live.trial] + [live.trial]
    return {"promoted": former[-50:], "proposed": proposed_names(address, view)}


def _choose(case: _Case, board: Leaderboard) -> Decision:
    held = [(trial, alone(trial.validation, case.spec.gates)) for trial in board.trials]
    candidate = next((trial for trial, results in held if not failed(results)), None)
    stale = tidy(case.address, frozenset(), case.view)
    if candidate is None:
        why = "; ".join(map(str, failed(held[0][1])[:3])) if held else "there is no trial"
        message = f"no trial passes its gates on the validation rows; the best one: {why}"
        return case.told(Phase.STALLED, Reason.GATES_FAILED, message, stale)
    done = close_others(case.address, None, case.view) + stale
    if case.live and case.live.trial == candidate.run:
        return case.told(
            Phase.READY, Reason.PROMOTED, f"{candidate.run} is pinned", done, facts={"candidate": candidate.run}
        )
    if candidate.run in case.memory["promoted"]:
        message = f"{candidate.run} was live before, and is not proposed again; `setpoint promote` pins it anyway"
        return case.told(Phase.READY, Reason.ROLLED_BACK, message, done, facts={"candidate": candidate.run})
    if lost := failed(alone(candidate.test, case.spec.gates)):
        why = f"on the test rows, which no choice has seen: {'; '.join(map(str, lost[:3]))}"
        message = f"{candidate.run} was chosen on the validation rows and fails its gates {why}"
        return case.told(Phase.STALLED, Reason.GATES_FAILED, message, done, facts={"candidate": candidate.run})
    return _compare(case, candidate, board)


def _compare(case: _Case, candidate: Trial, board: Leaderboard) -> Decision:
    lifecycle = lifecycle_of(_comparison(case, candidate), case.spec.retries, case.view)
    stale = tidy(case.address, frozenset({lifecycle.run}), case.view)
    if lifecycle.stage is not Stage.ACCEPTED:
        return _underway(case, lifecycle, candidate, stale)
    stale += surplus(case.address, case.spec.keep and case.spec.keep - 1, frozenset({lifecycle.run}), case.view)
    results = alone(candidate.test, case.spec.gates)
    results += against_live(lifecycle.result, case.spec.gates, losses(_metric(case)))
    if lost := failed(results):
        message = f"{candidate.run} stays unproposed: {'; '.join(map(str, lost[:3]))}"
        done = close_others(case.address, None, case.view) + stale
        return case.told(Phase.READY, Reason.LIVE_IS_BETTER, message, done, facts={"candidate": candidate.run})
    live = case.live.trial if case.live else None
    content = {"trial": candidate.run, "model": candidate.model_digest, "instead": live}
    target = case.view.desired.resources[Address(case.spec.deployment)]
    name = proposal_name(case.resource, content, target, case.view)
    body = _told_before(case, name)
    if not body:
        body = evidence(Address(case.spec.deployment), candidate, board, (lifecycle.result, results), live)
    return _propose(case, _proposal(case, candidate, name, body), candidate, stale)


def _told_before(case: _Case, name: str) -> str:
    """Return the evidence that a proposal was made with, if the last status tells it: reviewers read that one."""
    facts = case.view.facts_of(case.address, PromotionFacts)
    return str(facts.get("evidence") or "") if facts.get("proposal") == name else ""


def _metric(case: _Case) -> Metric | None:
    experiment = case.view.desired.of_kind(Experiment).get(Address(case.spec.experiment))
    return experiment.metric if experiment else None


def _comparison(case: _Case, candidate: Trial) -> StartRun:
    runs = {"candidate": candidate.run}
    if case.live and RunName(case.live.trial) in case.view.actual.data.versions:
        runs["live"] = RunName(case.live.trial)
    return order(case.resource, case.view, runner="evaluate", params=_asked(case.spec), made_from=runs, inputs=runs)


def _asked(spec: Promotion) -> dict[str, Any]:
    """Ask the comparison for the bounds by which gates with a confidence decide."""
    fields = {"metric", "slice", "confidence"}
    bounds = [gate.model_dump(mode="json", include=fields) for gate in spec.gates if gate.confidence is not None]
    return {"bounds": bounds} if bounds else {}


def _underway(case: _Case, lifecycle: Lifecycle, candidate: Trial, stale: tuple[Change, ...]) -> Decision:
    stuck = lifecycle.stage in (Stage.FAILED, Stage.REJECTED)
    return case.told(
        Phase.STALLED if stuck else Phase.RECONCILING,
        Reason.COMPARISON_FAILED if stuck else Reason.COMPARING,
        lifecycle.message,
        lifecycle.changes + stale,
        wake=lifecycle.wake,
        facts={"candidate": candidate.run},
    )


def _proposal(case: _Case, candidate: Trial, name: str, body: str) -> OpenProposal:
    environment = case.view.desired.environment_name
    return OpenProposal(
        address=case.address,
        name=name,
        file=f"environments/{environment}/deployments/{name_of(Address(case.spec.deployment))}.yaml",
        edits={"model": {"trial": candidate.run, "digest": candidate.model_digest}},
        title=f"Promote {candidate.run} to {case.spec.deployment} in {environment}",
        body=body,
        why="it is the best trial that passes its gates",
    )


def _propose(case: _Case, wanted: OpenProposal, candidate: Trial, stale: tuple[Change, ...]) -> Decision:
    changes = propose_once(wanted, case.view) + stale
    known = case.view.actual.proposals.get(wanted.name)
    facts: PromotionFacts = {
        "candidate": candidate.run,
        "proposal": wanted.name,
        "evidence": wanted.body,
    }
    if known and known.state is ProposalState.MERGED:
        return case.told(Phase.READY, Reason.MERGED, f"{known.branch} is merged", changes, facts=facts)
    if is_open(wanted.name, case.view) and case.spec.approval == "auto":
        changes += merge_of(wanted, case.view, "all its gates hold")
        return case.told(Phase.RECONCILING, Reason.MERGING, "its gates hold", changes, facts=facts)
    if was_proposed(case.address, wanted.name, case.view) and not is_open(wanted.name, case.view):
        message = f"{candidate.run} was declined and is not proposed again"
        return case.told(Phase.READY, Reason.DECLINED, message, changes, facts=facts)
    return _reviewed(case, wanted, changes, facts)


def _reviewed(case: _Case, wanted: OpenProposal, changes: tuple[Change, ...], facts: PromotionFacts) -> Decision:
    """Wait for people: for their merge, or where the spec asks for approvals, for those."""
    known = case.view.actual.proposals.get(wanted.name)
    where = known.branch if known else wanted.name
    if known is None or case.spec.approvals is None:
        return case.told(Phase.WAITING, Reason.WAITS_FOR_REVIEW, f"{where} waits for its merge", changes, facts=facts)
    agreed = approval(known.reviews, known.commit, case.spec.approvals)
    if agreed.holds:
        changes += merge_of(wanted, case.view, str(agreed))
        return case.told(Phase.RECONCILING, Reason.MERGING, f"{where} is {agreed}", changes, facts=facts)
    message = f"{where} waits for its approvals: {agreed}"
    return case.told(Phase.WAITING, Reason.WAITS_FOR_REVIEW, message, changes, facts=facts)
