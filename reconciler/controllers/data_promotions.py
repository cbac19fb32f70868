"""Promotions of data: the version that is in force in the stage before is proposed, once it has proved itself there.

1. In the first stage data follows its source, and nothing is proposed.
2. A later stage pins: the dataset, or the labels, take over that very version, by its name and its content.
3. It is held against its gates by the figures of its own run, and against those of the version that is pinned.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers.data_evidence import data_evidence
from reconciler.controllers.following import follow
from reconciler.controllers.freshness import freshness, stale_data
from reconciler.controllers.gate_statuses import DATA, of_gates, status
from reconciler.controllers.gates import against_live, alone, failed
from reconciler.controllers.pinned import content_of
from reconciler.controllers.promoting import proposal, propose, told_before
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.proposals import close_others, proposal_name, unconflicting
from reconciler.controllers.run_lifecycle import describe_error, finished_at, tidy
from reconciler.controllers.served import Served
from reconciler.model.change import AcceptRun
from reconciler.model.decision import Decision, Phase, Scores
from reconciler.model.ids import RunName, owner_of
from reconciler.model.metrics import OF_DATA, OF_LABELS
from reconciler.model.reason import Reason
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.model.text import printable
from runners.contract.formats import RESULT, is_newer

_SMALLER = frozenset(name for name, goal in {**OF_DATA, **OF_LABELS}.items() if goal == "minimize")


def promote_data(case: Case) -> Decision:
    """Propose the version that is in force before this environment; none in the first stage."""
    if case.spec.before(case.environment):
        return follow(case, _version, _judge)
    done = close_others(case.address, None, case.view) + tidy(case.address, frozenset(), case.view)
    way = f"the route {case.spec.way()} begins here" if case.spec.route else "it has no route here"
    message = f"{way}: {case.subject.address} follows its source"
    return case.told(Phase.READY, Reason.FOLLOWS_SOURCE, message, done)


def _version(case: Case, served: Served) -> Candidate | Decision:
    """Read a version that is in force elsewhere from the data store; where that can't be, say why."""
    run, before = RunName(served.run), "is in force in the environment before this one"
    owner = owner_of(run)
    if owner not in (case.subject.address, *case.subject.former):
        message = f"{printable(run, 100)} {before} and is no version of {case.subject.address}"
        return case.told(Phase.STALLED, Reason.VERSION_NOT_FOUND, f"{message}: see what its status says")
    content, result = content_of(run, case.view), case.view.actual.results.get(run)
    if content is None or result is None:
        message = f"{run} {before} and is not in the data store of this one: let both have the same"
        return case.told(Phase.STALLED, Reason.VERSION_NOT_FOUND, message)
    if is_newer(result, RESULT):
        return case.told(Phase.STALLED, Reason.NEWER_FORMAT, describe_error(result))
    if content != served.digest:
        message = f"{run} {before} with other content than the data store has"
        return case.told(Phase.STALLED, Reason.DIGEST_MISMATCH, f"{message}: let both have the same")
    if not case.view.actual.data.versions[run].here:
        accept = AcceptRun(address=case.address, run=run, why="it is in force in the environment before this one")
        return case.told(Phase.RECONCILING, Reason.MERGING, f"{run} is being taken over", (accept,))
    return Candidate(run=run, digest=content, scores=Scores(_figures(result)), data=_newest_alike(case, run, content))


def _newest_alike(case: Case, run: RunName, content: str) -> RunName:
    """Return the version of this content that came in last: data that comes in once more is as fresh as that."""
    results = case.view.actual.results
    names = [one.run for one in case.view.versions_by_owner.get(case.subject.address, ()) if one.run in results]
    alike = [name for name in names if str(results[name].get("content")) == content]
    return max(alike, key=lambda name: finished_at(results[name]), default=run)


def _figures(result: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the figures that a run told of its version."""
    metrics = result.get("metrics")
    told = metrics.items() if isinstance(metrics, Mapping) else ()
    return {str(name): float(value) for name, value in told if isinstance(value, int | float)}


def _judge(case: Case, candidate: Candidate, proven: tuple[CommitStatus, ...]) -> Decision:
    """Hold a version against the one that is pinned, and propose it where it holds its gates."""
    compared = _beside_live(case, candidate)
    results = alone(candidate.scores, case.spec.gates)
    results += against_live(compared, case.spec.gates, _SMALLER, case.sort.noun)
    stale = tidy(case.address, frozenset(), case.view)
    if case.lost and any(gate.worse_than_live is not None for gate in case.spec.gates):
        message = f"{candidate.run} can't be held against {case.lost}, which the data store has no more"
        by_hand = f"`setpoint promote {candidate.run} {case.subject.address}` proposes it without a comparison"
        fix = f"let the data store have it again, or {by_hand}"
        return case.told(Phase.STALLED, Reason.NOT_COMPARABLE, f"{message}: {fix}", stale)
    if lost := failed(results):
        message = f"{candidate.run} stays unproposed: {'; '.join(map(str, lost[:3]))}"
        done = close_others(case.address, None, case.view) + stale
        return case.told(Phase.READY, Reason.LIVE_IS_BETTER, message, done, facts={"candidate": candidate.run})
    age = freshness(case, candidate)
    if age and not age.is_fresh:
        return stale_data(case, candidate, age, stale)
    aged = (status(case, DATA, Verdict.SUCCESS, age.line),) if age else ()
    gates = (*of_gates(case, candidate.scores, compared, _SMALLER), *proven, *aged)
    content = {"version": candidate.run, "content": candidate.digest, "instead": case.live and case.live.run}
    name = unconflicting(proposal_name(case.resource, content, case.subject, case.view), case.view)
    body = told_before(case, name) or data_evidence(case, candidate, results)
    return propose(case, proposal(case, candidate, name, body, {}), candidate, stale, gates)


def _beside_live(case: Case, candidate: Candidate) -> Mapping[str, Any]:
    """Return the figures of a version and of the pinned one as a comparison has them; of one that is gone, none."""
    live = case.view.actual.results.get(RunName(case.live.run), {}) if case.live else {}
    metrics = {f"candidate.{name}": value for name, value in candidate.scores.metrics.items()}
    return {"metrics": metrics | {f"live.{name}": value for name, value in _figures(live).items()}, "facts": {}}
