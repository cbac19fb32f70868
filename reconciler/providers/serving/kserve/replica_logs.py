"""What the pods of a revision have printed."""

from reconciler.kubernetes.client import Kubernetes
from reconciler.kubernetes.kinds import PODS, Manifest
from reconciler.model.ids import Address, Digest
from reconciler.ports.serving import LOG_LIMIT
from reconciler.providers.serving.kserve.kinds import revision_labels
from reconciler.providers.serving.kserve.predictor import CONTAINER


def read_logs(kubernetes: Kubernetes, namespace: str, deployment: Address, revision: Digest) -> dict[str, str]:
    """Return the newest lines of a revision's pods by their names; empty while it has none.

    Raises:
        Unavailable: they couldn't be read; the machine of one may be gone.
        Refused: we may not.
    """
    labels = ",".join(f"{name}={value}" for name, value in revision_labels(deployment, revision).items())
    pods = kubernetes.list(PODS, namespace, labels=labels)
    share = LOG_LIMIT // max(1, len(pods))
    found = {pod["metadata"]["name"]: _printed(kubernetes, namespace, pod, share) for pod in pods}
    return {name: text for name, text in sorted(found.items()) if text is not None}


def _printed(kubernetes: Kubernetes, namespace: str, pod: Manifest, most: int) -> str | None:
    """Return what a pod's container has printed, its former process before its newest; None for a pod that has gone."""
    name, container = pod["metadata"]["name"], container_of(pod)
    newest = kubernetes.logs(name, namespace, container=container, limit=most)
    if newest is None or not restarted(pod, container):
        return newest
    left = most - len(newest.encode())
    former = kubernetes.logs(name, namespace, container=container, limit=left, is_former=True) if left > 0 else ""
    return (former or "") + newest


def container_of(pod: Manifest) -> str:
    """Return which container has something to say: the one that fetches the model, until it has; then the server."""
    status = pod.get("status", {})
    if not _state(status, "containerStatuses", CONTAINER).get("waiting"):
        return CONTAINER
    beside = {one["name"] for one in pod["spec"].get("initContainers") or () if one.get("restartPolicy") == "Always"}
    for one in status.get("initContainerStatuses") or ():
        ended = (one.get("state") or {}).get("terminated")
        if not (ended and ended.get("exitCode") == 0) and one["name"] not in beside:
            return str(one["name"])
    return CONTAINER


def restarted(pod: Manifest, container: str) -> bool:
    """Tell whether a container runs that is not its pod's first of that name."""
    status = pod.get("status", {})
    every = (*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ()))
    return any(one["name"] == container and _runs_again(one) for one in every)


def _runs_again(status: Manifest) -> bool:
    return bool(status.get("restartCount")) and (status.get("state") or {}).get("running") is not None


def _state(status: Manifest, which: str, container: str) -> Manifest:
    found = (one.get("state") or {} for one in status.get(which) or () if one["name"] == container)
    return next(found, {})
