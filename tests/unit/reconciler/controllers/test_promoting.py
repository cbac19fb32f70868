"""Promoting: a proposal is made once, and merged by whom the spec says."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.change import CloseProposal, MergeProposal, OpenProposal
from reconciler.model.code_owners import OwnersFile, OwnersSyntax
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import CommitId
from reconciler.model.kinds.deployments import Model
from reconciler.model.observed import Proposal, ProposalState
from reconciler.model.reviews import Opinion, Review, Team
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_promotions import BEST, compared, decide, pinned, proposed
from tests.unit.reconciler.stage import GO, MODEL


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
    assert merge.reviews == approved.reviews
    assert (merging.reason, merge.head, merge.edits, merge.why) == (
        "Merging",
        ours.commit,
        wanted.edits,
        "approved by ada",
    )
    moved = replace(approved, commit=CommitId("e" * 40))
    assert stage.of(compared(moved, **rule), MergeProposal) == []


def test_what_somebody_pushed_to_is_theirs_and_nothing_else_is_proposed_meanwhile() -> None:
    ours = replace(stage.proposal(proposed().name), by_hand=True)
    for spec in ({"approval": "auto"}, {"approvals": {"count": 1}}):
        found = compared(ours, **spec)
        assert (found.phase, found.reason, found.changes) == (Phase.WAITING, "EditedByHand", ())
    other = replace(stage.proposal(f"{GO}/0123456789ab"), by_hand=True)
    found = compared(other)
    assert (found.reason, found.changes) == ("EditedByHand", ())
    assert found.message.startswith(f"somebody has pushed to {other.branch}")


def test_what_fell_behind_is_made_anew_under_another_name_and_then_closed() -> None:
    first = proposed()
    behind = replace(stage.proposal(first.name), conflicts=True)
    found = compared(behind, facts={"proposed": [first.name]})
    assert [type(change) for change in found.changes] == [OpenProposal, CloseProposal]
    opened, closed = found.changes
    assert (closed.target, opened.edits) == (first.name, first.edits)  # type: ignore[attr-defined]
    assert opened.target != first.name
    assert found.facts["proposed"] == []
    again = compared(stage.proposal(opened.target), facts={"proposed": [opened.target]})
    assert again.changes == ()
    assert again.facts["proposal"] == opened.target
    declined = compared(stage.proposal(opened.target, "closed"))
    assert (declined.reason, declined.changes) == ("Declined", ())


def test_while_merges_are_frozen_what_may_be_merged_waits_and_the_head_says_so() -> None:
    spec: dict[str, Any] = {"approval": "auto", "freeze": [{"starts": "0 12 * * wed", "lasts": "2h"}]}
    ours = replace(stage.proposal(proposed(**spec).name), statuses=())
    found = compared(ours, **spec)
    assert (found.phase, found.reason, found.wake) == (Phase.WAITING, "Frozen", stage.NOW.replace(hour=14, second=0))
    (change,) = found.changes
    assert [(one.context, one.verdict.value) for one in change.statuses] == [("setpoint/dev/freeze", "pending")]  # type: ignore[attr-defined]
    thawed = {**spec, "freeze": [{"starts": "0 12 * * tue", "lasts": "2h"}]}
    assert compared(ours, **thawed).reason == "Merging"


def limited(*things: Any, facts: Any = None, **limits: int) -> Decision:
    wanted = replace(stage.desired(stage.resource(GO), pinned(), proposals=limits))
    board = stage.board(BEST)
    view = stage.view(wanted, stage.actual(), [board])
    run = stage.started(stage.CONTROLLERS["promotions"].decide(wanted.resources[GO], view)).run
    results = {run: stage.result(metrics={"candidate.roc_auc": 0.9}, facts={"bounds": []})}
    seen = stage.actual(stage.version(run), *things, results=results, facts=facts)
    return stage.CONTROLLERS["promotions"].decide(wanted.resources[GO], stage.view(wanted, seen, [board]))


def test_an_environment_has_no_more_open_proposals_than_it_may() -> None:
    others = [stage.proposal(f"promotions/other/{number:012d}") for number in range(2)]
    found = limited(*others, open=2)
    assert (found.phase, found.reason) == (Phase.WAITING, "TooManyProposals")
    assert "2 proposals wait for their merge here, and at most 2 may" in found.message
    assert stage.of(limited(*others, open=3), OpenProposal)
    assert stage.of(limited(replace(others[0], state=ProposalState.CLOSED), others[1], open=2), OpenProposal)


def test_an_environment_makes_no_more_proposals_within_an_hour_than_it_may() -> None:
    made = {GO: {"opened": [stage.ago(minutes=61).isoformat(), stage.ago(minutes=20).isoformat(), "once"]}}
    found = limited(facts=made, per_hour=1)
    assert (found.reason, found.wake) == ("TooManyProposals", stage.ago(minutes=-40))
    opened = limited(facts=made, per_hour=2)
    assert stage.of(opened, OpenProposal)
    assert opened.facts["opened"] == [stage.ago(minutes=20).isoformat(), stage.NOW.isoformat()]


def signed(**verdicts: str) -> Decision:
    """Decide where models have to be signed, and something is known of the candidate's statement or not."""
    wanted = replace(stage.desired(stage.resource(GO), pinned()), model_signers=b"ada ssh-ed25519 AAAA")
    board, run = stage.board(BEST), stage.started(compared_before()).run
    results = {run: stage.result(metrics={"candidate.roc_auc": 0.9}, facts={"bounds": []})}
    seen = stage.actual(stage.version(run), results=results)
    told = {Model(trial=BEST.run, digest=MODEL): flaw for flaw in verdicts.values()}
    view = stage.view(wanted, replace(seen, verdicts=told), [board])
    return stage.CONTROLLERS["promotions"].decide(wanted.resources[GO], view)


