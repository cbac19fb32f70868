"""Approvals: a test for each sentence of the rules."""

import pytest

from reconciler.controllers.approvals import approval
from reconciler.model.ids import CommitId
from reconciler.model.kinds.promotions import Approvals
from reconciler.model.reviews import Opinion, Review

HEAD, FORMER = CommitId("a" * 40), CommitId("b" * 40)


def said(author: str, opinion: str = "approved", commit: CommitId = HEAD) -> Review:
    return Review(author, commit, Opinion(opinion))


def test_an_approval_counts_for_its_head_alone() -> None:
    assert approval([said("ada")], HEAD, Approvals()).holds
    stale = approval([said("ada", commit=FORMER)], HEAD, Approvals())
    assert not stale.holds
    assert str(stale) == "approved by nobody yet; 1 approval missing"


def test_so_many_people_have_to_approve() -> None:
    two = Approvals(count=2)
    assert not approval([said("ada")], HEAD, two).holds
    assert not approval([said("ada"), said("ada")], HEAD, two).holds, "one person twice is one"
    assert approval([said("ada"), said("grace")], HEAD, two).holds
    assert str(approval([said("ada")], HEAD, two)) == "approved by ada; 1 approval missing"


def test_one_who_asks_for_changes_holds_it_at_whatever_head() -> None:
    found = approval([said("ada"), said("grace", "declined", FORMER)], HEAD, Approvals())
    assert not found.holds
    assert str(found) == "grace asks for changes"


def test_where_people_are_named_only_theirs_count() -> None:
    rule = Approvals(by=("ada", "grace"))
    assert not approval([said("mallory")], HEAD, rule).holds
    assert approval([said("grace"), said("mallory", "declined")], HEAD, rule).holds


def test_more_than_there_are_can_t_be_asked_for() -> None:
    with pytest.raises(ValueError, match="only 1 people are named, and 2 have to approve"):
        Approvals(count=2, by=("ada", "ada"))
