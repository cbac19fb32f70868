"""What the rules of the branch ask of a merge, in a line on a page: who has to agree, and what has to succeed."""

from reconciler.model.reviews import BranchRules
from reconciler.model.text import counted, printable

MOST = 10
"""Statuses that are named."""


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
