"""Approvals: whether the people who have to agree to a proposal do, as a value of what they said.

1. An approval counts for the head that it was given for, and for no other.
2. Of one person the newest opinion counts.
3. One who asks for changes holds the proposal, at whatever head, until they approve or the forge dismisses it.
4. Where people are named, only theirs count; else those of whom the forge says that they may decide.
5. The proposal's author never counts: the forge's provider leaves it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.ids import CommitId
from reconciler.model.kinds.promotions import Approvals
from reconciler.model.reviews import Opinion, Review
from reconciler.model.text import counted


@dataclass(frozen=True, slots=True)
class Approval:
    """How far a proposal is agreed on: by whom, who asks for changes, and how many approvals are missing."""

    by: tuple[str, ...]
    declined_by: tuple[str, ...]
    missing: int

    @property
    def holds(self) -> bool:
        """Tell whether it may be merged."""
        return not self.missing and not self.declined_by

    def __str__(self) -> str:
        """Say what it waits for, or who agreed."""
        if self.declined_by:
            return f"{', '.join(self.declined_by)} asks for changes"
        agreed = f"approved by {', '.join(self.by)}" if self.by else "approved by nobody yet"
        return f"{agreed}; {counted(self.missing, 'approval')} missing" if self.missing else agreed


def approval(reviews: Sequence[Review], head: CommitId, rule: Approvals) -> Approval:
    """Hold what people said of a proposal against who has to agree.

    Args:
        reviews: the newest opinion of each.
        head: the head that would be merged.
        rule: who has to agree.
    """
    ours = [review for review in reviews if not rule.by or review.author in rule.by]
    by = {review.author for review in ours if review.opinion is Opinion.APPROVED and review.commit == head}
    declined = {review.author for review in ours if review.opinion is Opinion.DECLINED}
    return Approval(tuple(sorted(by)), tuple(sorted(declined)), max(0, rule.count - len(by)))
