"""The status branch in memory: files, and a commit for every write that changed one."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.ids import CommitId
from reconciler.providers.memory.source import Snapshot, SourceRoom
from reconciler.providers.memory.world import World, verb


@dataclass(frozen=True, slots=True)
class MemoryStatusFiles:
    """One commit of the status branch."""

    files: Mapping[str, str]
    blobs: Mapping[str, bytes]

    def read(self, path: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileNotFoundError: the branch has no such file.
        """
        if path not in self.files:
            raise FileNotFoundError(f"the status branch has no file {path}")
        return self.blobs[self.files[path]]

    def size(self, path: str) -> int:
        """Return a file's size in bytes without reading it.

        Raises:
            FileNotFoundError: the branch has no such file.
        """
        return len(self.read(path))


class MemoryStatus:
    """The status branch of an environment, beside the specs' branch in the same repository.

    Args:
        world: where it lives.
        environment: whose status it is.
    """

    def __init__(self, world: World, environment: str = "dev") -> None:
        self.world = world
        self._branch = f"setpoint/{environment}"

    @verb("status")
    def read(self) -> MemoryStatusFiles:
        """Read the newest status commit; without one, there are no files."""
        room = self.world.room(SourceRoom)
        return MemoryStatusFiles(self._newest().files, room.blobs)

    @verb("status")
    def write(self, edits: Mapping[str, bytes | None], message: str) -> CommitId | None:
        """Commit the edits on top of the newest status commit; None deletes a file. Return None if nothing changes."""
        room, newest = self.world.room(SourceRoom), self._newest()
        written = {path: room.blob(text) for path, text in edits.items() if text is not None}
        files = {path: blob for path, blob in newest.files.items() if edits.get(path, b"") is not None} | written
        if files == newest.files:
            return None
        head = room.branches.get(self._branch)
        commit = room.put(Snapshot((head,) if head else (), files, message=message))
        room.branches[self._branch] = commit
        return commit

    def _newest(self) -> Snapshot:
        room = self.world.room(SourceRoom)
        head = room.branches.get(self._branch)
        return room.commits[head] if head else Snapshot((), {})
