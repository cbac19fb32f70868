"""Why Kueue doesn't let a job in: from the conditions of its Workload to one line that stays the same."""

import re
from dataclasses import dataclass

from reconciler.kubernetes import Manifest

LONGEST = 400
_IDENTITIES = re.compile(r"\s*\((?:UID|JobUID)[^)]*\)")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What keeps the job of a uid waiting."""

    job: str
    reason: str


def read_workload(manifest: Manifest) -> Waiting | None:
    """Read a Workload; None where it belongs to no job."""
    owners = manifest["metadata"].get("ownerReferences") or ()
    jobs = [owner["uid"] for owner in owners if owner.get("kind") == "Job"]
    if not jobs:
        return None
    conditions = {one["type"]: one for one in manifest.get("status", {}).get("conditions") or ()}
    return Waiting(jobs[0], _reason(conditions))


def _reason(conditions: Manifest) -> str:
    quota = conditions.get("QuotaReserved", {})
    if quota.get("status") == "True":
        return "is let in" if _is_true(conditions, "Admitted") else "waits for Kueue's admission checks"
    before = "it was stopped to give back what its team had borrowed, and " if _was_preempted(conditions) else ""
    message = _IDENTITIES.sub("", str(quota.get("message") or ""))[:LONGEST]
    return f"{before}waits for quota: {message}" if message else f"{before}waits for Kueue to look at it"


def _was_preempted(conditions: Manifest) -> bool:
    evicted = conditions.get("Evicted", {})
    return _is_true(conditions, "Evicted") and evicted.get("reason") == "Preempted"


def _is_true(conditions: Manifest, kind: str) -> bool:
    return bool(conditions.get(kind, {}).get("status") == "True")
