"""Following a run: from nothing to an accepted version, one step a pass. Every kind with jobs builds on this."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from reconciler.model.change import NEVER_MADE, AcceptRun, CancelJob, Change, DropRun, Origin, RejectRun, StartRun
from reconciler.model.decision import View
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import UNKEPT, Branch, Job, JobState
from runners.contract.exits import DEFECT, REFUSED, UNAVAILABLE, USAGE
from runners.contract.formats import RESULT, is_newer

_FIRST_RETRY = 2.0
_LONGEST_RETRY = 600.0


class Stage(StrEnum):
    """How far a run has come."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHING = "finishing"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more happens without a person or a new input."""
        return self in (Stage.ACCEPTED, Stage.REJECTED, Stage.FAILED)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """One run in one pass: how far it is, what to do next, and what it left."""

    run: RunName
    stage: Stage
    message: str
    changes: tuple[Change, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    wake: datetime | None = None


def lifecycle_of(wanted: StartRun, retries: int, view: View) -> Lifecycle:
    """Tell how far a run is and what brings it one step on; `wanted` is how it would be started."""
    run, actual = wanted.run, view.actual
    version, branch = actual.data.versions.get(run), actual.data.branches.get(run)
    result = actual.results.get(run)
    job = actual.pool.jobs.get(run)
    if result is not None and is_newer(result, RESULT) and (version or _counts(job, branch)):
        return Lifecycle(run, Stage.WAITING, describe_error(result))
    if version and version.here and result is not None:
        return Lifecycle(run, Stage.ACCEPTED, "accepted", result=result)
    if version:
        accept = AcceptRun(address=wanted.address, run=run, why="another environment accepted the same run")
        return Lifecycle(run, Stage.FINISHING, "taking over an accepted version", () if version.here else (accept,))
    if result is not None and _counts(job, branch):
        return _finished(wanted, branch, result, view)
    if job is None:
        start = replace(wanted, why=wanted.why or NEVER_MADE)
        return Lifecycle(run, Stage.WAITING, "its job is about to be submitted", (start,))
    return _underway(wanted, job, retries, view)


def lifecycle_of_newest(wanted: StartRun, former: StartRun, retries: int, view: View) -> Lifecycle:
    """Follow a run, or the one that was wanted before it, where that has begun and hasn't ended.

    So the clock alone never stops a run halfway, and one that takes longer than its schedule's span still ends. A run
    that other changes have renamed isn't the former one any more, and gives way at once.
    """
    if former.run != wanted.run and former.run in view.actual.data.branches:
        earlier = lifecycle_of(former, retries, view)
        if not earlier.stage.is_final:
            return earlier
    return lifecycle_of(wanted, retries, view)


def _is_active(job: Job | None) -> bool:
    return job is not None and job.state in (JobState.WAITING, JobState.RUNNING)


def _counts(job: Job | None, branch: Branch | None) -> bool:
    """Tell whether a result may be taken: one of a job that was killed or failed is left over, or forged.

    Where nobody knows how the job ended, or the output is sealed already, what it says holds.
    """
    if job is None or job.state is JobState.SUCCEEDED:
        return True
    return not _is_active(job) and (job.lost or (branch is not None and branch.sealed))


def _finished(wanted: StartRun, branch: Branch | None, result: Mapping[str, Any], view: View) -> Lifecycle:
    metadata = {"run": wanted.run, "runner": wanted.runner, "content": str(result.get("content", ""))}
    metadata |= {key: str(value) for key, value in wanted.provenance.items() if isinstance(value, str)}
    if result.get("accepted"):
        why, origin = "its job succeeded", _origin(wanted, result, view)
        accept = AcceptRun(address=wanted.address, run=wanted.run, why=why, metadata=metadata, origin=origin)
        return Lifecycle(wanted.run, Stage.FINISHING, "its output is being merged", (accept,), result)
    reject = RejectRun(address=wanted.address, run=wanted.run, why="its output breaks its rules", metadata=metadata)
    done = bool(result.get(UNKEPT)) or (branch is not None and branch.sealed)
    return Lifecycle(wanted.run, Stage.REJECTED, violations(result), () if done else (reject,), result)


def _origin(wanted: StartRun, result: Mapping[str, Any], view: View) -> Origin | None:
    """Return how a run came about that has left a model: a statement is made of that."""
    if not result.get("facts", {}).get("model"):
        return None
    versions = view.actual.data.versions
    commits = {role: versions[run].commit for role, run in wanted.inputs.items() if run in versions}
    return Origin(wanted, commits, view.actual.pool.jobs.get(wanted.run))


def _underway(wanted: StartRun, job: Job, retries: int, view: View) -> Lifecycle:
    run = wanted.run
    if job.state is JobState.WAITING:
        return Lifecycle(run, Stage.WAITING, job.reason or "waits for a slot")
    if job.state is JobState.RUNNING:
        return Lifecycle(run, Stage.RUNNING, f"attempt {job.attempt} runs")
    if job.state is JobState.SUCCEEDED and run not in view.actual.data.branches:
        return _again(wanted, job, "its output is gone", view)
    if job.state is JobState.SUCCEEDED:
        job = replace(job, reason="it ended well but left no result.json")
    error = view.actual.errors.get(run, {})
    reason = describe_error(error) or job.reason or f"exit code {job.exit_code}"
    if job.state is JobState.CANCELLED or _is_asked_for(wanted, job, view):
        anew = replace(wanted, attempt=job.attempt + 1, why=f"attempt {job.attempt} failed")
        return Lifecycle(run, Stage.WAITING, "it is started again", (anew,))
    if job.exit_code in _LASTING:
        return Lifecycle(run, Stage.FAILED, f"{reason}{_LASTING[job.exit_code]}", result=error)
    if job.exit_code != UNAVAILABLE and job.attempt > retries:
        attempts = "1 attempt" if job.attempt == 1 else f"{job.attempt} attempts"
        return Lifecycle(run, Stage.FAILED, f"{reason} after {attempts}", result=error)
    return _again(wanted, job, reason, view)


_LASTING: Mapping[int | None, str] = {
    REFUSED: "",
    DEFECT: "; it isn't tried again, as it would fail the same way",
    USAGE: "; what ran doesn't know such a request: upgrade the job's image, or what its pool runs jobs in, to the "
    "daemon's version of Setpoint",
}
"""Exit codes after which nothing is tried again, and what is said of each."""


def _is_asked_for(wanted: StartRun, job: Job, view: View) -> bool:
    """Tell whether an operator asks for another chance since a run failed.

    That an input has another name by now asks for nothing: what made a difference would have renamed the run. Another
    environment's inputs have other names, too, and both would start the same run in turn for ever.
    """
    asked = view.requested(wanted.address)
    return bool(asked and job.ended and asked > job.ended)


def _again(wanted: StartRun, job: Job, reason: str, view: View) -> Lifecycle:
    """Start a job's next attempt, after a while."""
    run, due = wanted.run, (job.ended or view.actual.now) + backoff(wanted.run, job.attempt)
    if due > view.actual.now:
        return Lifecycle(run, Stage.WAITING, f"attempt {job.attempt} failed and is tried again: {reason}", wake=due)
    again = replace(wanted, attempt=job.attempt + 1, why=f"attempt {job.attempt} failed")
    return Lifecycle(run, Stage.WAITING, f"it is tried again: {reason}", (again,))


def backoff(run: RunName, attempt: int) -> timedelta:
    """Return how long to wait after a failed attempt: doubling, up to ten minutes, with a jitter of the run's own."""
    jitter = 1 + (zlib.crc32(f"{run}#{attempt}".encode()) % 1000) / 2000
    return timedelta(seconds=min(_FIRST_RETRY * 2 ** min(attempt - 1, 20), _LONGEST_RETRY) * jitter)


def describe_error(error: Mapping[str, Any]) -> str:
    """Write a runner's `error.json` on one line."""
    if not error.get("what"):
        return ""
    where = f"{error['where']}: " if error.get("where") else ""
    return f"{where}{error['what']}" + (f" ({error['fix']})" if error.get("fix") else "")


def violations(result: Mapping[str, Any], limit: int = 5) -> str:
    """Write the violations of a refused result on one line."""
    found = [v for v in result.get("violations") or () if isinstance(v, Mapping)]
    lines = [f"{v.get('where')}: {v.get('what')}" + (f" ({v['fix']})" if v.get("fix") else "") for v in found[:limit]]
    more = f"; and {len(found) - limit} more" if len(found) > limit else ""
    return "; ".join(lines) + more if lines else describe_error(result) or "the runner refused its output"


def tidy(address: Address, wanted: frozenset[RunName], view: View) -> tuple[Change, ...]:
    """Cancel and drop what this environment began for a resource and nobody asks for any more.

    Outputs that were refused stay for inspection until one of the resource's wanted runs is accepted.
    """
    actual = view.actual
    accepted = any(run in actual.data.versions for run in wanted)
    changes: list[Change] = []
    for branch in view.branches_by_owner.get(address, ()):
        run = branch.run
        if run in wanted or not branch.ours:
            continue
        if run in actual.pool.jobs:
            changes.append(CancelJob(address=address, run=run, why="its inputs have changed"))
        if not branch.sealed or accepted:
            changes.append(DropRun(address=address, run=run, why="nobody asks for this run any more"))
    return tuple(changes)


def surplus(address: Address, keep: int | None, wanted: frozenset[RunName], view: View) -> tuple[Change, ...]:
    """Drop the oldest versions above the number to keep beside those that are wanted; without a number, none.

    One that a job still reads stays until it has ended.
    """
    if keep is None:
        return ()
    ours = [v.run for v in view.versions_by_owner.get(address, ()) if v.here and v.run not in wanted]
    ours.sort(key=lambda run: (finished_at(view.actual.results.get(run, {})), run), reverse=True)
    why = "the spec keeps no more"
    spare = [run for run in ours[keep:] if run not in being_read(view)] if ours[keep:] else []
    return tuple(DropRun(address=address, run=run, why=why, accepted=True) for run in spare)


def being_read(view: View) -> frozenset[RunName]:
    """Return the runs whose output a job under way reads."""
    return frozenset(run for job in view.actual.pool.jobs.values() if _is_active(job) for run in job.inputs)


def finished_at(result: Mapping[str, Any]) -> str:
    """Return when a run finished, in ISO 8601, as its runner told; empty when it didn't."""
    told = result.get("provenance")
    return str(told.get("finished_at", "")) if isinstance(told, Mapping) else ""


def read_moment(text: str | None) -> datetime | None:
    """Read a moment that a runner has told; None where it is none."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
