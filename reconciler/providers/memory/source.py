"""A Git repository's watched branch in memory: commits and files. Blobs and trees have the ids that Git gives them."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.providers.memory.data import commit_id
from reconciler.providers.memory.world import Room, World, verb


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A commit: its parents, its files by path, and what is no regular file."""

    parents: tuple[CommitId, ...]
    files: Mapping[str, str]
    odd: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


class SourceRoom(Room):
    """All objects, and the branches that point at them."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.trees: dict[str, Mapping[str, str]] = {}
        self.commits: dict[CommitId, Snapshot] = {}
        self.branches: dict[str, CommitId] = {}

    def put(self, snapshot: Snapshot) -> CommitId:
        """Keep a commit; return its id."""
        told = (f"{path} {blob}" for path, blob in sorted({**snapshot.files, **snapshot.odd}.items()))
        commit = commit_id("commit", str(len(self.commits)), snapshot.message, *snapshot.parents, *told)
        self.commits[commit] = snapshot
        return commit

    def blob(self, content: str | bytes) -> str:
        """Keep a file's content; return its id."""
        data = content.encode() if isinstance(content, str) else content
        name = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        self.blobs[name] = data
        return name

    def descends(self, commit: CommitId, ancestor: CommitId) -> bool:
        """Tell whether a commit has another one, or is it, in its history."""
        seen: set[CommitId] = set()
        left = [commit]
        while left:
            at = left.pop()
            if at == ancestor:
                return ancestor in self.commits
            if at not in seen and at in self.commits:
                seen.add(at)
                left += self.commits[at].parents
        return False


class MemoryTree:
    """All files of one commit."""

    def __init__(self, room: SourceRoom, commit: CommitId) -> None:
        self._room = room
        self._commit = commit
        self._snapshot = room.commits[commit]

    @property
    def commit(self) -> CommitId:
        """Return the commit that the tree belongs to."""
        return self._commit

    @property
    def files(self) -> Mapping[str, str]:
        """Return the blob id of every regular file by its path."""
        return self._snapshot.files

    @property
    def odd(self) -> Mapping[str, str]:
        """Return what is no regular file by its path: `symlink` or `submodule`."""
        return self._snapshot.odd

    def read(self, blob: str) -> bytes:
        """Return a blob's content."""
        return self._room.blobs[blob]

    def size(self, blob: str) -> int:
        """Return a blob's size in bytes."""
        return len(self._room.blobs[blob])

    def tree_id(self, folder: str) -> str | None:
        """Return the Git tree id of a folder, or None where there is none."""
        head = f"{folder.rstrip('/')}/"
        inside = {path.removeprefix(head): blob for path, blob in self.files.items() if path.startswith(head)}
        if not inside:
            return None
        name = _tree(inside)
        self._room.trees[name] = MappingProxyType(inside)
        return name

    def inside(self, folder: str) -> frozenset[str]:
        """Return the paths of all that is no folder below a folder, from there on; of an empty name, all paths."""
        head = f"{folder.rstrip('/')}/" if folder else ""
        return frozenset(path.removeprefix(head) for path in (*self.files, *self.odd) if path.startswith(head))

    def unfit(self, folder: str) -> tuple[str, str] | None:
        """Say what of a folder can't be handed to a job: a submodule; where links lead isn't known here."""
        head = f"{folder.rstrip('/')}/"
        for path, what in self.odd.items():
            if path.startswith(head) and what == "submodule":
                return f"{path.removeprefix(head)} is a submodule", "copy its files into the repository"
        return None


def _tree(files: Mapping[str, str]) -> str:
    """Return the id of a tree of regular files, as Git computes it (gitformat-pack, git-hash-object)."""
    entries: dict[bytes, tuple[bytes, str]] = {}
    folders: dict[str, dict[str, str]] = {}
    for path, blob in files.items():
        folder, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(folder, {})[rest] = blob
        else:
            entries[path.encode()] = (b"100644 " + path.encode(), blob)
    for folder, inside in folders.items():
        entries[folder.encode() + b"/"] = (b"40000 " + folder.encode(), _tree(inside))
    text = b"".join(entry + b"\0" + bytes.fromhex(name) for _, (entry, name) in sorted(entries.items()))
    return hashlib.sha1(b"tree %d\0" % len(text) + text).hexdigest()


class MemorySource:
    """The watched branch of a repository.

    Args:
        world: where it lives.
        branch: the watched branch's name.
    """

    def __init__(self, world: World, branch: str = "main") -> None:
        self.world = world
        self.branch = branch

    @property
    def room(self) -> SourceRoom:
        """Return the repository's objects and branches."""
        return self.world.room(SourceRoom)

    @verb("source")
    def head(self) -> CommitId | None:
        """Return the branch's newest commit, or None while it has none."""
        return self.room.branches.get(self.branch)

    def refresh(self, pushed: Collection[str] = ()) -> None:
        """Forget nothing: what is asked is as it is."""

    @verb("source")
    def tree(self, commit: CommitId) -> MemoryTree:
        """Return the files of a commit.

        Raises:
            Refused: there is no such commit.
        """
        if commit not in self.room.commits:
            raise Refused(f"the repository has no commit {commit}")
        return MemoryTree(self.room, commit)

    @verb("source")
    def descends(self, commit: CommitId, ancestor: CommitId) -> bool:
        """Tell whether a commit has another one, or is it, in its history; an unknown ancestor is none."""
        return self.room.descends(commit, ancestor)

    @verb("source")
    def export(self, tree_id: str, folder: Path) -> None:
        """Write the files of a folder, by its Git tree id, to a folder of the disk.

        Raises:
            Refused: no tree has told that id.
        """
        if tree_id not in self.room.trees:
            raise Refused(f"the repository has no tree {tree_id}")
        for path, blob in self.room.trees[tree_id].items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.room.blobs[blob])

    def commit(
        self,
        changes: Mapping[str, str | bytes | None],
        *,
        parents: Iterable[CommitId] | None = None,
        odd: Mapping[str, str] | None = None,
        message: str = "",
    ) -> CommitId:
        """Commit, as a person does: changes by path, None deletes; then move the branch there.

        Args:
            changes: the new content of files; all others stay as the first parent has them.
            parents: other parents than the branch's head; none at all make a new root, a rewritten history.
            odd: paths that are a `symlink` or a `submodule`.
            message: the commit's message.
        """
        room = self.room
        head = room.branches.get(self.branch)
        above = ((head,) if head else ()) if parents is None else tuple(parents)
        former = room.commits[above[0]] if above else Snapshot((), {})
        files = dict(former.files) | {p: room.blob(text) for p, text in changes.items() if text is not None}
        kept = {path: blob for path, blob in files.items() if changes.get(path, "") is not None}
        commit = room.put(Snapshot(above, MappingProxyType(kept), {**former.odd, **(odd or {})}, message))
        room.branches[self.branch] = commit
        return commit
