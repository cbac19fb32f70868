"""What is told of a pod: pure functions from the states of its containers to its status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.servers.ports import LOOPBACK

Status = dict[str, Any]
KILLED, LOST = 137, 137


@dataclass
class State:
    """A container at one moment. `told` is its state as Kubernetes writes it, `last` how it ended the time before."""

    name: str
    image: str
    told: Status
    last: Status | None = None
    restarts: int = 0
    ready: bool = False

    @property
    def exit_code(self) -> int | None:
        """Return how it ended, or nothing if it didn't."""
        code: int | None = self.told.get("terminated", {}).get("exitCode")
        return code


def now() -> str:
    """Return the time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def waiting(reason: str, message: str = "") -> Status:
    """Return the state of a container that doesn't run yet, or not now."""
    return {"waiting": {"reason": reason, "message": message}}


def running(since: str) -> Status:
    """Return the state of a container whose process is there."""
    return {"running": {"startedAt": since}}


def terminated(code: int, since: str, message: str = "", reason: str = "") -> Status:
    """Return the state of a container whose process has ended."""
    reason = reason or ("Completed" if code == 0 else "Error")
    ended = {"exitCode": code, "reason": reason, "message": message, "startedAt": since, "finishedAt": now()}
    if code > 128 and reason == "Error":
        ended["signal"] = code - 128
    return {"terminated": ended}


def phase(initial: Sequence[State], main: Sequence[State], policy: str) -> str:
    """Return a pod's phase as a kubelet tells it: a container that is started again leaves its pod running.

    A moment of "Failed" between two starts would have the ReplicaSet put another pod in this one's place.
    """
    if any(state.exit_code for state in initial):
        return "Failed" if policy == "Never" else "Pending"
    codes = [state.exit_code for state in main]
    if None not in codes and (policy == "Never" or (policy == "OnFailure" and not any(codes))):
        return "Failed" if any(codes) else "Succeeded"
    has_begun = any("waiting" not in state.told or state.last for state in main)
    return "Running" if has_begun else "Pending"


def status(initial: Sequence[State], main: Sequence[State], policy: str, address: str, since: str) -> Status:
    """Return all that a kubelet tells of a pod."""
    told = phase(initial, main, policy)
    is_initialized = all(state.exit_code == 0 for state in initial)
    is_ready = told == "Running" and all(state.ready for state in main)
    truths = {"Initialized": is_initialized, "ContainersReady": is_ready, "Ready": is_ready}
    ended = "PodCompleted" if told == "Succeeded" else "PodFailed" if told == "Failed" else "ContainersNotReady"
    return {
        "phase": told,
        "hostIP": LOOPBACK,
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": since,
        "conditions": [_condition(kind, is_true, ended) for kind, is_true in truths.items()],
        "initContainerStatuses": [_container(state) for state in initial],
        "containerStatuses": [_container(state) for state in main],
    }


def failed(reason: str, message: str) -> Status:
    """Return the status of a pod that never gets as far as its containers, or lost them."""
    return {"phase": "Failed", "reason": reason, "message": message}


def _condition(kind: str, is_true: bool, reason: str) -> Status:
    told = {"type": kind, "status": str(is_true), "lastTransitionTime": now()}
    return told | ({} if is_true else {"reason": reason})


def _container(state: State) -> Status:
    return {
        "name": state.name,
        "image": state.image,
        "imageID": f"process://{state.image}",
        "containerID": f"process://{state.name}-{state.restarts}",
        "ready": state.ready,
        "started": "running" in state.told,
        "restartCount": state.restarts,
        "state": state.told,
        "lastState": state.last or {},
    }
