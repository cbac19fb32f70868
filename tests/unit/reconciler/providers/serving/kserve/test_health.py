"""Starting, stopped by hand, failed and ready are told apart by what KServe writes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.model.kinds.deployments import Replicas
from reconciler.model.observed import RevisionState
from reconciler.providers.serving.kserve.health import health, moment, stuck_since
from tests.unit.reconciler.providers.serving.kserve.told import listed, status

STARTING, READY, FAILED = RevisionState.STARTING, RevisionState.READY, RevisionState.FAILED
LOADED = {"states": {"activeModelState": "Loaded"}, "copies": {"totalCopies": 2}}
WORDS = json.dumps({"what": "its digest is another"})


@pytest.mark.parametrize(
    ("told", "state", "ready"),
    [
        ({}, STARTING, 0),
        (status(generation=0, ready="Unknown", copies=0), STARTING, 0),
        (status(), READY, 1),
        (status(copies=3), READY, 3),
        (status(copies=0), READY, 1),
        (status(ready="Unknown", copies=0), STARTING, 0),
        (status(ready="Unknown", copies=1), STARTING, 0),
        (status(ready="Unknown", model=LOADED), READY, 2),
        (status(ready="False", model=LOADED), READY, 2),
        (status(ready="False", copies=0, condition={"reason": "ProgressDeadlineExceeded"}), FAILED, 0),
        (status(ready="False", copies=0, model={"transitionStatus": "InvalidSpec"}), FAILED, 0),
        (status(ready="False", copies=0, model={"lastFailureInfo": {"exitCode": 65, "message": WORDS}}), FAILED, 0),
        (status(ready="False", copies=0, model={"lastFailureInfo": {"exitCode": 1, "message": "x"}}), STARTING, 0),
        (status(stopped="True", ready="False", copies=0), STARTING, 0),
    ],
)
def test_the_state_is_told(told: Any, state: RevisionState, ready: int) -> None:
    found = health(listed(status=told))
    assert (found.state, found.ready) == (state, ready)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "KServe's controller"),
        (status(stopped="True"), "serving.kserve.io/stop"),
        (status(ready="False", copies=0, model={"lastFailureInfo": {"exitCode": 65, "message": WORDS}}), "its digest"),
        (status(ready="False", copies=0, condition={"reason": "ReconcileFailed", "message": "no quota"}), "no quota"),
        (
            status(
                ready="False",
                copies=0,
                model={"transitionStatus": "InvalidSpec", "lastFailureInfo": {"message": "Waiting for runtime"}},
            ),
            "Waiting for runtime",
        ),
    ],
)
def test_the_reason_is_told(told: Any, words: str) -> None:
    assert words in health(listed(status=told)).reason


def test_missing_pods_are_no_reason_of_their_own() -> None:
    usual = {"reason": "MinimumReplicasUnavailable", "message": "Deployment does not have minimum availability."}
    assert health(listed(status=status(ready="False", copies=0, condition=usual))).reason == ""


def test_nobody_asks_and_no_pod_is_there() -> None:
    found = health(listed(replicas=Replicas(minimum=0), status=status(copies=0)))
    assert (found.state, found.ready) == (READY, 0)


def test_what_is_being_deleted_is_stopping() -> None:
    thing = listed(status=status())
    assert stuck_since(thing) is None
    thing["metadata"]["deletionTimestamp"] = "2026-01-05T10:00:00Z"
    assert health(thing).state is RevisionState.STOPPING
    assert stuck_since(thing) == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_what_is_no_time_is_none() -> None:
    assert moment("soon") is None
    assert moment(None) is None
