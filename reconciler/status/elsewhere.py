"""What other environments of a repository recorded of what is promoted, and of monitors, for routes that come by them.

Their status branches are read and never written. What is broken there counts as it was last read, as everywhere.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reconciler.model.ids import Address
from reconciler.status.read import RecordedFiles, StatusFiles

KINDS = ("deployments", "monitors")
"""Whose statuses are read of another environment, where nothing else is asked for."""


class Readable(Protocol):
    """A status branch that is read."""

    def read(self) -> StatusFiles:
        """Read the newest status commit; the very same files while there is no newer one."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some files of a status commit."""

    files: Mapping[str, str]
    whole: StatusFiles

    def read(self, path: str) -> bytes:
        return self.whole.read(path)

    def size(self, path: str) -> int:
        return self.whole.size(path)


class _Neighbour:
    """One other environment."""

    def __init__(self, branch: Readable) -> None:
        self._branch = branch
        self._recorded = RecordedFiles()
        self._whole: Mapping[str, str] = {}
        self._part: Mapping[str, str] = {}
        self._folders: tuple[str, ...] = ()

    def look_at(self, kinds: Collection[str]) -> None:
        """Read the statuses of these kinds from now on."""
        folders = tuple(f"status/{kind}/" for kind in sorted(kinds))
        if folders != self._folders:
            self._folders, self._whole = folders, {}

    def read(self) -> Mapping[Address, Mapping[str, Any]]:
        whole = self._branch.read()
        return self._recorded.read(_Part(self._ours(whole.files), whole)).statuses

    def files(self) -> Mapping[str, str]:
        return self._ours(self._branch.read().files)

    def _ours(self, files: Mapping[str, str]) -> Mapping[str, str]:
        """Return the files that matter here: the very same value while they are the same."""
        if files is not self._whole:
            found = {path: blob for path, blob in files.items() if path.startswith(self._folders)}
            self._part = self._part if found == self._part else found
            self._whole = files
        return self._part


class Elsewhere:
    """The other environments of a repository. Belongs to one thread.

    Args:
        branch: opens the status branch of an environment by its name.
    """

    def __init__(self, branch: Callable[[str], Readable]) -> None:
        self._branch = branch
        self._known: dict[str, _Neighbour] = {}
        self._seen: dict[str, Mapping[str, str]] = {}

    def read(
        self, environments: Collection[str], kinds: Collection[str] = KINDS
    ) -> Mapping[str, Mapping[Address, Mapping[str, Any]]]:
        """Return by environment the statuses of some kinds; of an environment that isn't there, none.

        Raises:
            Refused: a name isn't one of an environment.
            Unavailable: the repository is out of reach.
        """
        for name in set(environments) - self._known.keys():
            self._known[name] = _Neighbour(self._branch(name))
        for name in environments:
            self._known[name].look_at(kinds)
        told = {name: self._known[name].read() for name in sorted(environments)}
        self._seen = {name: self._known[name].files() for name in told}
        return told

    def moved(self) -> bool:
        """Tell whether any of those that were read last tells something else now.

        Raises:
            Unavailable: the repository is out of reach.
        """
        return any(self._known[name].files() is not files for name, files in self._seen.items())
