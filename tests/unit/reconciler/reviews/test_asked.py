"""What the branch's rules ask of a merge, as far as they are told."""

import pytest

from reconciler.model.reviews import BranchRules
from reconciler.reviews.asked import MOST, asked_of_a_merge


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        (None, "who has to approve isn't told to the daemon: see the rules of the branch"),
        (BranchRules(is_protected=False), "the branch has no rules: whoever may write to the repository may merge"),
        (BranchRules(is_protected=True), "the branch asks for no approval"),
        (BranchRules(is_protected=True, approvals=2), "the branch asks for 2 approvals"),
        (
            BranchRules(is_protected=True, approvals=1, contexts=frozenset({"setpoint/prod", "scan"})),
            "the branch asks for 1 approval, and for scan, setpoint/prod to succeed",
        ),
        (
            BranchRules(is_protected=True, approvals=None, contexts=None),
            "the branch asks for an unknown number of approvals, and for statuses that aren't told to the daemon",
        ),
    ],
)
def test_what_is_told_is_said_and_what_is_not_is_said_to_be_unknown(rules: BranchRules | None, line: str) -> None:
    assert asked_of_a_merge(rules) == line


def test_many_statuses_are_counted_and_what_they_are_called_is_text() -> None:
    names = frozenset(f"check-{number:02}" for number in range(MOST + 2)) | {"\x1b[31mred"}
    line = asked_of_a_merge(BranchRules(is_protected=True, approvals=1, contexts=names))
    assert line.endswith("and 3 others to succeed")
    assert "\x1b" not in line
