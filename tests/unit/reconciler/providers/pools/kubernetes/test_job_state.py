"""What a Job says of itself."""

from typing import Any

import pytest

from reconciler.providers.pools.kubernetes.job_state import read_job
from tests.unit.reconciler.providers.pools.kubernetes.told import COMPLETE, condition, failed, held, job, order


def test_a_job_that_was_not_let_in_waits() -> None:
    found = held(suspend=True)
    assert (found.suspended, found.is_waiting, found.is_running) == (True, True, False)


@pytest.mark.parametrize(
    "status",
    [
        {"active": 1, "ready": 1},
        {"active": 0, "uncountedTerminatedPods": {"failed": ["x"]}},
        {"failed": 1, "conditions": [condition("FailureTarget")]},
        {"succeeded": 1, "conditions": [condition("SuccessCriteriaMet")]},
        {"succeeded": 1, "conditions": [condition("Complete", status="False")]},
    ],
)
def test_a_job_runs_from_its_first_pod_to_its_last_word(status: dict[str, Any]) -> None:
    assert held(**status).is_running


def test_a_job_whose_pod_has_not_started_waits() -> None:
    assert held(active=1, ready=0).is_waiting


def test_an_end_is_told() -> None:
    end = held(**COMPLETE).end
    assert end
    assert end.succeeded
    end = held(**failed("DeadlineExceeded", "too slow")).end
    assert end
    assert (end.succeeded, end.reason, end.message) == (False, "DeadlineExceeded", "too slow")


def test_a_job_that_is_going_is_told() -> None:
    there = job()
    there["metadata"]["deletionTimestamp"] = "2026-01-05T00:00:00Z"
    found = read_job(there)
    assert found
    assert found.leaving


@pytest.mark.parametrize("annotation", [None, "", "[]", '{"run": 3}', "{"])
def test_what_is_no_order_is_no_job_of_ours(annotation: str | None) -> None:
    there = job()
    there["metadata"]["annotations"] = {} if annotation is None else {"setpoint/order": annotation}
    assert read_job(there) is None
    del there["metadata"]["annotations"]
    assert read_job(there) is None


def test_the_attempt_is_that_of_the_order() -> None:
    assert held(order(attempt=3)).order.attempt == 3
