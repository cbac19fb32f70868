"""Where a life's repository is: in memory, or anywhere that has its watched branch, its status and its proposals."""

from collections.abc import Mapping
from typing import Protocol

from reconciler.loop.cycle import StatusStore
from reconciler.model.ids import CommitId
from reconciler.ports.forge import Forge
from reconciler.ports.source import SourceRepository, SourceTree
from reconciler.providers.memory import MemoryForge, MemorySource, MemoryStatus, World
from reconciler.providers.memory.source import MemoryTree, SourceRoom


class Place(Protocol):
    """A repository. Each of these is made anew for a daemon that starts."""

    def source(self) -> SourceRepository:
        """Return the watched branch."""

    def status(self, environment: str) -> StatusStore:
        """Return an environment's status branch."""

    def forge(self, environment: str) -> Forge:
        """Return an environment's proposals."""

    def tree(self, commit: CommitId) -> SourceTree:
        """Return the files of a commit, read beside the daemons: that is no call of theirs."""

    def commit(self, changes: Mapping[str, bytes | None], message: str) -> object:
        """Commit changes of files by path to the watched branch, as a person does; None removes one."""


class InMemory:
    """A repository that is a room of the world, so that calls of it may go wrong as well."""

    def __init__(self, world: World) -> None:
        self._world = world

    def source(self) -> MemorySource:
        """Return the watched branch."""
        return MemorySource(self._world)

    def status(self, environment: str) -> MemoryStatus:
        """Return an environment's status branch."""
        return MemoryStatus(self._world, environment)

    def forge(self, environment: str) -> MemoryForge:
        """Return an environment's proposals."""
        return MemoryForge(self._world, self.source(), environment)

    def tree(self, commit: CommitId) -> MemoryTree:
        """Return the files of a commit."""
        return MemoryTree(self._world.room(SourceRoom), commit)

    def commit(self, changes: Mapping[str, bytes | None], message: str) -> CommitId:
        """Commit changes of files by path to the watched branch."""
        return self.source().commit(changes, message=message)
