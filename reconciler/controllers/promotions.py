"""Promotions: the best trial that passes its gates becomes a proposal; where approval is `auto`, it is merged.

1. Where a route's first stage is, or where there is no route, the candidate is the best trial on the validation rows.
2. In a later stage it is the model that serves in all environments of the stage before, once it has proved itself.
3. On the test rows the candidate alone is judged, and no other takes its place: else the test rows would choose.
4. A model that was pinned once and isn't any more was taken back by a person: it is not proposed again.
5. A pinned model whose release fails is taken back by a proposal of its own (`reverting`); then rule 4 holds for it.
6. What holds its gates is proposed, and merged as `promoting` says. A better candidate replaces it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.controllers.data_promotions import promote_data
from reconciler.controllers.evidence import evidence, leaderboard_of
from reconciler.controllers.experiments import as_trial
from reconciler.controllers.findings import Findings, Held, hold
from reconciler.controllers.following import follow, settled
from reconciler.controllers.freshness import freshness, stale_data
from reconciler.controllers.gate_statuses import DATA, status
from reconciler.controllers.gates import alone, failed, losses
from reconciler.controllers.promoting import proposal, propose, told_before, unverified
from reconciler.controllers.promotion_case import Candidate, Case, ChosenTrial, case_of, chosen_trial
from reconciler.controllers.proposals import close_others, proposal_name, unconflicting
from reconciler.controllers.replay import is_unread, look_at, unread
from reconciler.controllers.replica import measurement
from reconciler.controllers.reverting import revert
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, describe_error, lifecycle_of, surplus, tidy
from reconciler.controllers.run_orders import order
from reconciler.controllers.served import Served
from reconciler.controllers.status_pictures import Pictures, of_comparison
from reconciler.controllers.value_promotions import promote_values
from reconciler.controllers.waiting import waits_for
from reconciler.model.change import AcceptRun, Change, OpenProposal, StartRun
from reconciler.model.decision import Decision, Leaderboard, Phase, View
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.experiments import Experiment, Metric
from reconciler.model.kinds.gates import Gate
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from reconciler.model.reviews import CommitStatus, Verdict
from runners.contract.formats import RESULT, is_newer


def decide(resource: Resource, view: View) -> Decision:
    """Propose a model for the deployment, unless it is live, declined, rolled back, or no better."""
    spec = resource.spec
    assert isinstance(spec, Promotion)
    subject = view.desired.resources.get(Address(spec.subject))
    if subject is None:
        return waits_for(resource.address, spec.subject, view)
    case = case_of(resource, spec, subject, view)
    if spec.is_of_spec:
        return promote_values(case)
    if not spec.is_of_data and (taken_back := revert(case, subject)):
        return taken_back
    if not spec.leads_to(case.environment):
        done = close_others(case.address, None, view) + tidy(case.address, frozenset(), view)
        message = f"its route is {spec.way()}: nothing is promoted in {case.environment}"
        return case.told(Phase.READY, Reason.NOT_ON_ROUTE, message, done)
    if spec.is_of_data:
        return promote_data(case)
    if spec.before(case.environment):
        return follow(case, _served, _compare)
    experiment = str(spec.experiment)
    above = view.upstream.get(Address(experiment))
    if above is None or not isinstance(above.output, Leaderboard):
        waiting = waits_for(resource.address, experiment, view)
        return case.told(waiting.phase, waiting.reason, waiting.message)
    return _choose(case, above.output)


def _choose(case: Case, board: Leaderboard) -> Decision:
    """Take the best trial that holds the gates on the validation rows."""
    held = [(trial, alone(trial.validation, case.spec.gates)) for trial in board.trials]
    best = next((trial for trial, results in held if not failed(results)), None)
    if best is None:
        why = "; ".join(map(str, failed(held[0][1])[:3])) if held else "there is no trial"
        message = f"no trial passes its gates on the validation rows; the best one: {why}"
        return case.told(Phase.STALLED, Reason.GATES_FAILED, message, tidy(case.address, frozenset(), case.view))
    candidate = chosen_trial(best, data=board.data.run, metric=board.metric, chosen=leaderboard_of(board, best))
    return settled(case, candidate, "was chosen on the validation rows") or _compare(case, candidate, ())


def _served(case: Case, served: Served) -> Candidate | Decision:
    """Read a model that serves elsewhere from the data store; where that can't be, say why."""
    run = RunName(served.run)
    version, result = case.view.actual.data.versions.get(run), case.view.actual.results.get(run)
    if version is None or result is None:
        message = f"{run} serves in the environment before this one and is not in the data store of this one"
        return case.told(Phase.STALLED, Reason.MODEL_NOT_FOUND, f"{message}: let both have the same")
    if is_newer(result, RESULT):
        return case.told(Phase.STALLED, Reason.NEWER_FORMAT, describe_error(result))
    trial = as_trial(run, result)
    if trial.model_digest != served.digest:
        message = f"the environment before this one serves {run} with another digest than the data store has"
        return case.told(Phase.STALLED, Reason.DIGEST_MISMATCH, message)
    if not version.here:
        accept = AcceptRun(address=case.address, run=run, why="it serves in the environment before this one")
        return case.told(Phase.RECONCILING, Reason.FETCHING_MODEL, f"{run} is being taken over", (accept,))
    data, metric = (result.get("provenance") or {}).get("input_dataset"), _metric(case)
    return chosen_trial(trial, data=str(data or ""), metric=metric.name if metric else "")


