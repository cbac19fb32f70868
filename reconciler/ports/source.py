"""The repository's files at one commit, read by object id: no work tree, no moving target."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from reconciler.model.ids import CommitId


class CodeFolders(Protocol):
    """The folders of one commit, as they are handed to jobs."""

    def tree_id(self, folder: str) -> str | None:
        """Return the Git tree id of a folder, or None where there is none."""

    def inside(self, folder: str) -> frozenset[str]:
        """Return the paths of all that is no folder below a folder, from there on; of an empty name, all paths."""

    def unfit(self, folder: str) -> tuple[str, str] | None:
        """Say what of a folder can't be handed to a job, and what to do about it; None where all can.

        That is a submodule, a pointer of Git LFS, a name that is no file's, a symbolic link that leads out of it.
        """


class SourceTree(CodeFolders, Protocol):
    """All files of one commit. Reading by id means that what was read once is true for ever, and can be cached."""

    @property
    def commit(self) -> CommitId:
        """Return the commit that the tree belongs to."""

    @property
    def files(self) -> Mapping[str, str]:
        """Return the blob id of every regular file by its path; symbolic links and submodules are not files."""

    @property
    def odd(self) -> Mapping[str, str]:
        """Return what is no regular file by its path: `symlink` or `submodule`."""

    def read(self, blob: str) -> bytes:
        """Return a blob's content."""

    def size(self, blob: str) -> int:
        """Return a blob's size in bytes without reading it."""


class SourceRepository(Protocol):
    """The watched branch of the repository."""

    def head(self) -> CommitId | None:
        """Return the branch's newest commit, or None while it has none.

        Raises:
            Unavailable: the repository can't be reached.
        """

    def refresh(self, pushed: Collection[str] = ()) -> None:
        """Forget what was heard of the branch, so that the next look asks again.

        Args:
            pushed: the full names of the branches that are said to have moved.
        """

    def tree(self, commit: CommitId) -> SourceTree:
        """Return the files of a commit."""

    def descends(self, new: CommitId, old: CommitId, /) -> bool:
        """Tell whether a commit has another one, or is it, in its history; an unknown ancestor is none."""

    def export(self, tree_id: str, folder: Path, /) -> object:
        """Write the files of a folder, by its Git tree id, to a folder of the disk unless it is there.

        Raises:
            Refused: it holds a symbolic link that leads out of it.
        """
