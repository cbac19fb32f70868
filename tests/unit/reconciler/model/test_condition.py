"""Conditions as Kubernetes shows them, each with the time of its last change."""

from typing import Any

import pytest

from reconciler.model.condition import Condition, conditions_of, ready_of, shown_state
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import CommitId
from tests.unit.reconciler.stage import LOANS, NOW, ago

COMMIT = CommitId("c" * 40)


def told(phase: Phase, *, former: Any = (), **parts: Any) -> dict[str, Condition]:
    decision = Decision(address=LOANS, phase=phase, **{"reason": "Why", "message": "because", **parts})
    return {condition.type: condition for condition in conditions_of(decision, COMMIT, NOW, former)}


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.READY, {"Ready": "True"}),
        (Phase.RECONCILING, {"Ready": "False", "Reconciling": "True"}),
        (Phase.WAITING, {"Ready": "False", "Reconciling": "True"}),
        (Phase.STALLED, {"Ready": "False", "Stalled": "True"}),
    ],
)
def test_a_phase_is_told_as_conditions(phase: Phase, words: dict[str, str]) -> None:
    assert {kind: condition.status for kind, condition in told(phase).items()} == words


def test_drift_is_a_condition_of_its_own() -> None:
    found = told(Phase.READY, drifted="removed by hand")
    assert (found["Drifted"].status, found["Drifted"].message) == ("True", "removed by hand")
    assert found["Ready"].message == "because"


def test_a_condition_says_which_commit_it_is_of_and_when_it_changed() -> None:
    (found,) = told(Phase.READY).values()
    assert found.as_json() == {
        "type": "Ready",
        "status": "True",
        "reason": "Why",
        "message": "because",
        "observed_commit": COMMIT,
        "since": NOW.isoformat(timespec="seconds"),
    }


def test_the_time_of_the_last_change_is_kept_while_the_status_is_the_same() -> None:
    former = [{"type": "Ready", "status": "True", "since": ago(days=1).isoformat(), "reason": "Other"}]
    assert told(Phase.READY, former=former)["Ready"].since == ago(days=1)
    assert told(Phase.STALLED, former=former)["Ready"].since == NOW
    assert told(Phase.STALLED, former=former)["Stalled"].since == NOW


def test_a_time_that_somebody_changed_by_hand_counts_as_now() -> None:
    assert told(Phase.READY, former=[{"type": "Ready", "status": "True", "since": "lately"}])["Ready"].since == NOW


def test_what_is_ready_and_alerts_is_shown_as_alerting() -> None:
    found = told(Phase.READY, alerting="1 alert: drift")
    assert (found["Ready"].status, found["Alerting"].status, found["Alerting"].message) == (
        "True",
        "True",
        "1 alert: drift",
    )
    conditions = [one.as_json() for one in found.values()]
    assert shown_state({"state": "ready", "conditions": conditions}) == "alerting"
    assert shown_state({"state": "stalled", "conditions": conditions}) == "stalled"
    assert shown_state({"state": "ready", "conditions": conditions[:1]}) == "ready"
    assert shown_state({}) == "waiting"


@pytest.mark.parametrize("conditions", [None, [], "Ready", [{"type": "Stalled"}], ["Ready", 7]])
def test_a_document_without_a_ready_condition_has_an_empty_one(conditions: object) -> None:
    assert ready_of({"conditions": conditions}) == {}


def test_the_ready_condition_is_found_among_others() -> None:
    ready = {"type": "Ready", "reason": "Serving"}
    assert ready_of({"conditions": [{"type": "Stalled"}, "odd", ready]}) is ready
