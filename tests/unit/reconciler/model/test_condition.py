"""Conditions as Kubernetes shows them, each with the time of its last change."""

from typing import Any

import pytest

from reconciler.model.condition import Condition, conditions_of, shown_state
from reconciler.model.decision import Decision, Standing
from reconciler.model.ids import CommitId
from tests.unit.reconciler.stage import LOANS, NOW, ago

COMMIT = CommitId("c" * 40)


def told(standing: Standing, *, former: Any = (), **parts: Any) -> dict[str, Condition]:
    decision = Decision(address=LOANS, standing=standing, **{"reason": "Why", "message": "because", **parts})
    return {condition.type: condition for condition in conditions_of(decision, COMMIT, NOW, former)}


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.READY, {"Ready": "True"}),
        (Standing.RECONCILING, {"Ready": "False", "Reconciling": "True"}),
        (Standing.WAITING, {"Ready": "False", "Reconciling": "True"}),
        (Standing.STALLED, {"Ready": "False", "Stalled": "True"}),
    ],
)
def test_a_standing_is_told_as_conditions(standing: Standing, words: dict[str, str]) -> None:
    assert {kind: condition.status for kind, condition in told(standing).items()} == words


def test_drift_is_a_condition_of_its_own() -> None:
    found = told(Standing.READY, drifted="removed by hand")
    assert (found["Drifted"].status, found["Drifted"].message) == ("True", "removed by hand")
    assert found["Ready"].message == "because"


def test_a_condition_says_which_commit_it_is_of_and_when_it_changed() -> None:
    (found,) = told(Standing.READY).values()
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
    assert told(Standing.READY, former=former)["Ready"].since == ago(days=1)
    assert told(Standing.STALLED, former=former)["Ready"].since == NOW
    assert told(Standing.STALLED, former=former)["Stalled"].since == NOW


def test_a_time_that_somebody_changed_by_hand_counts_as_now() -> None:
    assert told(Standing.READY, former=[{"type": "Ready", "status": "True", "since": "lately"}])["Ready"].since == NOW


def test_what_is_ready_and_alerts_is_shown_as_alerting() -> None:
    found = told(Standing.READY, alerting="1 alert: drift")
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
