"""Promoting: a proposal is made once, and merged by whom the spec says."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.change import MergeProposal, OpenProposal
from reconciler.model.decision import Phase
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal
from reconciler.model.reviews import Opinion, Review
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_promotions import compared, proposed


def test_a_review_changes_nothing_until_it_is_merged() -> None:
    wanted = proposed()
    found = compared(stage.proposal(wanted.name))
    assert (found.phase, found.reason, found.changes) == (Phase.WAITING, "WaitsForReview", ())
    assert found.facts["proposal"] == wanted.name
    assert found.facts["evidence"] == wanted.body
    assert found.facts["proposed"] == [wanted.name]


def test_a_proposal_is_made_once() -> None:
    wanted = proposed()
    again = compared(stage.proposal(wanted.name), facts={"proposed": [wanted.name]})
    assert stage.of(again, OpenProposal) == []


@pytest.mark.parametrize("closed", [True, False])
def test_a_proposal_that_a_person_declined_is_not_made_again(closed: bool) -> None:
    wanted = proposed()
    gone: list[Proposal] = [stage.proposal(wanted.name, "closed")] if closed else []
    found = compared(*gone, facts={"proposed": [wanted.name]})
    assert (found.phase, found.reason, found.changes) == (Phase.READY, "Declined", ())


def test_automatic_approval_merges_what_is_open_and_nothing_else() -> None:
    auto: dict[str, Any] = {"approval": "auto"}
    wanted = proposed(**auto)
    assert [type(change) for change in compared(**auto).changes] == [OpenProposal]
    found = compared(stage.proposal(wanted.name), **auto)
    assert (found.reason, [type(c) for c in found.changes]) == ("Merging", [MergeProposal])
    merged = compared(stage.proposal(wanted.name, "merged"), **auto)
    assert (merged.reason, merged.changes) == ("Merged", ())


def test_what_people_approved_is_merged_at_the_head_that_they_saw() -> None:
    wanted = proposed()
    rule = {"approvals": {"count": 1, "by": ["ada"]}}
    found = compared(stage.proposal(wanted.name), **rule)
    assert (found.reason, stage.of(found, MergeProposal)) == ("WaitsForReview", [])
    assert found.message.endswith("waits for its approvals: approved by nobody yet; 1 approval missing")
    ours = stage.proposal(wanted.name)
    approved = replace(ours, reviews=(Review("ada", ours.commit, Opinion.APPROVED),))
    merging = compared(approved, **rule)
    (merge,) = stage.of(merging, MergeProposal)
    assert (merging.reason, merge.head, merge.edits, merge.why) == (
        "Merging",
        ours.commit,
        wanted.edits,
        "approved by ada",
    )
    moved = replace(approved, commit=CommitId("e" * 40))
    assert stage.of(compared(moved, **rule), MergeProposal) == []
