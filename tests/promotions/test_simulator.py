"""The simulator is held to a real Gitea: one suite of what people do, on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.model.errors import Raced, Refused, Transient
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reviews import Opinion
from reconciler.ports.forge import Agreed
from tests.promotions.people import BEGIN, NAME, OTHER, PINNED, AtGitea, People, Simulated
from tests.promotions.simulator import FILE
from tests.servers.fixtures import provider
from tests.servers.process import until


@pytest.fixture(params=[provider("simulator", "", __file__), provider("gitea", "gitea", __file__)])
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    if request.param == "simulator":
        yield Simulated()
        return
    there = AtGitea(tmp_path, request.getfixturevalue("gitea"))
    yield there
    there.close()


@pytest.fixture
def opened(people: People) -> Proposal:
    people.forge.propose(people.order())
    return seen(people)


def seen(people: People) -> Proposal:
    found = people.see()
    assert found is not None
    return found


def agreed(proposal: Proposal, *, reviewed: bool = False) -> Agreed:
    return Agreed(proposal.commit, FILE, {"model": PINNED}, proposal.reviews if reviewed else None)


def merged(people: People, what: Agreed) -> None:
    """Merge once the forge is ready for it."""

    def is_done() -> bool:
        try:
            people.forge.merge(NAME, what)
        except Transient:
            return False
        return True

    people.see()
    until(is_done, "the merge")


def test_a_proposal_is_open_until_it_is_merged_and_brings_its_edit_alone(people: People, opened: Proposal) -> None:
    assert (opened.state, opened.reviews, opened.by_hand, opened.conflicts) == (ProposalState.OPEN, (), False, False)
    people.commit(other=1)
    merged(people, agreed(opened))
    assert people.main() == {"model": PINNED, "other": 1}
    assert seen(people).state is ProposalState.MERGED
    people.forge.close(NAME)
    assert people.see() is None


def test_an_approval_is_of_its_head_and_holds_for_no_other(people: People, opened: Proposal) -> None:
    people.review(Opinion.APPROVED)
    (review,) = seen(people).reviews
    assert (review.opinion, review.commit) == (Opinion.APPROVED, opened.commit)
    people.rebase()
    moved = seen(people)
    assert moved.commit != opened.commit
    assert not moved.by_hand, "it is the same commit once more"
    assert all(review.commit != moved.commit for review in moved.reviews)
    with pytest.raises(Raced):
        people.forge.merge(NAME, agreed(opened))


def test_changes_that_are_asked_for_hold_until_they_are_approved_or_dismissed(people: People, opened: Proposal) -> None:
    people.review(Opinion.DECLINED)
    assert [review.opinion for review in seen(people).reviews] == [Opinion.DECLINED]
    people.review(Opinion.APPROVED)
    assert [review.opinion for review in seen(people).reviews] == [Opinion.APPROVED]
    people.dismiss()
    assert [r for r in seen(people).reviews if r.opinion is Opinion.APPROVED] == []


def test_an_approval_that_is_taken_back_stops_the_merge_that_it_was_the_reason_of(
    people: People, opened: Proposal
) -> None:
    people.review(Opinion.APPROVED)
    before = seen(people)
    people.dismiss()
    with pytest.raises(Raced):
        people.forge.merge(NAME, agreed(before, reviewed=True))
    assert people.main() == BEGIN


def test_what_somebody_pushed_is_theirs_and_isn_t_merged_by_its_name(people: People, opened: Proposal) -> None:
    people.push(model=OTHER)
    mine = seen(people)
    assert mine.by_hand
    with pytest.raises((Raced, Refused)):
        people.forge.merge(NAME, agreed(mine))
    assert people.main() == BEGIN
    people.merge()
    assert people.main()["model"] == OTHER


def test_a_page_that_was_closed_was_declined_and_may_be_opened_anew(people: People, opened: Proposal) -> None:
    people.decline()
    assert seen(people).state is ProposalState.CLOSED
    with pytest.raises(Refused):
        people.forge.merge(NAME, agreed(opened))
    people.forge.propose(people.order())
    assert seen(people).state is ProposalState.OPEN


def test_what_fell_behind_conflicts_and_is_refused(people: People, opened: Proposal) -> None:
    people.commit(model=OTHER)
    behind = seen(people)
    assert (behind.conflicts, behind.state) == (True, ProposalState.OPEN)
    with pytest.raises(Refused):
        merged(people, agreed(behind))
    assert people.main()["model"] == OTHER


def test_what_a_person_merged_is_merged(people: People, opened: Proposal) -> None:
    people.merge()
    assert seen(people).state is ProposalState.MERGED
    people.forge.merge(NAME, agreed(opened))
    assert people.main()["model"] == PINNED
