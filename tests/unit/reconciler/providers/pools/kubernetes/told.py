"""What a cluster tells of jobs, pods and workloads, as short as a test can say it."""

import json
from typing import Any

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.spec import Resources
from reconciler.ports.pool import JobOrder, order_as_json
from reconciler.providers.pools.kubernetes.job_state import Held, read_job
from reconciler.providers.pools.kubernetes.manifests import PodSettings

SHARED = Address("pools/shared")
RUN = RunName("experiments/employment/0123456789ab")
SETTINGS = PodSettings(
    namespace="ml", image="registry.example/runners:1", gpu_kinds={"a100": {"gpu": "A100"}, "t4": {"gpu": "T4"}}
)
BEGIN, END = "2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z"


def order(run: str = RUN, *, attempt: int = 1, team: str = "risk", pool: str = SHARED, **asked: Any) -> JobOrder:
    resources = Resources.model_validate(asked)
    return JobOrder(RunName(run), Address(pool), team, resources, 60.0, {"runner": "tabular"}, attempt)


def job(what: JobOrder | None = None, *, suspend: bool = False, uid: str = "u1", **status: Any) -> dict[str, Any]:
    """Return a Job as the API server shows it."""
    what = what or order()
    annotations = {"setpoint/order": json.dumps(order_as_json(what))}
    metadata = {"name": f"job-{what.attempt}", "uid": uid, "creationTimestamp": BEGIN, "annotations": annotations}
    return {"metadata": metadata, "spec": {"suspend": suspend}, "status": status}


def held(what: JobOrder | None = None, **told: Any) -> Held:
    found = read_job(job(what, **told))
    assert found
    return found


def condition(kind: str, reason: str = "", message: str = "", status: str = "True") -> dict[str, str]:
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": END}


def failed(reason: str = "PodFailurePolicy", message: str = "") -> dict[str, Any]:
    """Return the status of a Job that failed."""
    return {"startTime": BEGIN, "failed": 1, "conditions": [condition("Failed", reason, message)]}


COMPLETE = {"startTime": BEGIN, "succeeded": 1, "conditions": [condition("Complete")]}


def pod(state: dict[str, Any] | None = None, *, rank: int = 0, job: str = "job-1", **status: Any) -> dict[str, Any]:
    """Return a pod, whose only container is in a state."""
    labels = {"batch.kubernetes.io/job-name": job}
    annotations = {"batch.kubernetes.io/job-completion-index": str(rank)}
    containers = [{"name": "main", "state": state}] if state is not None else []
    metadata = {"name": f"{job}-{rank}", "labels": labels, "annotations": annotations}
    return {"metadata": metadata, "status": {"containerStatuses": containers, **status}}


def terminated(code: int, reason: str = "Error", at: str = END, message: str = "") -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason, "finishedAt": at, "message": message}}
