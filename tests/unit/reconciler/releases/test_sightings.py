"""What a status document tells of a release."""

from typing import Any

import pytest

from reconciler.model.decision import Decision
from reconciler.model.ids import CommitId
from reconciler.model.observed import Figures
from reconciler.releases.sightings import Sighting, sighting
from reconciler.status.write import status
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_deployments import NEW, OLD, TRIAL, decide, new, old, serving
from tests.unit.reconciler.controllers.test_deployments_rollback import canary
from tests.unit.reconciler.releases.made import hour, serves, starts, taken_back


def seen(document: dict[str, Any]) -> Sighting:
    found = sighting("x", document, hour(9))
    assert found is not None
    return found


def test_a_model_that_serves_does_so_since_its_condition_says() -> None:
    assert seen(serves("one", 7)) == Sighting("x", "one", "", hour(9), serves=hour(7))
    assert seen(serves("one", 12)).serves == hour(9), "no later than it was told"


@pytest.mark.parametrize("since", ["yesterday", "2026-01-01T00:00:00", None, 3])
def test_what_is_no_moment_is_when_it_was_told(since: object) -> None:
    document = serves("one", 7)
    document["conditions"][0]["since"] = since
    assert seen(document).serves == hour(9)


def test_one_that_starts_neither_serves_nor_was_taken_back() -> None:
    found = seen(starts("one"))
    assert (found.serves, found.is_rolled_back) == (None, False)


def test_one_that_was_taken_back_says_whether_the_traffic_has_gone_back() -> None:
    decided, routed = seen(taken_back("one", is_routed=False)), seen(taken_back("one"))
    assert (decided.is_rolled_back, decided.is_restored) == (True, False)
    assert (routed.is_rolled_back, routed.is_restored) == (True, True)


def test_one_whose_start_failed_with_traffic_was_taken_back_and_one_that_serves_again_is_not() -> None:
    failed = taken_back("one")
    failed["conditions"][0]["reason"] = "RevisionFailed"
    assert seen(failed).is_rolled_back
    again = serves("one", 7)
    again["facts"]["rolled_back"] = ["one"]
    assert not seen(again).is_rolled_back


@pytest.mark.parametrize("odd", [{}, {"facts": []}, {"facts": {}}, {"facts": {"trial": ""}, "conditions": [1]}])
def test_what_tells_of_no_model_is_no_sighting(odd: dict[str, Any]) -> None:
    assert sighting("x", odd, hour(0)) is None


def test_odd_conditions_and_facts_say_nothing() -> None:
    odd = {"facts": {"trial": "one", "traffic": [1], "rolled_back": 3}, "conditions": [1, {"type": "Ready"}]}
    found = sighting("x", odd, hour(0))
    assert found == Sighting("x", "one", "", hour(0))


def written(decision: Decision) -> Sighting:
    """Return what is seen of a decision of the real controller, as a daemon records it."""
    return seen(dict(status(decision, CommitId("c0ffee"), hour(7), {})))


def test_what_the_controller_tells_is_understood() -> None:
    back = serving(new(), old(), traffic={OLD: 100}, since=stage.ago(minutes=1))
    assert written(decide()).serves is None
    assert written(decide(serving(new(), traffic={NEW: 100}, since=stage.ago(minutes=1)))) == Sighting(
        "x", TRIAL, "c0ffee", hour(9), serves=hour(7)
    )
    found = written(decide(canary()))
    assert (found.is_rolled_back, found.is_restored) == (True, False), "the route is asked for, and not there yet"
    found = written(decide(back, facts={"rolled_back": [NEW]}))
    assert (found.is_rolled_back, found.is_restored) == (True, True)
    crashed = serving(new("failed"), old(), traffic={OLD: 100}, since=stage.ago(minutes=1))
    assert written(decide(canary(figures=Figures(), state="failed"))).is_rolled_back
    assert written(decide(crashed, facts={"rolled_back": [NEW]})).is_rolled_back


def test_one_that_is_tried_again_is_not_taken_back_meanwhile() -> None:
    back = serving(new(), old(), traffic={OLD: 100}, since=stage.ago(minutes=1))
    asked = stage.requested(stage.API, stage.ago(seconds=5))
    assert not written(decide(back, facts={"rolled_back": [NEW]}, controls=asked)).is_rolled_back


def on_its_way(**parts: Any) -> dict[str, Any]:
    """Return what a status tells while another revision of the model that serves is on its way."""
    facts = {
        "trial": "one",
        "revision": "b",
        "traffic": {"a": 80, "b": 20},
        "revisions": {"a": {"trial": "one"}, "b": {"trial": "one"}},
        "served": [{"trial": "one", "digest": "sha256:1", "since": hour(3).isoformat()}],
    }
    ready = {"type": "Ready", "status": "False", "reason": "RollingOut", "since": hour(8).isoformat()}
    return {"state": "Reconciling", "facts": {**facts, **parts}, "conditions": [ready]}


def test_what_serves_goes_on_serving_while_another_revision_of_it_is_on_its_way() -> None:
    assert seen(on_its_way()).serves == hour(3)
    failed = {**on_its_way(rolled_back=["b"]), "state": "Stalled"}
    assert (seen(failed).serves, seen(failed).is_rolled_back) == (hour(3), False)


@pytest.mark.parametrize(
    "parts",
    [
        {"revisions": {"a": {"trial": "other"}, "b": {"trial": "one"}}},
        {"served": [{"trial": "other", "since": hour(3).isoformat()}]},
        {"traffic": {}},
        {"revisions": [1]},
        {"revisions": {"a": 1}},
        {"served": [1]},
        {"served": "one"},
    ],
)
def test_what_does_not_answer_all_requests_is_on_its_way(parts: dict[str, Any]) -> None:
    assert seen(on_its_way(**parts)).serves is None
