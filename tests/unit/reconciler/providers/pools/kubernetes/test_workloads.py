"""Why Kueue doesn't let a job in, in words that stay the same."""

from typing import Any

import pytest

from reconciler.providers.pools.kubernetes.workloads import read_workload
from tests.unit.reconciler.providers.pools.kubernetes.told import condition


def reason(*conditions: dict[str, Any]) -> str:
    owners = [{"kind": "Job", "uid": "u1"}]
    found = read_workload({"metadata": {"ownerReferences": owners}, "status": {"conditions": list(conditions)}})
    assert found
    assert found.job == "u1"
    return found.reason


PENDING = condition(
    "QuotaReserved", "Pending", "insufficient unused quota for cpu in flavor ml, 1 more needed", "False"
)


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ([], "waits for quota, or for Kueue to look at it"),
        ([PENDING], "waits for quota: insufficient unused quota for cpu in flavor ml, 1 more needed"),
        ([condition("QuotaReserved")], "waits for Kueue's admission checks"),
        ([condition("QuotaReserved"), condition("Admitted")], "is let in"),
    ],
)
def test_a_reason_is_told(conditions: list[dict[str, Any]], told: str) -> None:
    assert reason(*conditions) == told.replace("quota, or for ", "")


def test_what_was_borrowed_is_told_to_be_given_back() -> None:
    evicted = condition("Evicted", "Preempted", "Preempted to accommodate a workload (UID: 1, JobUID: 2)")
    assert reason(evicted, PENDING).startswith("it was stopped to give back what its team had borrowed, and waits")
    assert "borrowed" not in reason({**evicted, "status": "False"}, PENDING)
    assert "borrowed" not in reason({**evicted, "reason": "PodsReadyTimeout"}, PENDING)


def test_identities_are_left_out() -> None:
    message = "Preempted to accommodate a workload (UID: 1, JobUID: 2) due to reclamation"
    assert reason(condition("QuotaReserved", "Pending", message, "False")) == (
        "waits for quota: Preempted to accommodate a workload due to reclamation"
    )


def test_a_workload_of_something_else_is_left_out() -> None:
    assert read_workload({"metadata": {"ownerReferences": [{"kind": "RayJob", "uid": "u"}]}}) is None
    assert read_workload({"metadata": {}}) is None
