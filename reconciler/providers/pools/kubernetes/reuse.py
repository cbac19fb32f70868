"""When the name of a deleted Job may be used again: once Kueue and the garbage collector have forgotten that one.

Kueue finds the Workload of a Job by the Job's *name*. If the Workload of a deleted Job is still there when the next Job
of that name comes, Kueue lets that in by the former's admission and writes the former's annotations into it; when the
Workload is collected, the Job is stopped, declared finished, and stands there suspended for ever. Deleting in the
foreground holds the Job back until its Workload is gone, but only if the garbage collector has heard of the Workload:
of a Job that was deleted right after it was made, it hasn't.

What was deleted is remembered by the process, not by one provider, as a new one is made whenever `environment.yaml`
changes. A process that starts takes longer than this lasts.
"""

import time

REST = 3.0
"""Seconds; both need some tenths when the cluster is busy."""

_rests_until: dict[tuple[str, str], float] = {}


def deleted(namespace: str, name: str) -> None:
    """Remember that a Job is being deleted now."""
    now = time.monotonic()
    for key in [key for key, until in list(_rests_until.items()) if until < now]:
        _rests_until.pop(key, None)
    _rests_until[namespace, name] = now + REST


def rests(namespace: str, name: str) -> bool:
    """Tell whether a Job of this name was deleted so lately that another might be taken for it."""
    return _rests_until.get((namespace, name), 0.0) > time.monotonic()
