"""What the files in a job's folder say, as values: the order, its admission, the claim of its supervisor, its exit.

order.json          what is to be run, and the number of the newest attempt; replaced by a newer attempt
<n>.request.json    what the runner reads
<n>.admitted.json   attempt n was let in, with these devices
<n>.asked.json      the warm process that was asked to begin it, if one was
<n>.claim.json      its supervisor: process id and identity
<n>.exit.json       how it ended
<n>.log             what it printed
<n>.work/           its work directory
"""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.queues import Ticket
from reconciler.model.ids import RunName
from reconciler.model.observed import Job, JobState
from reconciler.model.quantity import format_duration
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.supervisor import FLOODS, LARGEST_LOG, STOPPED, TIMED_OUT

GONE = "gone"
"""Why an attempt is over that had begun, and of which nobody knows how it ended."""


@dataclass(frozen=True, slots=True)
class Admission:
    """When an attempt was let in, and the devices that are its own."""

    at: float
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Process:
    """A supervisor: its process id, which is its group's too, and what tells it from a later process of that id."""

    pid: int
    identity: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an attempt took: seconds of all cores, bytes of memory at its peak, seconds from start to end."""

    cpu_seconds: float
    peak_memory: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Exit:
    """How an attempt ended. `code` is None when no process told it; `message` is why, where it isn't the code's."""

    ended: float
    code: int | None = None
    signal: int = 0
    why: str = ""
    message: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of one job. Times are seconds since 1970."""

    order: JobOrder
    submitted: float
    admission: Admission | None = None
    process: Process | None = None
    exit: Exit | None = None

    @property
    def run(self) -> RunName:
        """Return the job's name."""
        return self.order.run

    @property
    def demand(self) -> Amounts:
        """Return what the job asks of its pool."""
        return Amounts.of(self.order.resources)

    @property
    def ticket(self) -> Ticket:
        """Return the job as its pool's queue sees it."""
        return Ticket(
            run=self.run,
            pool=self.order.pool,
            team=self.order.team,
            demand=self.demand,
            timeout=self.order.timeout,
            submitted=self.submitted,
            admitted=self.admission.at if self.admission else None,
            ended=self.exit.ended if self.exit else None,
        )

    @property
    def state(self) -> JobState:
        """Return where the newest attempt is in its life."""
        if self.exit is None:
            return JobState.RUNNING if self.admission else JobState.WAITING
        if self.exit.why == STOPPED:
            return JobState.CANCELLED
        return JobState.SUCCEEDED if self.exit.code == 0 and not self.exit.why else JobState.FAILED

    def as_job(self, waits_for: str = "") -> Job:
        """Return the job as the port shows it; `waits_for` is why it waits, if it does."""
        state = self.state
        ended = _moment(self.exit.ended) if self.exit else None
        return Job(
            run=self.run,
            pool=self.order.pool,
            team=self.order.team,
            state=state,
            attempt=self.order.attempt,
            reason=waits_for if state is JobState.WAITING else _reason(self.exit, self.order.timeout),
            exit_code=_exit_code(self.exit),
            submitted=_moment(self.submitted),
            started=_moment(self.admission.at) if self.admission else None,
            ended=ended,
            inputs=self.order.inputs,
            needs=self.demand.told_by_name(),
            timeout=self.order.timeout,
            lost=self.exit is not None and self.exit.why == GONE,
        )


def time_of(told: Any) -> float:
    """Return a time in seconds since 1970.

    Raises:
        TypeError, ValueError, OverflowError: it is none that a calendar has.
    """
    seconds = float(told)
    _moment(seconds)
    return seconds


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _exit_code(end: Exit | None) -> int | None:
    """Return the exit code as a shell tells it: 128 and the signal's number for a process that was killed."""
    if end is None or end.code is None:
        return None
    return 128 + end.signal if end.signal else end.code


def _reason(end: Exit | None, timeout: float) -> str:
    if end is None or (end.code == 0 and not end.why):
        return ""
    if end.message:
        return end.message
    if end.why == TIMED_OUT:
        return f"stopped at its timeout of {format_duration(timedelta(seconds=timeout))}"
    if end.why == STOPPED:
        return "stopped from outside"
    if end.why == FLOODS:
        return f"stopped, as its log has more than {LARGEST_LOG // 2**20} MiB"
    if end.signal == signal.SIGKILL:
        return "killed by SIGKILL, as the system does when memory runs out"
    return f"killed by {signal.Signals(end.signal).name}" if end.signal else f"exit code {end.code}"


def exit_from_json(told: Mapping[str, Any]) -> Exit:
    """Read how an attempt ended, as its supervisor or the pool has written it; a job could have written it too.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it says something else.
    """
    ended = time_of(told["ended"])
    usage = None
    if "cpu_seconds" in told:
        usage = Usage(float(told["cpu_seconds"]), int(told["peak_memory"]), ended - time_of(told["started"]))
    code, by = told.get("code"), int(told.get("signal", 0))
    return Exit(
        ended=ended,
        code=None if code is None else int(code),
        signal=signal.Signals(by) if by else 0,
        why=str(told.get("why", "")),
        message=str(told.get("message", "")),
        usage=usage,
    )
