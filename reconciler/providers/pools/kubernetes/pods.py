"""What the pods of a job say: how its container ended, or what they wait for, in words that stay the same."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.kubernetes import Manifest
from reconciler.providers.pools.kubernetes import kinds
from reconciler.providers.pools.kubernetes.job_state import Held

_MATCHED = re.compile(r"failed with exit code (\d+) matching FailJob rule")
_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
LONGEST = 300
"""Characters of a message of Kubernetes that are passed on."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a job failed."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class PodSeen:
    """One pod, reduced to what is told of it. `rank` is its place among the nodes of its job."""

    name: str
    job: str
    rank: int = 0
    exit: Exit | None = None
    ended: str = ""
    waits: str = ""


def read_pod(manifest: Manifest) -> PodSeen | None:
    """Read a pod; None where it belongs to no job."""
    metadata, status = manifest["metadata"], manifest.get("status", {})
    job = metadata.get("labels", {}).get(kinds.JOB_NAME)
    if not job:
        return None
    states = {one["name"]: one.get("state") or {} for one in status.get("containerStatuses") or ()}
    state = states.get(kinds.CONTAINER, {})
    ended = state.get("terminated") or {}
    return PodSeen(
        name=metadata["name"],
        job=job,
        rank=int(metadata.get("annotations", {}).get(kinds.INDEX, 0)),
        exit=_exit(status, ended) if status.get("phase") == "Failed" else None,
        ended=ended.get("finishedAt") or "",
        waits=_waits(status, state.get("waiting") or {}),
    )


def _exit(status: Manifest, ended: Manifest) -> Exit:
    code: int | None = ended.get("exitCode")
    if status.get("reason"):
        return Exit(code, f"{status['reason']}: {str(status.get('message') or 'its node gave it up')[:LONGEST]}")
    if ended.get("reason") == "OOMKilled":
        return Exit(code, "OOMKilled: it took more memory than it asked for; raise resources.memory")
    if ended.get("reason") in ("StartError", "ContainerCannotRun"):
        return Exit(code, f"it can't be started: {str(ended.get('message'))[:LONGEST]}")
    for condition in status.get("conditions") or ():
        if condition.get("type") == "DisruptionTarget" and condition.get("status") == "True":
            return Exit(code, f"{condition.get('reason')}: its node was taken away")
    return Exit(code, f"exit code {code}" if code is not None else "its container was lost")


def _waits(status: Manifest, waiting: Manifest) -> str:
    reason, message = str(waiting.get("reason") or ""), str(waiting.get("message") or "")
    if reason in _IMAGE:
        return "waits for its image, which can't be pulled: see option `image` of the pool, and who may pull it"
    if reason and reason not in ("ContainerCreating", "PodInitializing"):
        return f"waits for its container: {reason}: {message[:LONGEST]}"
    for condition in status.get("conditions") or ():
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return f"waits for a node: {str(condition.get('message'))[:LONGEST]}"
    return ""


def exit_of(held: Held, pods: Iterable[PodSeen]) -> Exit:
    """Tell how a job failed: as the first of its pods that failed did, or as the Job itself recalls it."""
    end = held.end
    assert end, "it has ended"
    if end.reason == "DeadlineExceeded":
        return Exit(None, f"stopped at its timeout of {held.order.timeout:g} s: raise the spec's timeout")
    failed = sorted(((pod.ended, pod.rank, pod.exit) for pod in pods if pod.exit), key=lambda one: one[:2])
    if failed:
        return failed[0][2]
    if matched := _MATCHED.search(end.message):
        return Exit(int(matched[1]), f"exit code {matched[1]}")
    return Exit(None, f"{end.reason}: {end.message[:LONGEST]}")
