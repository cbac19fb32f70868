"""Whole pages: what a comment on a pull request can't hold stands in a file on the status branch, which it links to.

The file is there as long as its pull request is open.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Protocol

from reconciler.model.ids import CommitId
from reconciler.status.branch import Edits, StatusTree

FOLDER = "pull-requests/"


class StatusBranch(Protocol):
    """The status branch, as far as pages are kept on it."""

    def write(self, edits: Callable[[StatusTree], Edits], message: str) -> CommitId | None:
        """Commit edits that are made from what is there."""


class WholePages:
    """Keeps the pages of one environment. Belongs to one thread.

    Args:
        environment: the environment's name.
        status: where they are kept.
    """

    def __init__(self, environment: str, status: StatusBranch) -> None:
        self.branch = f"setpoint/{environment}"
        self._environment = environment
        self._status = status
        self._kept: frozenset[int] = frozenset()

    def keep(self, number: int, text: str, waiting: Collection[int]) -> str:
        """Keep the page of a pull request; return its path on the status branch.

        Args:
            number: the pull request's.
            text: the page.
            waiting: the pull requests that are open; what is there of others goes.

        Raises:
            Unsafe: another daemon has the lease.
            Unavailable: the repository is out of reach.
        """
        self._write({_path(number): f"{text}\n".encode()}, waiting, f"the plan of pull request {number}")
        self._kept |= {number}
        return _path(number)

    def tidy(self, waiting: Collection[int]) -> None:
        """Take away what was kept of pull requests that are open no more.

        Raises:
            Unsafe: another daemon has the lease.
            Unavailable: the repository is out of reach.
        """
        if self._kept - frozenset(waiting):
            self._write({}, waiting, "pull requests that have ended")
            self._kept &= frozenset(waiting)

    def _write(self, new: Mapping[str, bytes], waiting: Collection[int], what: str) -> None:
        paths = frozenset(map(_path, waiting))
        self._status.write(partial(_edits, new, paths), f"{self._environment}: {what}")


def _edits(new: Mapping[str, bytes], waiting: Collection[str], there: StatusTree) -> dict[str, bytes | None]:
    gone = (path for path in there.files if path.startswith(FOLDER) and path not in waiting)
    return {**dict.fromkeys(gone), **new}


def _path(number: int) -> str:
    return f"{FOLDER}{number}.md"
