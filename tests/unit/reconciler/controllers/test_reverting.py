"""Reverting: a model whose release failed is taken back in Git, once, with what was measured."""

from typing import Any

import pytest

from reconciler.controllers.reverting import FAILURES
from reconciler.model.change import MergeProposal, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.reason import Reason
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, MODEL

BAD, GOOD = stage.trial_name("1"), stage.trial_name("2")
SERVED = {"served": [{"trial": GOOD, "digest": MODEL, "since": "2026-01-01T00:00:00+00:00"}]}


def decide(
    *things: Any, reason: Reason = Reason.ROLLED_BACK, phase: Phase = Phase.STALLED, served: Any = SERVED, **spec: Any
) -> Decision:
    failed = Decision(address=API, phase=phase, reason=reason, message="more than 1.00% of its requests failed")
    seen = stage.actual(*things, facts={API: served, GO: spec.pop("facts", {})})
    deployment = stage.resource(API, model={"trial": BAD, "digest": MODEL})
    board = stage.board(stage.trial("1", roc_auc=0.9))
    return stage.decide(stage.resource(GO, **spec), seen, deployment, upstream=[failed, board])


@pytest.mark.parametrize("reason", sorted(FAILURES))
def test_a_release_that_failed_is_taken_back_with_the_measurements(reason: Reason) -> None:
    found = decide(reason=reason)
    (wanted,) = stage.of(found, OpenProposal)
    assert (found.phase, found.reason) == (Phase.WAITING, "Reverting")
    assert wanted.edits == {"model": {"trial": GOOD, "digest": MODEL}}
    assert wanted.title == f"Revert deployments/api to {GOOD} in dev"
    assert "> more than 1.00% of its requests failed" in wanted.body
    assert "had all the traffic since 2026-01-01 00:00 UTC" in wanted.body


def test_it_is_merged_where_promotions_are_or_the_spec_says_so() -> None:
    (wanted,) = stage.of(decide(), OpenProposal)
    assert stage.of(decide(stage.proposal(wanted.name)), MergeProposal) == []
    for spec in ({"approval": "auto"}, {"revert": "auto"}):
        found = decide(stage.proposal(wanted.name), **spec)
        (merge,) = stage.of(found, MergeProposal)
        assert (merge.edits, merge.why) == (wanted.edits, "the release failed: more than 1.00% of its requests failed")
    assert stage.of(decide(stage.proposal(wanted.name), approval="auto", revert="review"), MergeProposal) == []


def test_a_revert_that_a_person_declined_is_not_made_again() -> None:
    (wanted,) = stage.of(decide(), OpenProposal)
    for found in (decide(stage.proposal(wanted.name, "closed")), decide(facts={"proposed": [wanted.name]})):
        assert found.reason == "Promoted"
        assert not stage.of(found, OpenProposal)


@pytest.mark.parametrize(
    "parts",
    [
        {"revert": "never"},
        {"served": {}},
        {"served": {"served": [{"trial": BAD, "digest": MODEL, "since": "2026-01-01T00:00:00+00:00"}]}},
        {"phase": Phase.RECONCILING},
        {"reason": Reason.MODEL_NOT_FOUND},
    ],
)
def test_without_a_failed_release_or_something_to_go_back_to_nothing_is_taken_back(parts: dict[str, Any]) -> None:
    assert decide(**parts).reason == "Promoted"


def test_another_revision_of_the_model_that_had_all_the_traffic_last_takes_no_model_back() -> None:
    former = [
        {"trial": one, "digest": MODEL, "since": f"2026-01-0{n}T00:00:00+00:00"} for n, one in ((1, GOOD), (2, BAD))
    ]
    for reason in FAILURES:
        assert not stage.of(decide(reason=reason, served={"served": former}), OpenProposal)


def test_once_it_is_merged_the_model_that_failed_is_not_proposed_again() -> None:
    deployment = stage.resource(API, model={"trial": GOOD, "digest": MODEL})
    seen = stage.actual(facts={GO: {"promoted": [GOOD, BAD]}})
    board = stage.board(stage.trial("1", roc_auc=0.9))
    found = stage.decide(stage.resource(GO, approval="auto"), seen, deployment, upstream=[board])
    assert (found.reason, found.changes) == ("RolledBack", ())


def test_what_was_taken_back_itself_is_nothing_to_go_back_to() -> None:
    assert decide(facts={"promoted": [GOOD, BAD], "taken_back": [GOOD]}).reason == "Promoted"
