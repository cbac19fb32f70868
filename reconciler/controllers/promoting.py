"""Promoting: from a candidate that holds its gates to a proposal, and from that to a merge.

1. It is proposed once, when its pictures stand beside its status, unless so many proposals are open, or were made
   within the hour, as the environment may have.
2. Its head bears a commit status for each gate, and they follow what the gates say now.
3. Services of one's own are asked about its head (`webhooks`).
4. One that falls behind, so that it can't be merged any more, is made anew; one that somebody pushed to is theirs.
5. The daemon merges it where its approval is given: `auto`, or by those who have to, for this very head; once the
   checks of others and those services have passed it; and not while the spec freezes merges. What a person merges,
   they merge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.controllers.approvals import Approval, approval, asked_teams
from reconciler.controllers.gate_statuses import FREEZE, judged, others, status
from reconciler.controllers.promotable import Pinned, pinned_in
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.proposals import close_others, edited, merge_of, propose_once, was_proposed
from reconciler.controllers.status_pictures import Pictures
from reconciler.controllers.webhooks import Said, said
from reconciler.model.change import Change, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address
from reconciler.model.kinds.approvals import Approvals
from reconciler.model.kinds.deployments import Model
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.recurring import last_end
from reconciler.model.moment import moment_of
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reason import Reason
from reconciler.model.resource import Desired
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.model.text import counted
from reconciler.owners import Owned, owned

HOUR = timedelta(hours=1)


def proposal(case: Case, candidate: Candidate, name: str, body: str, pictures: Pictures) -> OpenProposal:
    """Return the proposal that pins a candidate."""
    title = f"Promote {candidate.run} to {case.spec.subject} in {case.environment}"
    what = "it passes its gates" if case.spec.deployment is None else "it is the best trial that passes its gates"
    wanted = pinning(case, candidate.pin, name, title, body, why=what)
    return replace(wanted, pictures={path: picture.what for path, picture in pictures.items()})


def pinning(case: Case, pin: Pinned, name: str, title: str, body: str, *, why: str) -> OpenProposal:
    """Return a proposal that pins a model, or a version, in this environment."""
    return OpenProposal(
        address=case.address,
        name=name,
        file=pinned_in(case.environment, case.subject.address),
        edits=case.sort.edits(pin),
        title=title,
        body=body,
        why=why,
    )


def told_before(case: Case, name: str) -> str:
    """Return the evidence that a proposal was made with, if the last status tells it: reviewers read that one."""
    facts = case.view.facts_of(case.address, PromotionFacts)
    return str(facts.get("evidence") or "") if facts.get("proposal") == name else ""


def ownership(desired: Desired, spec: Promotion) -> Owned | None:
    """Return whose the file is that proposals change, by CODEOWNERS of the watched branch; None where nobody asks."""
    if spec.approvals is None or not spec.approvals.asks_owners:
        return None
    return owned(desired.code_owners, pinned_in(desired.environment_name, Address(spec.subject)))


def propose(
    case: Case, wanted: OpenProposal, candidate: Candidate, stale: tuple[Change, ...], gates: Sequence[CommitStatus]
) -> Decision:
    """Open a proposal once; merge it where its approval is given; keep to what a person decided.

    What is to be doubted of the candidate is told with it, as a warning.
    """
    told = _proposed(case, wanted, candidate, stale, gates)
    return replace(told, message="; warning: ".join((told.message, *candidate.doubts)))


def _proposed(
    case: Case, wanted: OpenProposal, candidate: Candidate, stale: tuple[Change, ...], gates: Sequence[CommitStatus]
) -> Decision:
    facts: PromotionFacts = {"candidate": candidate.run, "proposal": wanted.name, "evidence": wanted.body}
    facts = {**facts, "pictures": list(wanted.pictures)} if wanted.pictures else facts
    known = case.view.actual.proposals.get(wanted.name)
    changes = close_others(case.address, wanted.name, case.view) + stale
    if known and known.state is ProposalState.MERGED:
        return case.told(Phase.READY, Reason.MERGED, f"{known.branch} is merged", changes, facts=facts)
    if theirs := edited(case.address, case.view):
        message = f"somebody has pushed to {theirs.branch}: it is theirs to merge or to close, and until then"
        message += " nothing else is proposed"
        changes = close_others(case.address, theirs.name, case.view) + stale
        return case.told(Phase.WAITING, Reason.EDITED_BY_HAND, message, changes, facts=facts)
    if not was_proposed(case.address, wanted.name, case.view):
        return _open(case, wanted, stale, facts)
    if known is None or known.state is not ProposalState.OPEN:
        message = f"{candidate.run} was declined and is not proposed again"
        return case.told(Phase.READY, Reason.DECLINED, message, changes, facts=facts)
    told = said(case, candidate, known, gates)
    changes += judged(case, [known], [*gates, *_freeze(case), *told.statuses])
    facts = {**facts, "asked": [dict(fact) for fact in told.facts]} if told.facts else facts
    agreed = _agreed(case, wanted, changes, facts, told)
    wake = min((moment for moment in (agreed.wake, told.wake) if moment), default=None)
    return replace(agreed, changes=agreed.changes + told.changes, wake=wake)


def unverified(case: Case, model: Pinned) -> Decision | None:
    """Wait while nobody who may vouches for a candidate, where models have to be signed."""
    view = case.view
    if view.desired.model_signers is None:
        return None
    facts: PromotionFacts = {"candidate": model.run}
    flaw = view.actual.verdicts.get(Model(trial=model.run, digest=model.digest))
    if flaw is None:
        message = f"the statement about {model.run} is looked at next"
        return case.told(Phase.WAITING, Reason.UNVERIFIED, message, wake=view.actual.now, facts=facts)
    if not flaw:
        return None
    message = f"{model.run} isn't proposed: its statement {flaw}"
    changes = close_others(case.address, None, view)
    return case.told(Phase.STALLED, Reason.UNVERIFIED, message, changes, facts=facts)


def _open(case: Case, wanted: OpenProposal, stale: tuple[Change, ...], facts: PromotionFacts) -> Decision:
    """Open a proposal, if the environment may have another one."""
    if list(wanted.pictures) != list(case.view.facts_of(case.address, PromotionFacts).get("pictures") or ()):
        message = f"the pictures of {facts['candidate']} are put beside its status, then it is proposed"
        return case.told(Phase.RECONCILING, Reason.COMPARING, message, stale, wake=case.view.actual.now, facts=facts)
    recent = _recent(case)
    if full := _full(case, len(recent)):
        wake = recent[0] + HOUR if recent else None
        message = f"{facts['candidate']} isn't proposed yet: {full}"
        return case.told(Phase.WAITING, Reason.TOO_MANY_PROPOSALS, message, stale, wake=wake, facts=facts)
    changes = propose_once(wanted, case.view) + stale
    counts = case.view.desired.environment.proposals.per_hour is not None and wanted in changes
    opened = [moment.isoformat() for moment in (*recent, case.view.actual.now)] if counts else None
    facts = {**facts, "opened": opened} if opened else facts
    message = f"{wanted.name} waits for its merge"
    return case.told(Phase.WAITING, Reason.WAITS_FOR_REVIEW, message, changes, facts=facts)


def _recent(case: Case) -> list[datetime]:
    """Return when this promotion made proposals within the last hour, as the last status tells."""
    return _within_the_hour(case, case.view.facts_of(case.address, PromotionFacts))


def _within_the_hour(case: Case, facts: PromotionFacts) -> list[datetime]:
    moments = map(moment_of, facts.get("opened") or ())
    return [moment for moment in moments if moment and case.view.actual.now - moment < HOUR]


def _full(case: Case, own: int) -> str:
    """Say why another proposal would be one too many; empty where it wouldn't.

    Those that are decided on earlier in the same pass count, too.
    """
    limits, view = case.view.desired.environment.proposals, case.view
    if limits.open is None and limits.per_hour is None:
        return ""
    decided = [d for d in view.upstream.values() if any(isinstance(change, OpenProposal) for change in d.changes)]
    open_ = sum(p.state is ProposalState.OPEN for p in view.actual.proposals.values()) + len(decided)
    if limits.open is not None and open_ >= limits.open:
        return f"{counted(open_, 'proposal')} wait for their merge here, and at most {limits.open} may"
    promotions = [address for address in view.desired.of_kind(Promotion) if address != case.address]
    made = own + len(decided)
    made += sum(len(_within_the_hour(case, view.facts_of(address, PromotionFacts))) for address in promotions)
    if limits.per_hour is not None and made >= limits.per_hour:
        return f"{counted(made, 'proposal')} were made here within the hour, and at most {limits.per_hour} may be"
    return ""


def _freeze(case: Case) -> list[CommitStatus]:
    if not case.spec.freeze:
        return []
    until = last_end(case.spec.freeze, case.view.actual.now)
    if until is None:
        return [status(case, FREEZE, Verdict.SUCCESS, "nothing is frozen now")]
    return [status(case, FREEZE, Verdict.PENDING, f"nothing is merged until {until:%Y-%m-%d %H:%M} UTC")]


def _agreed(
    case: Case, wanted: OpenProposal, changes: tuple[Change, ...], facts: PromotionFacts, told: Said
) -> Decision:
    """Wait for people: for their merge, or where the spec asks for approvals, for those."""
    known = case.view.actual.proposals[wanted.name]
    where, why = known.branch, "all its gates hold"
    if case.spec.approval == "review":
        if case.spec.approvals is None:
            message = f"{where} waits for its merge"
            return case.told(Phase.WAITING, Reason.WAITS_FOR_REVIEW, message, changes, facts=facts)
        agreed = _approved(case, known, case.spec.approvals)
        why = str(agreed)
        if not agreed.holds:
            message = f"{where} waits for its approvals: {why}"
            return case.told(Phase.WAITING, Reason.WAITS_FOR_REVIEW, message, changes, facts=facts)
    if hindered := _hindered(case, known, changes, facts, told):
        return hindered
    changes += merge_of(wanted, case.view, why, approvals=case.spec.approvals, teams=_teams(case))
    return case.told(Phase.RECONCILING, Reason.MERGING, f"{where}: {why}", changes, facts=facts)


def _approved(case: Case, known: Proposal, rule: Approvals) -> Approval:
    """Tell how far a proposal is agreed on."""
    desired, teams = case.view.desired, case.view.actual.teams
    found = approval(known.reviews, known.commit, rule, teams, ownership(desired, case.spec))
    return replace(found, remarks=known.remarks)


def _teams(case: Case) -> Mapping[str, tuple[str, ...]]:
    """Return who belongs to the teams that the forge was asked for, where this promotion needs them."""
    if case.spec.approvals is None:
        return {}
    known = case.view.actual.teams
    names = asked_teams(case.spec.approvals, ownership(case.view.desired, case.spec))
    asked = {name: known[name] for name in sorted(names) if name in known}
    return {name: tuple(sorted(team.members)) for name, team in asked.items() if not team.unread and not team.is_stated}


def _hindered(
    case: Case, known: Proposal, changes: tuple[Change, ...], facts: PromotionFacts, told: Said
) -> Decision | None:
    """Wait for the checks of others, for services of one's own, and for the end of a freeze."""
    where = known.branch
    waiting, lost = others(known, case.spec.checks)
    has_none = "; its forge has no commit statuses" if waiting and known.statuses is None else ""
    waiting, lost = [*waiting, *told.waiting], [*lost, *told.lost]
    if lost:
        message = f"{where} isn't merged: {'; '.join(lost[:3])}"
        return case.told(Phase.STALLED, Reason.CHECK_FAILED, message, changes, facts=facts)
    if waiting:
        message = f"{where} waits for {', '.join(waiting[:5])}{has_none}"
        return case.told(Phase.WAITING, Reason.WAITS_FOR_CHECKS, message, changes, facts=facts)
    until = last_end(case.spec.freeze, case.view.actual.now)
    if until is not None:
        message = f"{where} may be merged, and nothing is until {until:%Y-%m-%d %H:%M} UTC"
        return case.told(Phase.WAITING, Reason.FROZEN, message, changes, wake=until, facts=facts)
    return None
