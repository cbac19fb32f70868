"""What pods say of an end, or of what they wait for."""

from typing import Any

import pytest

from reconciler.providers.pools.kubernetes.pods import Exit, exit_of, read_pod
from tests.unit.reconciler.providers.pools.kubernetes.told import condition, failed, held, pod, terminated


def ending(*pods: dict[str, Any], **job: Any) -> Exit:
    seen = [read_pod(one) for one in pods]
    return exit_of(held(**(job or failed())), [one for one in seen if one])


def test_an_exit_code_is_told() -> None:
    assert ending(pod(terminated(65), phase="Failed")) == Exit(65, "exit code 65")


def test_the_first_that_failed_is_told() -> None:
    late = pod(terminated(143, at="2026-01-05T02:00:00Z"), rank=0, phase="Failed")
    early = pod(terminated(75, at="2026-01-05T01:00:00Z"), rank=1, phase="Failed")
    assert ending(late, early, pod({"running": {}}, rank=2, phase="Running")) == Exit(75, "exit code 75")


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (pod(terminated(137, "OOMKilled"), phase="Failed"), "OOMKilled: it took more memory"),
        (pod(terminated(128, "StartError", message="no such file"), phase="Failed"), "can't be started: no such file"),
        (
            pod(phase="Failed", reason="Evicted", message="The node was low on disk"),
            "Evicted: The node was low on disk",
        ),
        (
            pod(terminated(137), phase="Failed", conditions=[condition("DisruptionTarget", "EvictionByEvictionAPI")]),
            "taken away",
        ),
        (pod(phase="Failed"), "container was lost"),
    ],
)
def test_a_reason_is_told(there: dict[str, Any], told: str) -> None:
    assert told in ending(there).reason


def test_a_timeout_is_told_as_one() -> None:
    told = ending(pod(terminated(143), phase="Failed"), **failed("DeadlineExceeded"))
    assert told.code is None
    assert "timeout of 60 s" in told.reason


def test_the_job_recalls_what_its_pods_took_along() -> None:
    message = "Container main for pod ml/job-1-x failed with exit code 65 matching FailJob rule at index 1"
    assert ending(**failed(message=message)) == Exit(65, "exit code 65")
    assert ending(**failed("BackoffLimitExceeded", "enough")) == Exit(None, "BackoffLimitExceeded: enough")


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (pod({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off 20s"}}), "image, which can't be pulled"),
        (pod({"waiting": {"reason": "ErrImagePull"}}), "image, which can't be pulled"),
        (pod({"waiting": {"reason": "CreateContainerConfigError", "message": "secret x"}}), "secret x"),
        (pod(conditions=[condition("PodScheduled", message="0/3 nodes", status="False")]), "for a node: 0/3 nodes"),
        (pod({"waiting": {"reason": "ContainerCreating"}}), ""),
        (pod({"running": {}}), ""),
        (pod(), ""),
    ],
)
def test_what_is_waited_for_is_told(there: dict[str, Any], told: str) -> None:
    found = read_pod(there)
    assert found
    assert told in found.waits
    assert bool(told) == bool(found.waits)
    assert "20s" not in found.waits, "a message that changes from look to look"


def test_a_pod_of_nobody_s_job_is_left_out() -> None:
    assert read_pod({"metadata": {"name": "x"}, "status": {}}) is None
