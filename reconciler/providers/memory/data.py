"""Data branches and versions in memory. Environments of one world share runs, and each keeps its own versions."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from reconciler.git.names import is_run_name
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import Branch, DataListing, Version
from reconciler.ports.data import NO_FILES
from reconciler.providers.memory.world import Room, World, verb
from runners.contract.mistakes import shown

SCHEME = "memory://"


@dataclass(slots=True)
class Line:
    """A run's branch: who opened it, the files in its folder, and its commits."""

    opened_by: str
    commit: CommitId
    sealed: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Tag:
    """An accepted run: its files, and the environments that keep it."""

    commit: CommitId
    files: Mapping[str, bytes]
    metadata: Mapping[str, str]
    kept_by: set[str]


class DataRoom(Room):
    """All branches and versions, and the head of every environment's data branch."""

    def __init__(self) -> None:
        self.heads: dict[str, CommitId] = {}
        self.lines: dict[RunName, Line] = {}
        self.tags: dict[RunName, Tag] = {}

    def head(self, environment: str) -> CommitId:
        """Return the head of an environment's data branch; at first the empty root that all share."""
        return self.heads.get(environment, commit_id("root"))

    def write(self, run: RunName, files: Mapping[str, bytes]) -> None:
        """Write files to a run's open branch, as its job does; without one they are lost, as in a deleted folder."""
        line = self.lines.get(run)
        if line and not line.sealed:
            line.files.update(files)

    def read(self, run: RunName) -> Mapping[str, bytes]:
        """Return the files of a run, from its version, else from its branch.

        Raises:
            FileNotFoundError: there is no such run.
        """
        found = self.tags.get(run) or self.lines.get(run)
        if found is None:
            raise FileNotFoundError(f"the data store has no run {run}")
        return found.files


class MemoryData:
    """The data store and its reader, as one environment sees them."""

    def __init__(self, world: World, environment: str = "dev") -> None:
        self.world = world
        self._environment = environment

    @property
    def _room(self) -> DataRoom:
        return self.world.room(DataRoom)

    @verb("data")
    def list(self) -> DataListing:
        """List all branches and versions."""
        room, me = self._room, self._environment
        return DataListing(
            head=room.head(me),
            branches={
                run: Branch(run, line.commit, line.sealed, line.opened_by == me)
                for run, line in sorted(room.lines.items())
            },
            versions={run: Version(run, tag.commit, me in tag.kept_by) for run, tag in sorted(room.tags.items())},
        )

    @verb("data")
    def open(self, run: RunName) -> str:
        """Open the run's branch off the environment's data branch, unless it is open; return its folder's URL.

        Raises:
            Refused: the run's name isn't one.
        """
        room = self._room
        if not is_run_name(run):
            raise Refused(f"{shown(run[:200])} can't be the name of a run", "a run is named <kind>/<name>/<digest>")
        if run not in room.lines:
            room.lines[run] = Line(self._environment, room.head(self._environment))
        return SCHEME + run

    @verb("data")
    def commit(self, run: RunName, metadata: Mapping[str, str], files: Mapping[str, bytes] = NO_FILES) -> CommitId:
        """Commit what the run's folder holds and seal the branch; a sealed or merged one is returned as it is.

        Raises:
            Refused: the run has no open branch.
        """
        room = self._room
        line = room.lines.get(run)
        if run in room.tags:
            return room.tags[run].commit
        if line is None:
            raise Refused(f"{run} has no open branch, so there is nothing to commit", "start the run anew")
        if not line.sealed:
            line.files.update(files)
            digests = (f"{path}={hashlib.sha256(data).hexdigest()}" for path, data in sorted(line.files.items()))
            line.commit = commit_id(line.commit, run, *digests)
            line.metadata, line.sealed = dict(metadata), True
        return line.commit

    @verb("data")
    def merge(self, run: RunName) -> CommitId:
        """Merge a sealed branch, or a version of another environment, to this environment and keep it as a version.

        Raises:
            Refused: there is neither.
        """
        room, me = self._room, self._environment
        tag, line = room.tags.get(run), room.lines.get(run)
        if tag is None:
            if line is None or not line.sealed:
                raise Refused(f"{run} has no sealed branch, so there is nothing to merge", "commit its output first")
            tag = room.tags[run] = Tag(line.commit, dict(line.files), line.metadata, set())
        room.lines.pop(run, None)
        if me not in tag.kept_by:
            tag.kept_by.add(me)
            room.heads[me] = commit_id(room.head(me), tag.commit)
        return tag.commit

    @verb("data")
    def drop(self, run: RunName, *, accepted: bool = False) -> None:
        """Remove the run's branch from this environment, whether or not it is there; a version only if it is meant."""
        room, me = self._room, self._environment
        tag, line = room.tags.get(run), room.lines.get(run)
        if line and line.opened_by == me:
            del room.lines[run]
        if accepted and tag and me in tag.kept_by:
            tag.kept_by.remove(me)
            if not tag.kept_by:
                del room.tags[run]

    @verb("data")
    def leave(self) -> None:
        """Remove the environment's data branch, whether or not it is there."""
        self._room.heads.pop(self._environment, None)

    @verb("data")
    def access(self, run: RunName, *, lasting: bool = False) -> Mapping[str, str]:  # noqa: ARG002 - the port's
        """Return what lets a job reach its URLs: nothing, as all of it is in memory."""
        return {}

    @verb("reader")
    def read(self, run: RunName, path: str) -> bytes:
        """Read a file of a run's folder, from its version, else from its branch, committed or not.

        Raises:
            FileNotFoundError: there is no such run or file.
        """
        files = self._room.read(run)
        if path not in files:
            raise FileNotFoundError(f"the run {run} has no file {path}")
        return files[path]

    @verb("reader")
    def missing(self, run: RunName, paths: Collection[str]) -> Collection[str]:
        """Return which of these files a run's folder doesn't hold.

        Raises:
            FileNotFoundError: there is no such run.
        """
        return frozenset(paths) - self._room.read(run).keys()

    @verb("reader")
    def url(self, run: RunName) -> str:
        """Return the URL of a run's folder, to be read by other jobs.

        Raises:
            FileNotFoundError: there is no such run.
        """
        self._room.read(run)
        return SCHEME + run


def commit_id(*parts: str) -> CommitId:
    """Name a commit by what it is made from, as Git does: 40 hexadecimal characters."""
    return CommitId(hashlib.sha1("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest())
