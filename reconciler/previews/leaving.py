"""Leaving: when all that a preview made was deleted as its specs went, what was kept for the environment itself goes.

Every step may be repeated, and the last one takes away the branch by which it is known that there is a preview.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from reconciler.git.repository import Repository
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import DataListing, JobState
from reconciler.ports.data import DataReader
from reconciler.ports.engines import Engines
from reconciler.ports.leaving import Leaving
from reconciler.previews.branches import remove
from reconciler.status.branch import StatusBranch
from reconciler.status.read import RecordedFiles, commit_of

_KEPT = "status/pools/"
"""What stays of a status at the end: pools are shared, and stay configured."""
_ACTIVE = (JobState.WAITING, JobState.RUNNING)


def remains(engines: Engines, status: StatusBranch, end: CommitId) -> str:
    """Say what is still there that a pass of a preview's last commit has to delete; empty where nothing is.

    Args:
        engines: the preview's.
        status: its status branch.
        end: its last commit, which asks for nothing.

    Raises:
        Unavailable: an engine or the repository is out of reach.
    """
    if endpoints := engines.serving.list():
        return f"the endpoint {min(endpoints)} is being taken away"
    jobs = engines.pool.list().jobs
    if busy := [run for run in _ours(engines.data.list()) if run in jobs and jobs[run].state in _ACTIVE]:
        return f"the job {busy[0]} is being stopped"
    told = status.read()
    if told.commit is None:
        return ""
    if commit_of(RecordedFiles().last_pass(told)) != end:
        return "no pass of its last commit has ended yet"
    left = sorted(path for path in told.files if path.startswith("status/") and not path.startswith(_KEPT))
    return f"{left[0].removeprefix('status/').removesuffix('.yaml')} is being removed" if left else ""


def leave(name: str, engines: Engines, repository: Repository) -> None:
    """Take away what was kept for a preview, but for its branch. Nothing may drive it any more.

    Runs that another environment has stay with that: they are the same.

    Args:
        name: the preview's, `pr-7`.
        engines: its engines.
        repository: the watched repository.

    Raises:
        Raced: somebody writes to one of its branches at this moment.
        Refused: something of it can't be taken away.
        Unavailable: an engine or the repository is out of reach.
    """
    for proposal in engines.forge.list():
        engines.forge.close(proposal)
    jobs: Mapping[RunName, Any] = engines.pool.list().jobs
    for run in _ours(engines.data.list()):
        engines.data.drop(run, accepted=True)
        if run in jobs and not _is_known(engines.reader, run):
            engines.pool.cancel(run)
    for engine in filter(_leaves, (engines.data, engines.serving, engines.labelling)):
        engine.leave()
    folders = (f"refs/heads/proposals/{name}/", f"refs/setpoint/{name}/")
    for ref in (*repository.refs(*folders), StatusBranch(repository, name).ref):
        remove(repository, ref)


def _leaves(engine: object) -> TypeGuard[Leaving]:
    return isinstance(engine, Leaving)


def _ours(data: DataListing) -> Iterator[RunName]:
    yield from (run for run, branch in data.branches.items() if branch.ours)
    yield from (run for run, version in data.versions.items() if version.here)


def _is_known(reader: DataReader, run: RunName) -> bool:
    try:
        reader.missing(run, ())
    except FileNotFoundError:
        return False
    return True