def _compare(case: Case, candidate: Candidate, proven: tuple[CommitStatus, ...]) -> Decision:
    """Compare a candidate with the live model, on test rows and on recent ones, measure a replica, and judge it."""
    assert isinstance(candidate, ChosenTrial)
    run = candidate.run
    if is_unread(case):
        return unread(case, run)
    look = look_at(case, run)
    case = look.case if look else case
    wanted = {
        Reason.COMPARING: _comparison(case, run),
        Reason.MEASURING: measurement(case, run),
        Reason.REPLAYING: look.run if look else None,
    }
    jobs = {why: lifecycle_of(one, case.spec.retries, case.view) for why, one in wanted.items() if one}
    needed = frozenset(job.run for job in jobs.values())
    stale = tidy(case.address, needed, case.view)
    if any(job.stage is not Stage.ACCEPTED for job in jobs.values()):
        return _underway(case, jobs, run, stale)
    spare = None if case.spec.keep is None else (case.spec.keep - 1) * len(jobs)
    stale += surplus(case.address, spare, needed, case.view)
    comparison, replica, replay = (jobs[why].result if why in jobs else {} for why in wanted)
    found = Findings(jobs[Reason.COMPARING].run, comparison, replica, look, replay, losses(_metric(case)))
    return _judge(hold(case, candidate, found), proven, stale)


def _judge(held: Held, proven: tuple[CommitStatus, ...], stale: tuple[Change, ...]) -> Decision:
    """Propose a candidate where it holds its gates."""
    case, candidate = held.case, held.candidate
    if lost := held.obstacle():
        done = () if lost.phase is Phase.WAITING else close_others(case.address, None, case.view)
        facts: PromotionFacts = {"candidate": candidate.run}
        told = case.told(lost.phase, lost.reason, lost.why, done + stale, wake=lost.wake, facts=facts)
        return replace(told, files=held.documents())
    if unsigned := unverified(case, candidate.pin):
        return unsigned
    age = freshness(case, candidate)
    if age and not age.is_fresh:
        return stale_data(case, candidate, age, stale)
    proven += (status(case, DATA, Verdict.SUCCESS, age.line),) if age else ()
    shown = _pictures(case, held.found, candidate.run)
    decision = propose(case, _proposal(held, shown), candidate, stale, (*held.statuses(), *proven))
    return replace(decision, files={place: (one.run, one.path) for place, one in shown.items()} | held.documents())


def _pictures(case: Case, found: Findings, trial: RunName) -> Pictures:
    """Return the pictures that are shown of a candidate."""
    trained = case.view.actual.results.get(trial, {})
    return of_comparison(found.run, found.comparison, trial, trained)


def _proposal(held: Held, pictures: Pictures) -> OpenProposal:
    """Return the proposal of a candidate, with what was found as its evidence."""
    case, candidate = held.case, held.candidate
    live = case.live.run if case.live else None
    content = {"trial": candidate.run, "model": candidate.digest, "instead": live}
    name = unconflicting(proposal_name(case.resource, content, case.subject, case.view), case.view)
    body = told_before(case, name)
    if not body:
        compared = (held.found.comparison, held.results)
        body = evidence(case.subject.address, candidate, compared, live, held.sections())
    return proposal(case, candidate, name, body, pictures)


def _metric(case: Case) -> Metric | None:
    experiment = case.view.desired.of_kind(Experiment).get(Address(str(case.spec.experiment)))
    return experiment.metric if experiment else None


def _comparison(case: Case, candidate: RunName) -> StartRun:
    runs = {"candidate": candidate}
    if case.live and RunName(case.live.run) in case.view.actual.data.versions:
        runs["live"] = RunName(case.live.run)
    return order(case.resource, case.view, runner="evaluate", params=_asked(case.spec), made_from=runs, inputs=runs)


def _asked(spec: Promotion) -> Mapping[str, Any]:
    """Ask the comparison for the bounds by which gates with a confidence decide."""
    fields = {"metric", "slice", "confidence"}
    bounds = [
        gate.model_dump(mode="json", include=fields) for gate in _on_test_rows(spec) if gate.confidence is not None
    ]
    return {"bounds": bounds} if bounds else {}


def _on_test_rows(spec: Promotion) -> list[Gate]:
    return [gate for gate in spec.gates if gate.rows == "test"]


def _underway(case: Case, jobs: Mapping[Reason, Lifecycle], candidate: RunName, stale: tuple[Change, ...]) -> Decision:
    """Tell of what is still to be found: of what has failed first."""
    open_ = {why: job for why, job in jobs.items() if job.stage is not Stage.ACCEPTED}
    stuck = {why: job for why, job in open_.items() if job.stage in (Stage.FAILED, Stage.REJECTED)}
    why, job = next(iter((stuck or open_).items()))
    return case.told(
        Phase.STALLED if stuck else Phase.RECONCILING,
        _FAILED[why] if stuck else why,
        job.message,
        tuple(change for one in open_.values() for change in one.changes) + stale,
        wake=min((one.wake for one in open_.values() if one.wake), default=None),
        facts={"candidate": candidate},
    )


_FAILED: Mapping[Reason, Reason] = {
    Reason.COMPARING: Reason.COMPARISON_FAILED,
    Reason.MEASURING: Reason.MEASUREMENT_FAILED,
    Reason.REPLAYING: Reason.REPLAY_FAILED,
}
