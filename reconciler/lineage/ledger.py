"""The ledger: the attempts that are under way, as far as they were told, and the events that are still to be sent.

1. An attempt that runs begins (START), and ends once: its output is accepted (COMPLETE), it failed or is refused
   (FAIL), or nobody asks for it any more (ABORT).
2. What an engine that can't be read holds isn't gone: then nothing is told.
3. Only runs of this environment are told, by their open branch: runs are shared, and each is told by who made it.
4. An event is written down once, with its moment and its cause, and is the same whenever it is sent.
5. Of more than `MOST` that wait the oldest are lost, and counted.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from reconciler.controllers.run_lifecycle import describe_error, finished_at, violations
from reconciler.model.ids import CommitId, RunName
from reconciler.model.moment import moment_of
from reconciler.model.observed import Actual, Job, JobState
from reconciler.model.text import printable
from runners.contract.formats import format_of
from runners.contract.mistakes import misread

FORMAT = 1
MOST = 1000
"""Events that wait."""
LONGEST = 1000
"""Characters of what went wrong."""


class Kind(StrEnum):
    """What an event tells of an attempt."""

    START = "START"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"


@dataclass(frozen=True, slots=True)
class Transition:
    """Something that became of an attempt of a run: what an event is made from."""

    run: RunName
    attempt: int
    kind: Kind
    moment: str
    commit: CommitId
    inputs: tuple[RunName, ...] = ()
    error: str = ""

    @property
    def key(self) -> tuple[RunName, int, Kind]:
        """Return what tells it from all others."""
        return self.run, self.attempt, self.kind


@dataclass(frozen=True, slots=True)
class Attempt:
    """The newest attempt of a run that was told: by which commit it began, from what, and whether it has ended."""

    number: int
    commit: CommitId
    inputs: tuple[RunName, ...] = ()
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was told, what is to be sent, and how many events were lost because too many waited."""

    attempts: Mapping[RunName, Attempt] = field(default_factory=dict)
    pending: tuple[Transition, ...] = ()
    lost: int = 0


def without(ledger: Ledger, sent: Collection[tuple[Hashable, ...]]) -> Ledger:
    """Return a ledger without the events that were sent."""
    return replace(ledger, pending=tuple(one for one in ledger.pending if one.key not in sent)) if sent else ledger


def advance(ledger: Ledger, actual: Actual, commit: CommitId) -> Ledger:
    """Return the ledger as it is after a pass has looked.

    Args:
        ledger: as it was.
        actual: what the pass saw.
        commit: what the pass applied.
    """
    if actual.unread.keys() & {"data", "pool"}:
        return ledger
    attempts = dict(ledger.attempts)
    pending = list(ledger.pending)
    ours = {run for run, branch in actual.data.branches.items() if branch.ours}
    for run in sorted(ours | attempts.keys()):
        former = attempts.get(run)
        told = tuple(_steps(run, former, actual, commit, run in ours))
        pending += [transition for transition, _ in told]
        newest = told[-1][1] if told else former
        if newest is None or (newest.has_ended and run not in ours):
            attempts.pop(run, None)
        else:
            attempts[run] = newest
    over = max(len(pending) - MOST, 0)
    return Ledger(attempts, tuple(pending[over:]), ledger.lost + over)


def _steps(
    run: RunName, former: Attempt | None, actual: Actual, commit: CommitId, is_open: bool
) -> Iterator[tuple[Transition, Attempt]]:
    """Yield what became of a run since it was last told, each with the attempt as it is then."""
    job = actual.pool.jobs.get(run)
    now = actual.now.isoformat()
    if former and not former.has_ended and job and job.attempt > former.number:
        yield _ended(run, former, Kind.FAIL, now, "it is tried again")
        former = None
    begun = former
    if job and is_open and _has_begun(job) and (former is None or job.attempt > former.number):
        begun = Attempt(job.attempt, commit, job.inputs)
        moment = _told(job.started or job.submitted, now)
        yield Transition(run, begun.number, Kind.START, moment, commit, begun.inputs), begun
    if begun is None or begun.has_ended:
        return
    if end := _end(run, job, actual, is_open):
        kind, error = end
        result = actual.results.get(run, {})
        finished = moment_of(finished_at(result)) if kind is Kind.COMPLETE else None
        yield _ended(run, begun, kind, _told(finished or (job.ended if job else None), now), error)


def _ended(run: RunName, attempt: Attempt, kind: Kind, moment: str, error: str) -> tuple[Transition, Attempt]:
    told = printable(error, LONGEST)
    transition = Transition(run, attempt.number, kind, moment, attempt.commit, attempt.inputs, told)
    return transition, replace(attempt, has_ended=True)


def _has_begun(job: Job) -> bool:
    return job.state is not JobState.WAITING and not (job.state is JobState.CANCELLED and job.started is None)


def _end(run: RunName, job: Job | None, actual: Actual, is_open: bool) -> tuple[Kind, str] | None:
    """Return how an attempt that began has ended, and why where it went wrong; None while it goes on."""
    version = actual.data.versions.get(run)
    if version and version.here:
        return Kind.COMPLETE, ""
    if not is_open or (job and job.state is JobState.CANCELLED):
        return Kind.ABORT, ""
    if job and job.state is JobState.FAILED:
        error = describe_error(actual.errors.get(run, {})) or job.reason or f"exit code {job.exit_code}"
        return Kind.FAIL, error
    result = actual.results.get(run)
    is_over = job is None or job.state is JobState.SUCCEEDED
    if is_over and result is not None and not result.get("accepted"):
        return Kind.FAIL, violations(result)
    return None


def _told(moment: datetime | None, now: str) -> str:
    return moment.isoformat() if moment else now


def as_document(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger as it stands on the status branch."""
    return {
        "format": FORMAT,
        "attempts": {
            run: {"number": one.number, "commit": one.commit, "inputs": list(one.inputs), "ended": one.has_ended}
            for run, one in ledger.attempts.items()
        },
        "pending": [
            {
                "run": one.run,
                "attempt": one.attempt,
                "kind": one.kind.value,
                "moment": one.moment,
                "commit": one.commit,
                "inputs": list(one.inputs),
                "error": one.error,
            }
            for one in ledger.pending
        ],
        "lost": ledger.lost,
    }


def of_document(document: Mapping[str, Any]) -> Ledger:
    """Return the ledger that a document tells.

    Raises:
        ValueError: it tells none, or is of a newer format.
    """
    format_of(document, FORMAT)
    try:
        attempts = {
            RunName(str(run)): Attempt(
                int(told["number"]), CommitId(str(told["commit"])), _runs(told["inputs"]), bool(told["ended"])
            )
            for run, told in document["attempts"].items()
        }
        pending = tuple(map(_transition, document["pending"]))
        return Ledger(attempts, pending[-MOST:], int(document["lost"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no ledger of lineage: {misread(error)}") from error


def _transition(told: Mapping[str, Any]) -> Transition:
    moment = str(told["moment"])
    if moment_of(moment) is None:
        raise ValueError(f"{printable(moment, 40)} is no moment")
    run, commit = RunName(str(told["run"])), CommitId(str(told["commit"]))
    error = printable(str(told["error"]), LONGEST)
    return Transition(run, int(told["attempt"]), Kind(told["kind"]), moment, commit, _runs(told["inputs"]), error)


def _runs(told: Any) -> tuple[RunName, ...]:
    return tuple(RunName(str(run)) for run in told)