def compared_before() -> Decision:
    return stage.decide(stage.resource(GO), stage.actual(), pinned(), upstream=[stage.board(BEST)])


def test_where_models_have_to_be_signed_one_that_nobody_vouches_for_is_not_proposed() -> None:
    unknown = signed()
    assert (unknown.phase, unknown.reason, unknown.wake) == (Phase.WAITING, "Unverified", stage.NOW)
    assert unknown.facts["candidate"] == BEST.run
    flawed = signed(flaw="is signed by a key that nobody is allowed to sign with")
    assert (flawed.phase, flawed.reason, flawed.changes) == (Phase.STALLED, "Unverified", ())
    assert stage.of(signed(flaw=""), OpenProposal)


def with_pictures(facts: dict[str, Any] | None = None, *things: Any) -> Decision:
    """Decide once a comparison with a picture is accepted."""
    run = stage.started(decide(stage.actual())).run
    told = stage.result(metrics={"candidate.roc_auc": 0.9}, files={"comparison.png": "sha256:1"})
    seen = stage.actual(stage.version(run), *things, results={run: told}, facts={GO: facts} if facts else None)
    return decide(seen)


def test_it_is_proposed_once_its_pictures_stand_beside_its_status() -> None:
    first = with_pictures()
    assert (first.phase, first.changes, first.wake) == (Phase.RECONCILING, (), stage.NOW)
    ((place, (_, file)),) = first.files.items()
    assert (file, first.facts["pictures"]) == ("comparison.png", [place])
    second = with_pictures(dict(first.facts))
    (wanted,) = stage.of(second, OpenProposal)
    assert list(wanted.pictures) == [place]
    assert second.files == first.files
    older = with_pictures({**first.facts, "pictures": ["reports/promotions/go/older/comparison.png"]})
    assert older.changes == ()


def test_what_people_pushed_to_is_theirs_and_nothing_else_stays_open() -> None:
    ours, theirs = proposed(), replace(stage.proposal(f"{GO}/older"), by_hand=True)
    found = compared(stage.proposal(ours.name), theirs)
    assert found.reason == "EditedByHand"
    assert [change.name for change in stage.of(found, CloseProposal)] == [ours.name]


def test_who_belonged_to_a_team_of_the_forge_is_part_of_what_was_agreed_on() -> None:
    """And what the environment states isn't: that stands on the watched branch."""
    rule: dict[str, Any] = {"approvals": {"by": ["team/ml", "team/ours"]}}
    wanted = proposed(**rule)
    ours = stage.proposal(wanted.name)
    approved = replace(ours, reviews=(Review("grace", ours.commit, Opinion.APPROVED),))
    teams = {"ml": Team(frozenset({"grace", "ada"})), "ours": Team(frozenset({"ada"}), is_stated=True)}
    (merge,) = stage.of(compared(approved, teams=teams, **rule), MergeProposal)
    assert merge.teams == {"ml": ("ada", "grace")}
    assert merge.as_json()["teams"] == {"ml": ["ada", "grace"]}
    gone = compared(approved, teams={**teams, "ml": Team(frozenset({"ada"}))}, **rule)
    assert (gone.reason, stage.of(gone, MergeProposal)) == ("WaitsForReview", [])
    unknown = compared(approved, **rule)
    assert stage.of(unknown, MergeProposal) == []
    assert "who belongs to team/ml isn't known" in unknown.message


def test_owners_of_what_the_proposal_changes_approve_by_the_file_on_the_watched_branch() -> None:
    rule: dict[str, Any] = {"approvals": {"by": ["codeowners"]}}
    wanted = proposed(**rule)
    assert wanted.file == "environments/dev/deployments/api.yaml"
    ours = stage.proposal(wanted.name)
    approved = replace(ours, reviews=(Review("grace", ours.commit, Opinion.APPROVED),))
    for text, merges in (("* @ada\n/environments/ @grace\n", 1), ("* @grace\n/environments/ @ada\n", 0)):
        owners = OwnersFile(OwnersSyntax.GITHUB, "CODEOWNERS", text)
        assert len(stage.of(compared(approved, code_owners=owners, **rule), MergeProposal)) == merges
    nobody = compared(approved, **rule)
    assert "has no CODEOWNERS" in nobody.message


def test_why_something_that_looks_like_an_approval_is_none_is_told() -> None:
    rule: dict[str, Any] = {"approvals": {"by": ["ada@example.org"]}}
    ours = replace(stage.proposal(proposed(**rule).name), remarks=("commit 0123456789ab isn't signed",))
    assert compared(ours, **rule).message.endswith("1 approval missing; commit 0123456789ab isn't signed")
