"""What is known of one run: its newest order, from the folder or the cluster's metadata, and how far its job is."""

import signal
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.queues import Ticket
from reconciler.model.ids import RunName
from reconciler.model.observed import Job, JobState
from reconciler.model.quantity import format_duration
from reconciler.ports.pool import JobOrder, order_as_json, order_from_json
from reconciler.providers.pools.ray.jobs_api import NO_ROOM, PENDING, STOPPED, SUCCEEDED, ClusterJob
from reconciler.providers.pools.ray.submission import read_facts
from runners.contract.exits import TIMED_OUT, UNAVAILABLE

LOST = "the cluster has forgotten it: it was restarted without what it knew, or somebody deleted the job there"
NO_ROOM_FOUND = "no node of the cluster had room for it, and the cluster gave up waiting"


@dataclass(frozen=True, slots=True)
class End:
    """How an attempt ended. Times are seconds since 1970; the code is None where no process told one."""

    ended: float
    state: JobState
    reason: str = ""
    code: int | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of a run. Times are seconds since 1970.

    `accepted` is when the cluster took the job, None before; `job` is what the cluster says of it now; `end` is how it
    ended, which is kept, since a cluster forgets. `sealed` are the secrets of the order.
    """

    order: JobOrder
    submitted: float
    accepted: float | None = None
    end: End | None = None
    job: ClusterJob | None = None
    sealed: str = ""

    @property
    def run(self) -> RunName:
        """Return the job's name."""
        return self.order.run

    @property
    def demand(self) -> Amounts:
        """Return what the job asks of its pool, on all its nodes together."""
        return Amounts.of(self.order.resources).times(self.order.resources.nodes)

    @property
    def state(self) -> JobState:
        """Return where the newest attempt is in its life."""
        if self.end:
            return self.end.state
        return JobState.RUNNING if self.is_let_in and not self.is_pending else JobState.WAITING

    @property
    def is_let_in(self) -> bool:
        """Tell whether the cluster has the job."""
        return self.accepted is not None

    @property
    def is_pending(self) -> bool:
        """Tell whether the cluster has the job and hasn't started it yet."""
        return self.job is not None and self.job.status == PENDING and self.end is None

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
            admitted=self.accepted,
            ended=self.end.ended if self.end else None,
        )

    def as_job(self, waits_for: str = "") -> Job:
        """Return the job as the port shows it; `waits_for` is why it waits, if it does."""
        state, end = self.state, self.end
        is_started = self.accepted is not None and not self.is_pending
        return Job(
            run=self.run,
            pool=self.order.pool,
            team=self.order.team,
            state=state,
            attempt=self.order.attempt,
            reason=end.reason if end else waits_for if state is JobState.WAITING else "",
            exit_code=end.code if end else None,
            submitted=_moment(self.submitted),
            started=_moment(self.accepted) if is_started else None,
            ended=_moment(end.ended) if end else None,
            inputs=self.order.inputs,
            needs=self.demand.told_by_name(),
            timeout=self.order.timeout,
            lost=end is not None and end.reason == LOST,
        )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def sighting(job: ClusterJob, owner: str) -> Record | None:
    """Return what the cluster's list tells of one attempt of one of our runs; None of what isn't ours."""
    facts = read_facts(job, owner)
    if facts is None:
        return None
    order, submitted = facts
    taken = max((job.start_time or 0) / 1000, submitted)
    return Record(order, submitted, taken, end_of(job, order.timeout), job)


def join(kept: Iterable[Record], seen: Iterable[Record], now: float) -> dict[RunName, Record]:
    """Join what the folder keeps and what was seen on the cluster: the newest attempt of every run.

    A job that the cluster had and doesn't list any more is lost: the list is whole, or it would not be here.
    """
    joined = {record.run: record for record in kept}
    for found in seen:
        held = joined.get(found.run)
        if held is None or held.order.attempt < found.order.attempt:
            joined[found.run] = found
        elif held.order.attempt == found.order.attempt:
            accepted = found.accepted if held.accepted is None else held.accepted
            joined[found.run] = replace(held, accepted=accepted, end=held.end or found.end, job=found.job)
    return {run: _lost(record, now) if record.job is None else record for run, record in joined.items()}


def _lost(record: Record, now: float) -> Record:
    if record.end or not record.is_let_in:
        return record
    return replace(record, end=End(now, JobState.FAILED, LOST))


def end_of(job: ClusterJob, timeout: float) -> End | None:
    """Return how a job ended; None while it goes on."""
    if not job.is_over:
        return None
    ended = (job.end_time or job.start_time or 0) / 1000
    if job.status == SUCCEEDED:
        return End(ended, JobState.SUCCEEDED, "", 0)
    if job.status == STOPPED:
        return End(ended, JobState.CANCELLED, "stopped from outside")
    if job.error_type in NO_ROOM:
        return End(ended, JobState.FAILED, NO_ROOM_FOUND, UNAVAILABLE)
    code = job.driver_exit_code
    if code is None:
        return End(ended, JobState.FAILED, _first_line(job.message))
    code = code if code >= 0 else 128 - code
    return End(ended, JobState.FAILED, _reason(code, timeout), code)


def _first_line(message: str | None) -> str:
    lines = (message or "").strip().splitlines()
    return f"the cluster could not run it: {lines[0].strip()[:300]}" if lines else "the cluster could not run it"


def _reason(code: int, timeout: float) -> str:
    if code == TIMED_OUT:
        return f"stopped at its timeout of {format_duration(timedelta(seconds=timeout))}"
    if code == 128 + signal.SIGKILL:
        return "killed by SIGKILL, as the system does when memory runs out"
    if code > 128 and code - 128 in {number.value for number in signal.Signals}:
        return f"killed by {signal.Signals(code - 128).name}"
    return f"exit code {code}"


def record_as_json(record: Record) -> dict[str, Any]:
    """Write what the folder keeps of a run: all but what the cluster says now."""
    end = record.end
    return {
        **order_as_json(record.order),
        "request": record.order.request,
        "submitted": record.submitted,
        "accepted": record.accepted,
        "end": asdict(end) if end else None,
        "sealed": record.sealed,
    }


def record_from_json(told: Mapping[str, Any]) -> Record:
    """Read what `record_as_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    end = told["end"]
    return Record(
        order=replace(order_from_json(told), request=dict(told["request"])),
        submitted=float(told["submitted"]),
        accepted=None if told["accepted"] is None else float(told["accepted"]),
        end=End(**{**end, "state": JobState(end["state"])}) if end else None,
        sealed=str(told["sealed"]),
    )
