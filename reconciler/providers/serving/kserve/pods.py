"""Why pods don't answer, in words that stay the same from look to look. Pure functions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.kubernetes.kinds import Manifest
from reconciler.untrusted import parse
from runners.contract.exits import REFUSED, USAGE

FINAL = (USAGE, REFUSED)
"""The exit codes by which a runner says that trying again makes no sense: wrong settings, a wrong model."""
LOOPS = 3
"""Restarts without being ready that make a loop."""
LONGEST = 300
_WHEN = re.compile(r"^\d{4}-\d\d-\d\d[ T][\d:.,]+Z?\s+(\d+\s+)?")
"""When a line was logged, and by which process: it differs from time to time."""
_PULLING = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable")
_SETUP = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a pod doesn't answer; it is `final` when waiting makes no sense."""

    reason: str
    final: bool = False


def trouble(pods: Iterable[Manifest]) -> Trouble | None:
    """Return the worst that is the matter with a revision's pods; None when nothing is."""
    found = [told for pod in pods if not _is_ready(pod) and (told := _of_pod(pod))]
    return max(found, key=lambda told: (told.final, told.reason), default=None)


def last_words(message: str) -> str:
    """Return what a process said when it ended: our runners say it as JSON, others in the last line of their log."""
    try:
        told = parse(message)
        words = f"{told['what']}: {told['where']}" if told.get("where") else str(told["what"])
        return f"{words} ({told['fix']})" if told.get("fix") else words
    except (ValueError, KeyError, TypeError, AttributeError):
        lines = [line.strip() for line in message.splitlines() if line.strip()]
        return _WHEN.sub("", lines[-1])[:LONGEST] if lines else ""


def _is_ready(pod: Manifest) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _of_pod(pod: Manifest) -> Trouble | None:
    status = pod.get("status", {})
    if pod["metadata"].get("deletionTimestamp"):
        return None
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        if told := _of_container(container):
            return told
    return _unplaced(status.get("conditions") or ())


def _unplaced(conditions: Sequence[Manifest]) -> Trouble | None:
    for one in conditions:
        if one["type"] == "PodScheduled" and one["status"] == "False":
            return Trouble(f"no node takes it: {str(one.get('message', ''))[:LONGEST]}")
    return None


def _of_container(container: Manifest) -> Trouble | None:
    state = container.get("state") or {}
    waiting = state.get("waiting") or {}
    if waiting.get("reason") in _PULLING:
        return Trouble(f"the image {container.get('image')} can't be pulled ({waiting['reason']})")
    if waiting.get("reason") in _SETUP:
        return Trouble(f"its container can't be made: {str(waiting.get('message', ''))[:LONGEST]}")
    ended = state.get("terminated") or (container.get("lastState") or {}).get("terminated")
    return _ended(ended, int(container.get("restartCount", 0))) if ended and ended.get("exitCode") else None


def _ended(ended: Any, restarts: int) -> Trouble:
    words = last_words(str(ended.get("message") or ""))
    if ended["exitCode"] in FINAL:
        return Trouble(words or "its process says that it can't serve the model", final=True)
    why = "it ran out of memory" if ended.get("reason") == "OOMKilled" else f"exit code {ended['exitCode']}"
    loops = restarts >= LOOPS
    what = "its process ends again and again" if loops else "its process ended"
    return Trouble(f"{what}, {why}" + (f": {words}" if words else ""), loops)
