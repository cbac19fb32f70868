"""What a Job says of itself, as a small value: its order, whether it was let in, how far it is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.kubernetes import Manifest
from reconciler.ports.pool import JobOrder, order_from_json
from reconciler.providers.pools.kubernetes import kinds
from reconciler.untrusted import parse


@dataclass(frozen=True, slots=True)
class End:
    """How a Job ended, in the words of Kubernetes."""

    succeeded: bool
    at: datetime
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One attempt of a run."""

    order: JobOrder
    name: str
    uid: str
    submitted: datetime
    queue: str = ""
    suspended: bool = False
    leaving: bool = False
    started: datetime | None = None
    ready: int = 0
    ended_pods: int = 0
    end: End | None = None
    has_secret: bool = False

    @property
    def is_waiting(self) -> bool:
        """Tell whether none of its pods runs or has run."""
        return self.end is None and not self.ready and not self.ended_pods

    @property
    def is_running(self) -> bool:
        """Tell whether it has begun and not ended."""
        return self.end is None and not self.is_waiting


def read_job(manifest: Manifest) -> Held | None:
    """Read a Job; None where it isn't one of ours, whatever its labels say."""
    metadata, spec, status = manifest["metadata"], manifest.get("spec", {}), manifest.get("status", {})
    order = _order(metadata)
    if order is None:
        return None
    return Held(
        order=order,
        name=metadata["name"],
        uid=metadata.get("uid", ""),
        submitted=_moment(metadata.get("creationTimestamp")) or datetime.fromtimestamp(0, UTC),
        queue=metadata.get("labels", {}).get(kinds.QUEUE, ""),
        suspended=bool(spec.get("suspend")),
        leaving="deletionTimestamp" in metadata,
        started=_moment(status.get("startTime")),
        ready=int(status.get("ready") or 0),
        ended_pods=_ended_pods(status),
        end=_end(status),
        has_secret=_has_secret(spec, metadata["name"]),
    )


def _order(metadata: Manifest) -> JobOrder | None:
    try:
        return order_from_json(parse(metadata["annotations"][kinds.ORDER]))
    except (KeyError, TypeError, ValueError):
        return None


def _ended_pods(status: Manifest) -> int:
    """Count pods that have ended, those too whose end the Job's controller hasn't summed up yet."""
    uncounted = status.get("uncountedTerminatedPods") or {}
    fresh = sum(len(uncounted.get(name) or ()) for name in ("succeeded", "failed"))
    return int(status.get("succeeded") or 0) + int(status.get("failed") or 0) + fresh


def _end(status: Manifest) -> End | None:
    for condition in status.get("conditions") or ():
        if condition.get("status") == "True" and condition.get("type") in ("Complete", "Failed"):
            at = _moment(condition.get("lastTransitionTime")) or datetime.fromtimestamp(0, UTC)
            succeeded = condition["type"] == "Complete"
            return End(succeeded, at, condition.get("reason", ""), condition.get("message", ""))
    return None


def _has_secret(spec: Any, name: str) -> bool:
    containers = spec.get("template", {}).get("spec", {}).get("containers") or ()
    sources = [source for container in containers for source in container.get("envFrom") or ()]
    return any(source.get("secretRef", {}).get("name") == f"{name}-secrets" for source in sources)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
