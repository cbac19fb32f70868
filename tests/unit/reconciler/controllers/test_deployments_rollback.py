"""Going back: by the gates of a rollout, by a crash, by a revert; to the model that served before."""

from typing import Any

import pytest

from reconciler.model.change import Route
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Digest
from reconciler.model.observed import Endpoint, Figures, Revision
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_deployments import (
    NEW,
    OLD,
    decide,
    kinds,
    name,
    new,
    old,
    pinned,
    routes,
    serving,
)
from tests.unit.reconciler.stage import MODEL, ago

FAILING = Figures(requests=1000, errors=100)
FORMER = stage.trial_name("1")


def canary(share: int = 50, figures: Figures = FAILING, state: str = "ready", **parts: Any) -> Endpoint:
    traffic = {OLD: 100 - share, NEW: share} if share < 100 else {NEW: 100}
    return serving(new(state), old(), traffic=traffic, since=ago(seconds=5), figures=figures, **parts)


@pytest.mark.parametrize("share", [10, 50, 100])
def test_a_gate_that_fails_takes_a_rollout_back_to_the_former_revision(share: int) -> None:
    found = decide(canary(share))
    assert (found.phase, found.reason) == (Phase.STALLED, "RolledBack")
    assert found.message == "more than 1.00% of its requests failed (100 of 1,000 failed)"
    assert routes(found) == [{OLD: 100}]
    assert found.facts["rolled_back"] == [NEW]


def test_a_revision_that_was_taken_back_is_not_tried_again_by_itself() -> None:
    back = serving(new(), old(), traffic={OLD: 100}, since=ago(minutes=1))
    found = decide(back, facts={"rolled_back": [NEW]})
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "RolledBack", ())
    assert found.facts["rolled_back"] == [NEW]


def test_an_operator_may_ask_to_try_it_again_once() -> None:
    back = serving(new(), old(), traffic={OLD: 100}, since=ago(minutes=1))
    tried = decide(back, facts={"rolled_back": [NEW]}, controls=stage.requested(stage.API, ago(seconds=5)))
    assert routes(tried) == [{NEW: 100}]
    before = decide(back, facts={"rolled_back": [NEW]}, controls=stage.requested(stage.API, ago(minutes=5)))
    assert before.changes == ()


def test_a_canary_that_crashes_for_good_loses_its_traffic_and_is_not_tried_again() -> None:
    found = decide(canary(figures=Figures(), state="failed"))
    assert (found.reason, routes(found), found.facts["rolled_back"]) == ("RevisionFailed", [{OLD: 100}], [NEW])


def test_a_revision_that_crashes_with_nothing_to_go_back_to_keeps_its_traffic() -> None:
    found = decide(serving(new("failed", reason="killed"), traffic={NEW: 100}))
    assert (found.phase, found.changes) == (Phase.STALLED, ())
    assert "rolled_back" not in found.facts


def test_traffic_never_goes_back_to_a_revision_that_was_taken_back_itself() -> None:
    third = stage.revision("3" * 12, started=ago(days=5))
    everything = serving(new(), old(), third, traffic={NEW: 100}, since=ago(seconds=5), figures=FAILING)
    found = decide(everything, facts={"rolled_back": [third.digest]})
    assert routes(found) == [{OLD: 100}]
    assert found.facts["rolled_back"] == [third.digest, NEW]


def test_a_fix_takes_over_from_a_live_revision_that_is_dead() -> None:
    found = decide(
        serving(new(), old("failed"), traffic={OLD: 100}, since=ago(days=1)), thing=pinned(rollout={"steps": [5, 100]})
    )
    assert routes(found) == [{NEW: 100}]


def reverted(
    *revisions: Revision, traffic: dict[str, int], there: bool = True, **parts: Any
) -> tuple[Decision, Digest]:
    """Decide with the former model pinned again, whose revision (`former` in the traffic) passed its test once."""
    thing: Resource = pinned(model={"trial": FORMER, "digest": MODEL})
    digest = name(model={"trial": FORMER, "digest": MODEL})
    results = {FORMER: stage.trained({})}
    begun = stage.actual(stage.version(FORMER), stage.endpoint(stage.revision(digest)), results=results)
    smoke = stage.started(stage.decide(thing, begun)).run
    former = [stage.revision(digest, trial=FORMER, started=ago(days=9))] if there else []
    shares = {(digest if key == "former" else key): share for key, share in traffic.items()}
    seen = stage.actual(
        stage.version(FORMER),
        stage.version(smoke),
        stage.endpoint(*revisions, *former, traffic=shares, **parts),
        results={**results, smoke: stage.result()},
    )
    return stage.decide(thing, seen), digest


def test_a_revert_in_the_middle_of_a_bad_rollout_gives_everything_back_at_once() -> None:
    """The errors are those of the revision that is taken back: the one that is returned to is not blamed for them."""
    found, former = reverted(new(), traffic={"former": 50, NEW: 50}, since=ago(seconds=5), figures=FAILING)
    assert (found.reason, routes(found)) == ("RollingOut", [{former: 100}])
    assert "rolled_back" not in found.facts


def test_a_revert_after_a_rollout_rolls_the_former_model_out_like_any_other() -> None:
    found, former = reverted(new(), traffic={NEW: 100}, since=ago(days=1), there=False)
    assert kinds(found)[0].__name__ == "StartRevision"
    assert former != NEW


def test_after_a_revert_the_revision_that_was_taken_back_is_stopped() -> None:
    found, former = reverted(new(), traffic={"former": 100}, since=ago(seconds=1))
    assert (found.reason, [change.target for change in found.changes]) == ("Serving", [f"{stage.API}/{NEW}"])
    assert former


def test_routes_add_up_to_100() -> None:
    for found in (decide(canary(share)) for share in (1, 10, 99, 100)):
        assert all(sum(change.traffic.values()) == 100 for change in stage.of(found, Route))
