"""The outlook of a merge: what its jobs would read, how long they take by what is known, and whose traffic changes.

An estimate is made from runs that have ended, of the same experiment or else of the same runner, and says of how many.
Where none has told how long it took, there is none: what may be spent at the most is told beside it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from reconciler.model.change import Change, OpenProposal, StartRevision, StartRun
from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.spec import JobSpec
from reconciler.model.observed import Actual, JobState
from reconciler.model.quantity import format_duration
from reconciler.model.resource import Desired, Resource
from reconciler.model.text import counted
from runners.contract.request import is_version_role

MOST = 20
"""Lines of each part."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How long runs of one kind took: the median in seconds, and of how many that was told."""

    seconds: float
    runs: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a merge comes to, each as lines for people; `hours` are GPU hours as experience has it, None without any."""

    reads: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    traffic: tuple[str, ...] = ()
    hours: float | None = None


def outlook(
    changes: Iterable[Change], experiments: Mapping[Address, Resource], desired: Desired, actual: Actual
) -> Outlook:
    """Tell what a merge comes to.

    Args:
        changes: what is done at once because of it.
        experiments: the experiments whose trials run because of it, now or later.
        desired: what the merge asks for.
        actual: the world as it was last observed.
    """
    found = tuple(changes)
    starts = Counter(change.address for change in found if isinstance(change, StartRun))
    counts = {name: starts[name] or len(resource.trials) for name, resource in experiments.items()}
    told = {address: usual(address, resource, actual) for address, resource in experiments.items()}
    jobs = (_job(experiments[name], counts[name], told[name], actual) for name in sorted(experiments))
    return Outlook(
        reads=tuple(_reads(found, actual)),
        jobs=tuple(jobs)[:MOST],
        traffic=tuple(_traffic(found, desired)),
        hours=_hours(experiments, counts, told),
    )


def usual(address: Address, resource: Resource, actual: Actual) -> Usual | None:
    """Return how long a trial of an experiment usually takes; None where no run has told."""
    ours = [run for run in actual.results if owner_of(run) in (address, resource.identity)]
    spans = [span for run in ours if (span := seconds_of(actual.results[run])) is not None]
    return Usual(median(spans), len(spans)) if spans else None


def seconds_of(result: Mapping[str, Any]) -> float | None:
    """Return how many seconds a run took, as its runner told; None where it didn't."""
    provenance = result.get("provenance")
    told = provenance if isinstance(provenance, Mapping) else {}
    try:
        began, ended = (datetime.fromisoformat(str(told.get(name))) for name in ("started_at", "finished_at"))
        return max((ended - began).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _reads(changes: Iterable[Change], actual: Actual) -> list[str]:
    """Return the versions that jobs read at once, with their rows, and the sources that data is pulled from."""
    runs: set[RunName] = set()
    sources: set[Address] = set()
    for change in changes:
        if isinstance(change, StartRun):
            runs.update(run for role, run in change.inputs.items() if not is_version_role(role))
            sources.update({change.address} if change.runner == "ingest" else ())
    lines = [f"{address} pulls its source anew" for address in sorted(sources)]
    for run in sorted(runs):
        rows = actual.results.get(run, {}).get("facts", {}).get("rows")
        lines.append(f"{run}" + (f" ({counted(rows, 'row')})" if isinstance(rows, int) else ""))
    return lines[:MOST]


def _job(resource: Resource, count: int, told: Usual | None, actual: Actual) -> str:
    """Say how long so many trials of an experiment take, and what is before them in their pool."""
    spec = resource.spec
    assert isinstance(spec, JobSpec), "an experiment has jobs"
    line = f"{resource.address}: {counted(count, 'trial')}"
    if told:
        line += f" of usually {_minutes(told.seconds)} each (the median of {counted(told.runs, 'run')})"
    jobs = [job for job in actual.pool.jobs.values() if job.pool == spec.pool]
    ahead = sum(job.state is JobState.WAITING for job in jobs)
    running = sum(job.state is JobState.RUNNING for job in jobs)
    if "pool" in actual.unread:
        return f"{line}; what is before them in {spec.pool} isn't known"
    before = [f"{ahead} waiting"] if ahead else []
    before += [f"{running} running"] if running else []
    return f"{line}; in {spec.pool} now: {' and '.join(before) or 'nothing before them'}"


def _minutes(seconds: float) -> str:
    return format_duration(timedelta(seconds=round(seconds) or 1))


def _hours(
    experiments: Mapping[Address, Resource], counts: Mapping[Address, int], told: Mapping[Address, Usual | None]
) -> float | None:
    """Return the GPU hours of so many trials by experience; None where that isn't known of each that takes GPUs."""
    hours = 0.0
    for address, resource in experiments.items():
        spec, known = resource.spec, told[address]
        assert isinstance(spec, JobSpec), "an experiment has jobs"
        gpus = spec.resources.gpus * spec.resources.nodes
        if gpus and known is None:
            return None
        hours += gpus * counts[address] * (known.seconds if known else 0.0) / 3600
    return hours


def _traffic(changes: Iterable[Change], desired: Desired) -> list[str]:
    """Return the endpoints whose traffic moves because of the merge, now or once a proposal of it is merged."""
    found: list[str] = []
    for change in changes:
        spec = desired.of_kind(Deployment).get(change.address)
        if isinstance(change, StartRevision) and spec:
            steps = " → ".join(f"{step} %" for step in spec.rollout.steps)
            hold = format_duration(spec.rollout.hold)
            found.append(f"{change.address} moves to {change.model.trial}: {steps}, each held for {hold}")
        elif isinstance(change, OpenProposal):
            found.append(f"{change.address} proposes: {change.title}")
    return found[:MOST]
