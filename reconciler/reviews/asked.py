"""What is asked of a merge, in lines on a page: by the rules of the branch, and of a proposal by its promotion.

Who has to agree, and what has to succeed.
"""

from collections.abc import Mapping, Sequence

from reconciler.controllers.promoting import ownership
from reconciler.model.ids import RunName, owner_of
from reconciler.model.kinds.approvals import CODE_OWNERS, Approvals
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.observed import Proposal
from reconciler.model.resource import Desired
from reconciler.model.reviews import BranchRules, Team
from reconciler.model.text import counted, printable
from reconciler.owners import Owned

MOST = 10
"""Statuses, people and rules that are named."""


def asked_of_people(
    desired: Desired, proposals: Mapping[str, Proposal], branch: str, teams: Mapping[str, Team]
) -> str | None:
    """Say who has to approve a proposal before the daemon merges it; None of what is no proposal, or asks nobody.

    Args:
        desired: what says who has to.
        proposals: the proposals that there are.
        branch: the branch that is to be merged.
        teams: who belongs to which team, as far as that was asked for.
    """
    owner = next((owner_of(RunName(name)) for name, one in proposals.items() if one.branch == branch), None)
    for address, spec in desired.of_kind(Promotion).items():
        if desired.resources[address].identity == owner and spec.approvals is not None:
            return _by_whom(spec.approvals, teams, ownership(desired, spec))
    return None


def _by_whom(rule: Approvals, teams: Mapping[str, Team], owned: Owned | None) -> str:
    named = [_named(name, teams) for name in rule.by]
    whom = _listed(named) if named else "those who may approve by the branch's rules"
    told = f"the daemon merges it once {counted(rule.count, 'person', 'people')} of {whom} approved this very head"
    if owned is None:
        return told
    if owned.flaw:
        return f"{told}; its owners aren't known: {printable(owned.flaw, 300)}"
    asks = [
        f"{owned.place}:{demand.line} asks for {counted(demand.count, 'approval')} of "
        + _listed([printable(one.text, 80) for one in demand.owners])
        for demand in owned.demands
    ]
    return f"{told}; {'; '.join(asks[:MOST]) if asks else f'{owned.place} names no owners of what it changes'}"


def _named(name: str, teams: Mapping[str, Team]) -> str:
    """Name a person, a team with whom it has, or owners."""
    if name == CODE_OWNERS or not name.startswith("team/"):
        return printable(name, 80)
    known = teams.get(name.removeprefix("team/"))
    if known is None or known.unread:
        return f"{printable(name, 80)} (unknown: {printable(known.unread if known else 'it is asked for next', 200)})"
    return f"{printable(name, 80)} ({_listed([printable(one, 80) for one in sorted(known.members)]) or 'nobody'})"


def _listed(names: Sequence[str]) -> str:
    more = f" and {counted(len(names) - MOST, 'other')}" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def asked_of_a_merge(rules: BranchRules | None) -> str:
    """Say what a merge needs by the rules of the branch; what isn't told to us is said to be unknown.

    Args:
        rules: the rules; None where they can't be read.
    """
    if rules is None:
        return "who has to approve isn't told to the daemon: see the rules of the branch"
    if not rules.is_protected:
        return "the branch has no rules: whoever may write to the repository may merge"
    approvals = "an unknown number of approvals" if rules.approvals is None else _approvals(rules.approvals)
    if rules.contexts is None:
        return f"the branch asks for {approvals}, and for statuses that aren't told to the daemon"
    named = [printable(name, 80) for name in sorted(rules.contexts)]
    more = f" and {counted(len(named) - MOST, 'other')}" if len(named) > MOST else ""
    statuses = f", and for {', '.join(named[:MOST])}{more} to succeed" if named else ""
    return f"the branch asks for {approvals}{statuses}"


def _approvals(count: int) -> str:
    return counted(count, "approval") if count else "no approval"
