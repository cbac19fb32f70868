"""What the branch's rules ask of a merge, as far as they are told."""

import pytest

from reconciler.model.code_owners import OwnersFile, OwnersSyntax
from reconciler.model.reviews import BranchRules, Team
from reconciler.reviews.asked import MOST, asked_of_a_merge, asked_of_people
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import GO


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


PROPOSALS = {f"{GO}/0123456789ab": stage.proposal(f"{GO}/0123456789ab")}
BRANCH = stage.proposal(f"{GO}/0123456789ab").branch


def asked(*by: str, owners: str | None = None, branch: str = BRANCH, **teams: Team) -> str | None:
    file = OwnersFile(OwnersSyntax.GITHUB, "CODEOWNERS", owners) if owners is not None else None
    rule = {"count": 2, "by": list(by)} if by else {"count": 1}
    wanted = stage.desired(stage.resource(GO, approvals=rule), code_owners=file)
    return asked_of_people(wanted, PROPOSALS, branch, teams)


def test_who_has_to_approve_a_proposal_is_said_with_those_of_teams_and_what_owners_are_asked() -> None:
    ml = Team(frozenset({"linus", "grace"}))
    assert asked("ada", "team/ml", ml=ml) == (
        "the daemon merges it once 2 people of ada, team/ml (grace, linus) approved this very head"
    )
    assert asked() == (
        "the daemon merges it once 1 person of those who may approve by the branch's rules approved this very head"
    )
    assert asked("codeowners", owners="* @x\n/environments/ @acme/ml @ada\n") == (
        "the daemon merges it once 2 people of codeowners approved this very head; "
        "CODEOWNERS:2 asks for 1 approval of @acme/ml, @ada"
    )
    assert (asked("codeowners", owners="docs/ @x\n") or "").endswith("CODEOWNERS names no owners of what it changes")


def test_what_isn_t_known_of_who_has_to_approve_is_said_to_be_unknown() -> None:
    assert "team/ml (unknown: the forge is down)" in (asked("team/ml", ml=Team(unread="the forge is down")) or "")
    assert "team/ml (unknown: it is asked for next)" in (asked("team/ml") or "")
    assert "its owners aren't known: the watched branch has no CODEOWNERS" in (asked("codeowners") or "")


def test_of_what_is_no_proposal_and_of_one_that_asks_nobody_nothing_is_said() -> None:
    assert asked("ada", "grace", branch="feature") is None
    assert asked_of_people(stage.desired(stage.resource(GO)), PROPOSALS, BRANCH, {}) is None


def test_many_people_are_counted() -> None:
    names = frozenset(f"p{number:02}" for number in range(13))
    assert "p00, p01, p02, p03, p04, p05, p06, p07, p08, p09 and 3 others)" in (asked("team/t", t=Team(names)) or "")
