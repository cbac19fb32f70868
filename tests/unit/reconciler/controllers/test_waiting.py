"""Waiting on what is upstream is a planned outcome with a reason."""

import pytest

from reconciler.controllers.waiting import waits_for
from reconciler.model.decision import Decision, Phase
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SCORE


def waits(*above: Decision, broken: bool = False) -> Decision:
    wanted = stage.desired(broken={LOANS: (stage.problem(),)} if broken else None)
    seen = stage.actual(facts={SCORE: {"leaderboard": [1]}})
    return waits_for(SCORE, LOANS, stage.view(wanted, seen, above))


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        (Phase.STALLED, "datasets/loans is stalled"),
        (Phase.RECONCILING, "datasets/loans is not ready yet"),
        (Phase.WAITING, "datasets/loans is not ready yet"),
    ],
)
def test_the_reason_is_how_the_resource_upstream_stands(phase: Phase, message: str) -> None:
    found = waits(stage.upstream(LOANS, None, phase))
    assert (found.phase, found.reason, found.message) == (Phase.WAITING, "WaitsForUpstream", message)


def test_a_resource_upstream_that_is_absent_or_broken_is_told_apart() -> None:
    assert waits().message == "datasets/loans is not there"
    assert waits(broken=True).message == "datasets/loans has errors in its spec"


def test_what_is_recorded_is_kept_and_nothing_is_changed() -> None:
    found = waits()
    assert found.facts == {"leaderboard": [1]}
    assert (found.changes, found.output) == ((), None)
