"""Promoting: from a candidate that holds its gates to a proposal, and from that to a merge."""

from reconciler.controllers.approvals import approval
from reconciler.controllers.promotion_case import Candidate, Case
from reconciler.controllers.proposals import is_open, merge_of, propose_once, was_proposed
from reconciler.model.change import Change, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address, name_of
from reconciler.model.observed import ProposalState
from reconciler.model.reason import Reason


def proposal(case: Case, candidate: Candidate, name: str, body: str) -> OpenProposal:
    """Return the proposal that pins a candidate."""
    trial = candidate.trial
    return OpenProposal(
        address=case.address,
        name=name,
        file=f"environments/{case.environment}/deployments/{name_of(Address(case.spec.deployment))}.yaml",
        edits={"model": {"trial": trial.run, "digest": trial.model_digest}},
        title=f"Promote {trial.run} to {case.spec.deployment} in {case.environment}",
        body=body,
        why="it is the best trial that passes its gates",
    )


def propose(case: Case, wanted: OpenProposal, candidate: Candidate, stale: tuple[Change, ...]) -> Decision:
    """Open a proposal once; merge it where its approval is given; keep to what a person decided."""
    changes = propose_once(wanted, case.view) + stale
    known = case.view.actual.proposals.get(wanted.name)
    facts: PromotionFacts = {
        "candidate": candidate.trial.run,
        "proposal": wanted.name,
        "evidence": wanted.body,
    }
    if known and known.state is ProposalState.MERGED:
        return case.told(Phase.READY, Reason.MERGED, f"{known.branch} is merged", changes, facts=facts)
    if is_open(wanted.name, case.view) and case.spec.approval == "auto":
        changes += merge_of(wanted, case.view, "all its gates hold")
        return case.told(Phase.RECONCILING, Reason.MERGING, "its gates hold", changes, facts=facts)
    if was_proposed(case.address, wanted.name, case.view) and not is_open(wanted.name, case.view):
        message = f"{candidate.trial.run} was declined and is not proposed again"
        return case.told(Phase.READY, Reason.DECLINED, message, changes, facts=facts)
    return _reviewed(case, wanted, changes, facts)


def _reviewed(case: Case, wanted: OpenProposal, changes: tuple[Change, ...], facts: PromotionFacts) -> Decision:
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
