"""Observing: one listing of every port, then the results of finished runs, each read once in its life."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from reconciler.containment import Failure, Success, contain
from reconciler.loop.threads import Threads
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.observed import Actual, Branch, Controls, DataListing, JobState, PoolListing
from reconciler.ports.engines import Engines
from reconciler.status.results import document_of, refused, unkept, without_files
from runners.contract import formats
from runners.contract.files import ERROR, RESULT
from runners.contract.formats import is_newer

Document = Mapping[str, Any]
Key = tuple[RunName, str]
NOWHERE: Mapping[str, Mapping[Address, Document]] = MappingProxyType({})
THREADS = 64
"""Results that are read at once: the data store may be far away."""


class Results:
    """What finished runs have left, kept by the commit or attempt that it belongs to, so that it is read once.

    Args:
        threads: how many are read at once, and how many listings.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self.threads = Threads(threads, "observe")
        self._known: dict[Key, tuple[Document | None, Document | None]] = {}

    def of(self, engines: Engines, data: DataListing, pool: PoolListing) -> tuple[dict[RunName, Document], ...]:
        """Return the results and the errors of all runs that are versions or have ended.

        Raises:
            Unavailable: one of them couldn't be read, and the others are known from now on; or a version that this
                environment stands on is of a newer format: a newer daemon was here.
        """
        wanted = list(dict(_finished(data, pool)).items())
        unknown = [(run, state) for run, state in wanted if (run, state) not in self._known]
        fresh = {key: self._known[key] for key in wanted if key in self._known}
        read = self.threads.map(
            lambda key: contain(lambda: _read_both(engines, *key, key[0] in data.versions)), unknown
        )
        fresh |= {key: told.value for key, told in zip(unknown, read, strict=True) if isinstance(told, Success)}
        self._known = {key: pair for key, pair in fresh.items() if any(part is not None for part in pair)}
        if failures := [told for told in read if isinstance(told, Failure)]:
            raise Unavailable(failures[0].message, failures[0].hint)
        results = {run: pair[0] for (run, _), pair in fresh.items() if pair[0] is not None}
        for run, result in results.items():
            if is_newer(result, formats.RESULT) and run in data.versions and data.versions[run].here:
                raise Unavailable(f"{run}: {result['what']}", str(result["fix"]))
        errors = {run: pair[1] for (run, _), pair in fresh.items() if pair[1] is not None}
        return results, errors


def _finished(data: DataListing, pool: PoolListing) -> list[tuple[RunName, str]]:
    found = [(run, str(version.commit)) for run, version in data.versions.items()]
    for run, branch in data.branches.items():
        if run not in data.versions and (state := _ended(branch, pool)):
            found.append((run, state))
    return found


def _ended(branch: Branch, pool: PoolListing) -> str:
    """Return a word for the state in which a branch's run ended; empty while it goes on."""
    job = pool.jobs.get(branch.run)
    if job and job.state in (JobState.WAITING, JobState.RUNNING):
        return ""
    return f"{branch.commit}#{job.attempt}#{job.state}" if job else str(branch.commit)


def _read_both(engines: Engines, run: RunName, state: str, is_version: bool) -> tuple[Document | None, Document | None]:
    """Read a run's result, and its error where there is none, or where the job failed whatever result lies there.

    That the files are there which a result lists, and that the store can keep them, is looked at once, before it does.
    """
    result = _read(engines, run, RESULT)
    if result is not None and not state.endswith(f"#{JobState.FAILED}"):
        return (result if is_version else _held(engines, run, result)), None
    return result, _read(engines, run, ERROR)


def _held(engines: Engines, run: RunName, result: Document) -> Document:
    """Return a result, or the refused one that stands for it where a file isn't there or the output can't be kept."""
    if is_newer(result, formats.RESULT):
        return result
    listed = result.get("files", {}) if result.get("accepted") else {}
    try:
        missing = engines.reader.missing(run, listed.keys())
    except FileNotFoundError:
        return result  # its branch was dropped after the listing was made: the next pass won't see it
    except Refused as error:
        return unkept(run, error.message, error.hint)
    return without_files(run, missing) if missing else result


def _read(engines: Engines, run: RunName, path: str) -> Document | None:
    try:
        return document_of(run, path, engines.reader.read(run, path))
    except FileNotFoundError:
        return None
    except Refused as error:
        return refused(run, error.message)


def observe(
    engines: Engines,
    recorded: Mapping[Address, Document],
    controls: Controls,
    results: Results,
    elsewhere: Mapping[str, Mapping[Address, Document]] = NOWHERE,
) -> Actual:
    """Observe every port at once. A port that can't be read is named in `unread`; nothing is changed."""
    calls: dict[str, Callable[[], Any]] = {
        "data": engines.data.list,
        "pool": engines.pool.list,
        "serving": engines.serving.list,
        "forge": engines.forge.list,
    }
    if engines.labelling is not None:
        calls["labelling"] = engines.labelling.list
    told = dict(zip(calls, results.threads.map(contain, calls.values()), strict=True))
    unread = {port: result.message for port, result in told.items() if isinstance(result, Failure)}
    listed = {port: result.value for port, result in told.items() if isinstance(result, Success)}
    data, pool = listed.get("data", DataListing(CommitId(""))), listed.get("pool", PoolListing())
    found: Success[tuple[dict[RunName, Document], ...]] | Failure = Success(({}, {}))
    if "data" not in unread:
        found = contain(lambda: results.of(engines, data, pool))
        if isinstance(found, Failure):
            unread["data"] = found.message
    read, errors = found.value if isinstance(found, Success) else ({}, {})
    return Actual(
        now=engines.clock.now(),
        data=data,
        pool=pool,
        endpoints=listed.get("serving", {}),
        proposals=listed.get("forge", {}),
        projects=listed.get("labelling", {}),
        results=read,
        errors=errors,
        recorded=recorded,
        controls=controls,
        unread=unread,
        elsewhere=elsewhere,
    )
