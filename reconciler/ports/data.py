"""Data branches: where runs leave their output, and where accepted output is kept."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Protocol

from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import DataListing

NO_FILES: Mapping[str, bytes] = MappingProxyType({})
"""Nothing beside what a job has left."""


class DataStore(Protocol):
    """Branches named by runs, merged to the environment's data branch when their output is accepted.

    A run's output lies in one folder of the tree, `reconciler.model.run.folder_of(run)`; merging replaces that folder
    and nothing else, so merges never conflict.
    """

    def list(self) -> DataListing:
        """List all branches and versions."""

    def open(self, run: RunName) -> str:
        """Open the run's branch off the environment's data branch, unless it is open; return its folder's URL."""

    def commit(self, run: RunName, metadata: Mapping[str, str], files: Mapping[str, bytes] = NO_FILES) -> CommitId:
        """Commit what the run's folder holds and seal the branch; a sealed one is returned as it is.

        `files` are put into the folder, by their names there, in the place of what the job has left under them.

        Raises:
            Refused: the run has no open branch.
        """

    def merge(self, run: RunName) -> CommitId:
        """Merge a sealed branch, or a version of another environment, to this environment and keep it as a version."""

    def drop(self, run: RunName, *, accepted: bool = False) -> None:
        """Remove the run's branch from this environment, whether or not it is there.

        A version goes only where `accepted` says that it is meant: a branch that a stale listing still shows may have
        been merged since.
        """

    def access(self, run: RunName, *, lasting: bool = False) -> Mapping[str, str]:
        """Return the environment variables by which a job of the run reaches its URLs: secrets, never the daemon's own.

        Empty where a job needs none. `lasting` asks for what only reads, and reads at any later time, as who serves the
        run's model may have to load it anew; a store that has none gives what it gives to jobs.
        """


class DataReader(Protocol):
    """Reads what runs have left."""

    def read(self, run: RunName, path: str) -> bytes:
        """Read a file of a run's folder, from its version, else from its branch, committed or not.

        Raises:
            FileNotFoundError: there is no such run or file.
            Refused: there is something that isn't read: no regular file, or one larger than `untrusted.LARGEST`.
        """

    def missing(self, run: RunName, paths: Collection[str]) -> Collection[str]:
        """Return which of these files a run's folder doesn't hold, without reading any of them.

        Raises:
            FileNotFoundError: there is no such run.
            Refused: it isn't committed yet, and what the folder holds can't be.
        """

    def url(self, run: RunName) -> str:
        """Return the URL of a run's folder, to be read by other jobs.

        Raises:
            FileNotFoundError: there is no such run.
        """
