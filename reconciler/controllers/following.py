"""Following a route: what is in force in the stage before, once it has proved itself there, whatever it is.

1. What is live here already, was taken back here or fails its gates is settled: nothing is left to compare.
2. Else it soaks; then it is judged, as its sort is.
"""

from collections.abc import Callable
from dataclasses import replace

from reconciler.controllers.evidence import route_of
from reconciler.controllers.gate_statuses import SOAK, judged, status
from reconciler.controllers.gates import alone, failed
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.promotion_route import proof, stage_before
from reconciler.controllers.proposals import close_others
from reconciler.controllers.run_lifecycle import tidy
from reconciler.controllers.served import Served
from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase
from reconciler.model.facts import PromotionFacts
from reconciler.model.reason import Reason
from reconciler.model.reviews import CommitStatus, Verdict

Take = Callable[[Case, Served], Candidate | Decision]
"""Reads what is in force elsewhere from the data store; where that can't be, says why."""
Judge = Callable[[Case, Candidate, tuple[CommitStatus, ...]], Decision]
"""Judges a candidate that has proved itself before."""


def follow(case: Case, take: Take, judge: Judge) -> Decision:
    """Take what is in force in the environments before this one, once it has proved itself there."""
    stage = stage_before(case)
    if stage.obstacle:
        changes = told(case, SOAK, Verdict.PENDING, stage.obstacle)
        return case.told(Phase.WAITING, Reason.WAITS_FOR_ENVIRONMENT, stage.obstacle, changes)
    candidate = take(case, next(iter(stage.served.values())))
    if isinstance(candidate, Decision):
        return candidate
    if done := settled(case, candidate, f"{case.sort.verb} in {' and '.join(stage.served)}"):
        return done
    proven = proof(case, stage)
    if proven.missing:
        message = f"{candidate.run} waits: {proven.missing}"
        facts: PromotionFacts = {"candidate": candidate.run}
        doubted = told(case, SOAK, Verdict.PENDING, proven.missing)
        return case.told(Phase.WAITING, Reason.SOAKING, message, doubted, wake=proven.wake, facts=facts)
    soaked = status(case, SOAK, Verdict.SUCCESS, "; ".join(proven.lines).replace("`", ""))
    return judge(case, replace(candidate, chosen=route_of(case.spec.way(), proven.lines)), (soaked,))


def told(case: Case, name: str, verdict: Verdict, why: str) -> tuple[Change, ...]:
    """Tell on what is proposed already what a gate of this name says now."""
    proposals = case.view.proposals_by_owner.get(case.address, ())
    return judged(case, proposals, [status(case, name, verdict, why)])


def settled(case: Case, candidate: Candidate, how: str) -> Decision | None:
    """Decide where nothing is left to compare: it is live, was taken back, or fails its gates by itself."""
    done = close_others(case.address, None, case.view) + tidy(case.address, frozenset(), case.view)
    facts: PromotionFacts = {"candidate": candidate.run}
    if case.live and case.sort.are_same(case.live, candidate.pin):
        pinned = "is pinned" if case.sort.field else "is what the spec says here"
        return case.told(Phase.READY, Reason.PROMOTED, f"{case.live.run} {pinned}", done, facts=facts)
    if _was_live(case, candidate):
        how = "was taken back here" if case.sort.may_return else "was live before"
        message = f"{candidate.run} {how}, and is not proposed again; `setpoint promote` pins it anyway"
        return case.told(Phase.READY, Reason.ROLLED_BACK, message, done, facts=facts)
    if lost := failed(alone(candidate.scores, case.spec.gates)):
        where = "" if case.spec.deployment is None else " on the test rows, which no choice has seen"
        message = f"{candidate.run} {how} and fails its gates{where}: {'; '.join(map(str, lost[:3]))}"
        return case.told(Phase.STALLED, Reason.GATES_FAILED, message, done, facts=facts)
    return None


def _was_live(case: Case, candidate: Candidate) -> bool:
    """Tell whether a candidate was pinned before; of data, whether its content was, under whatever name.

    Values that gave way to others come again as often as people say so before; only what was taken back doesn't.
    """
    if case.sort.may_return:
        return candidate.run in (case.memory.get("taken_back") or ())
    if candidate.run in case.memory["promoted"]:
        return True
    return case.sort.by_digest and candidate.digest in (case.memory.get("contents") or {}).values()
