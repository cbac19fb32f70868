"""Where a revision is in its life, by what KServe tells of its InferenceService. Pure functions.

What KServe tells may be about a former generation: what answers counts all the same, as a revision's generation changes
by its bounds of scale alone; what doesn't waits until KServe has looked at it. KServe counts pods a moment before or
after it calls them ready, so the count alone makes nothing ready that never was.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from reconciler.kubernetes.kinds import Manifest
from reconciler.model.observed import RevisionState
from reconciler.providers.serving.kserve.pods import FINAL, LONGEST, last_words

_USUAL = ("MinimumReplicasUnavailable", "Stopped")
"""Reasons of a condition that say no more than that pods are missing: pods themselves tell why."""


class Health(NamedTuple):
    """A revision's state, how many pods answer, and why it isn't ready."""

    state: RevisionState
    ready: int = 0
    reason: str = ""


def health(listed: Manifest) -> Health:
    """Return the health of an InferenceService."""
    status = listed.get("status") or {}
    conditions = {one["type"]: one for one in status.get("conditions") or ()}
    if listed["metadata"].get("deletionTimestamp"):
        return Health(RevisionState.STOPPING)
    if _is(conditions, "Stopped"):
        return Health(RevisionState.STARTING, 0, "it is stopped by the annotation serving.kserve.io/stop")
    model = status.get("modelStatus") or {}
    ready = int((model.get("copies") or {}).get("totalCopies") or 0)
    if _is(conditions, "PredictorReady"):
        return Health(RevisionState.READY, ready or _fewest(listed))
    if ready and (model.get("states") or {}).get("activeModelState") == "Loaded":
        return Health(RevisionState.READY, ready)
    is_invalid = model.get("transitionStatus") == "InvalidSpec"  # told without a generation
    if not is_invalid and int(status.get("observedGeneration") or 0) < int(listed["metadata"].get("generation") or 0):
        return Health(RevisionState.STARTING, 0, "KServe's controller has not looked at it yet: see that it runs")
    return _unready(model, conditions.get("PredictorReady") or {})


def stuck_since(listed: Manifest) -> datetime | None:
    """Return when the end of an InferenceService was asked for, if it was."""
    return moment(listed["metadata"].get("deletionTimestamp"))


def moment(text: str | None) -> datetime | None:
    """Read a time as Kubernetes writes it."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _is(conditions: Mapping[str, Manifest], name: str) -> bool:
    return bool(conditions.get(name, {}).get("status") == "True")


def _fewest(listed: Manifest) -> int:
    """Return how many pods answer at least while KServe has yet to count them; KEDA may have taken the last away."""
    return min(1, int(listed["spec"]["predictor"].get("minReplicas", 1)))


def _unready(model: Manifest, condition: Manifest) -> Health:
    """Tell what starts from what failed: what KServe can't make a pod of, and what a process said for good."""
    failure = model.get("lastFailureInfo") or {}
    words = last_words(str(failure.get("message") or ""))
    if model.get("transitionStatus") == "InvalidSpec":
        return Health(RevisionState.FAILED, 0, words or str(failure.get("reason") or "KServe can't use its spec"))
    if failure.get("exitCode") in FINAL:
        return Health(RevisionState.FAILED, 0, words or "its process says that it can't serve the model")
    if condition.get("reason") == "ProgressDeadlineExceeded":
        return Health(RevisionState.FAILED, 0, words or "its pods were not ready in KServe's time")
    is_usual = condition.get("reason") in _USUAL or condition.get("status") != "False"
    told = "" if is_usual else str(condition.get("message") or "")[:LONGEST]
    return Health(RevisionState.STARTING, 0, words or told)
