"""A pool's jobs as its status tells them: those that wait or run, and the last that ended.

What was asked for, when each was submitted, started and ended: of this it is estimated how the queue goes on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.observed import Job, JobState

MOST_ACTIVE = 200
"""Jobs that wait or run, the oldest, that are told."""
MOST_ENDED = 100
"""Jobs that have ended, the last, that are told."""
_ACTIVE = (JobState.WAITING, JobState.RUNNING)


def told_jobs(pool: Address, jobs: Iterable[Job]) -> Sequence[dict[str, Any]]:
    """Return the jobs of a pool that are told, in the order of their submission."""
    known = [job for job in jobs if job.pool == pool and job.submitted is not None]
    active = sorted((job for job in known if job.state in _ACTIVE), key=lambda job: (_time(job.submitted), job.run))
    over = [job for job in known if job.state not in _ACTIVE and job.started and job.ended]
    ended = sorted(over, key=lambda job: (_time(job.ended), job.run))[-MOST_ENDED:]
    shown = [*active[:MOST_ACTIVE], *ended]
    return [_told(job) for job in sorted(shown, key=lambda job: (_time(job.submitted), job.run))]


def _told(job: Job) -> dict[str, Any]:
    moments = {"submitted": job.submitted, "started": job.started, "ended": job.ended}
    return {
        "run": job.run,
        "team": job.team,
        "state": job.state.value,
        **{name: _written(moment) for name, moment in moments.items() if moment is not None},
        **({"needs": dict(job.needs)} if job.needs else {}),
        **({"timeout": job.timeout} if job.timeout is not None else {}),
    }


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _time(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
