"""Promotions of a spec's values: what some fields say in the stage before is proposed, once it has proved itself there.

1. In the first stage people decide what they say, and nothing is proposed.
2. What is proposed stands in Git, as the former environment says it at the same commit; its status tells that this is
   in force there, and since when. While both differ, it waits.
3. A patch that couldn't be composed, or that would say something else, is never proposed.
4. What was taken back here isn't proposed again. What gave way to what the stage before says wasn't taken back.
"""

from dataclasses import dataclass, field
from datetime import datetime

from reconciler.controllers.following import follow
from reconciler.controllers.gate_statuses import of_gates
from reconciler.controllers.gates import alone
from reconciler.controllers.promotable import pinned_in
from reconciler.controllers.promoting import propose, told_before
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.promotion_route import stage_before
from reconciler.controllers.proposals import close_others, proposal_name, unconflicting
from reconciler.controllers.run_lifecycle import tidy
from reconciler.controllers.served import Served
from reconciler.controllers.value_evidence import value_evidence
from reconciler.model.change import OpenProposal
from reconciler.model.decision import Decision, Phase, Scores
from reconciler.model.ids import RunName
from reconciler.model.reason import Reason
from reconciler.model.reviews import CommitStatus
from reconciler.model.spec_values import PromotedValues, SpecValues, name_of_values
from reconciler.model.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenValues(Candidate):
    """The values that a promotion has chosen, what they are there, and since when they are in force in all of it."""

    said: SpecValues
    since: datetime
    promoted: PromotedValues = field(repr=False)


def promote_values(case: Case) -> Decision:
    """Propose what the fields say before this environment; nothing in the first stage."""
    done = close_others(case.address, None, case.view) + tidy(case.address, frozenset(), case.view)
    what = f"{', '.join(case.spec.fields)} of {case.subject.address}"
    if not case.spec.leads_to(case.environment):
        message = f"its route is {case.spec.way()}: nothing is promoted in {case.environment}"
        return case.told(Phase.READY, Reason.NOT_ON_ROUTE, message, done)
    if case.spec.before(case.environment):
        return follow(case, _values, _judge)
    way = f"the route {case.spec.way()} begins here" if case.spec.route else "it has no route here"
    return case.told(Phase.READY, Reason.FOLLOWS_SOURCE, f"{way}: {what} say what is merged", done)


def _values(case: Case, served: Served) -> Candidate | Decision:
    """Find what is in force before as it stands in Git; where that can't be, say why."""
    promoted, stage = case.view.desired.promoted[case.address], stage_before(case).served
    for name in stage:
        before = promoted.before[name]
        if before.said is None:
            return case.told(Phase.WAITING, Reason.WAITS_FOR_ENVIRONMENT, f"{name}: {before.flaw}")
        if before.said.digest != served.digest:
            why = f"{name} has {served.run[:200]} in force, and its specs say something else at this commit"
            return case.told(Phase.WAITING, Reason.WAITS_FOR_ENVIRONMENT, f"{why}: it hasn't come to that yet")
    said = next(one.said for one in promoted.before.values() if one.said)
    return ChosenValues(
        run=RunName(name_of_values(case.subject.identity, said.digest)),
        digest=said.digest,
        scores=Scores(said.figures),
        data="",
        said=said,
        since=max(one.since for one in stage.values()),
        promoted=promoted,
    )


def _judge(case: Case, candidate: Candidate, proven: tuple[CommitStatus, ...]) -> Decision:
    """Propose values whose patch composes."""
    assert isinstance(candidate, ChosenValues)
    stale = tidy(case.address, frozenset(), case.view)
    if problems := candidate.promoted.problems:
        more = f" (and {counted(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
        message = f"{candidate.run} can't be what is said here: {problems[0]}{more}"
        done = close_others(case.address, None, case.view) + stale
        return case.told(Phase.STALLED, Reason.DOES_NOT_COMPOSE, message, done, facts={"candidate": candidate.run})
    gates = (*of_gates(case, candidate.scores, {}, frozenset()), *proven)
    content = {"values": candidate.digest, "instead": case.live and case.live.digest}
    content["since"] = candidate.since.isoformat()
    name = unconflicting(proposal_name(case.resource, content, case.subject, case.view), case.view)
    results = alone(candidate.scores, case.spec.gates)
    body = told_before(case, name) or value_evidence(case, candidate.promoted, candidate, results)
    return propose(case, _proposal(case, candidate, name, body), candidate, stale, gates)


def _proposal(case: Case, candidate: ChosenValues, name: str, body: str) -> OpenProposal:
    return OpenProposal(
        address=case.address,
        name=name,
        file=pinned_in(case.environment, case.subject.address),
        edits=candidate.promoted.edits,
        title=f"Promote {candidate.run} to {case.environment}: {', '.join(candidate.promoted.edits)}"[:200],
        body=body,
        why="it is in force in the environments before",
    )
