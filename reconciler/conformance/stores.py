"""What a data store is tried on: state that outlives it, and a way to write what a job would."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import DataListing
from reconciler.ports.data import NO_FILES, DataReader, DataStore


class Data(DataStore, DataReader, Protocol):
    """A data store and its reader, as all providers are both."""


class StoreBench(Protocol):
    """A data store on state that outlives it."""

    def open(self, environment: str = "dev") -> Data:
        """Return a provider on the state, as a daemon that has just started makes it."""

    def write(self, url: str, files: Mapping[str, bytes]) -> None:
        """Write files to a run's folder, as its job does."""

    def read(self, url: str, path: str, *, lasting: bool = False) -> bytes:
        """Read a file of a run's folder, as another job does, or as who serves the run's model."""

    def close(self) -> None:
        """End whatever still runs."""


class Reborn:
    """A data store whose daemon is killed after every call: each call is made on a provider that was just opened."""

    def __init__(self, open_: Callable[[], Data]) -> None:
        self._open = open_

    def list(self) -> DataListing:
        return self._open().list()

    def open(self, run: RunName) -> str:
        return self._open().open(run)

    def commit(self, run: RunName, metadata: Mapping[str, str], files: Mapping[str, bytes] = NO_FILES) -> CommitId:
        return self._open().commit(run, metadata, files)

    def merge(self, run: RunName) -> CommitId:
        return self._open().merge(run)

    def drop(self, run: RunName, *, accepted: bool = False) -> None:
        self._open().drop(run, accepted=accepted)

    def access(self, run: RunName, *, lasting: bool = False) -> Mapping[str, str]:
        return self._open().access(run, lasting=lasting)

    def read(self, run: RunName, path: str) -> bytes:
        return self._open().read(run, path)

    def missing(self, run: RunName, paths: Collection[str]) -> Collection[str]:
        return self._open().missing(run, paths)

    def url(self, run: RunName) -> str:
        return self._open().url(run)
