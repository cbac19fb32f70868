"""The watched branch: its newest commit, the files of any commit, and where each of them came from."""

from collections.abc import Collection
from pathlib import Path
from typing import Self

from reconciler.git.commits import parse_commit
from reconciler.git.export import export
from reconciler.git.history import LogEntry, arrival, is_ancestor, line, log
from reconciler.git.merging import merge_commit
from reconciler.git.names import check_branch, check_path
from reconciler.git.remote import Access
from reconciler.git.repository import Repository, open_repository
from reconciler.git.signed import read_signed
from reconciler.model.commit_policy import SignedCommit
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.watched.tree import GitTree

_TREES = 4
"""Commits whose listing of files is kept: the newest, the last one, and those being compared."""


class Source:
    """One branch of a repository, as the place where the desired state is written.

    Args:
        repository: the repository.
        branch: the branch's name.

    Raises:
        Refused: the name can't be that of a branch.
    """

    def __init__(self, repository: Repository, branch: str) -> None:
        self.repository = repository
        self.branch = branch
        self.ref = check_branch(branch)
        self._trees: dict[CommitId, GitTree] = {}

    @classmethod
    def open(cls, place: str | Path, branch: str | None, state: Path, access: Access | None = None) -> Self:
        """Open a branch of the repository at a path or URL; without a name, its default branch.

        Raises:
            Refused: there is no repository, or the branch's name isn't one.
            Unavailable: the repository is out of reach.
        """
        repository = open_repository(place, state, access)
        return cls(repository, branch or repository.default_branch())

    def head(self) -> CommitId | None:
        """Return the branch's newest commit; None where the branch isn't there, or has no commit yet.

        Raises:
            Unavailable: the repository is out of reach.
        """
        found = self.repository.ref(self.ref)
        return CommitId(found) if found else None

    def refresh(self, pushed: Collection[str] = ()) -> None:
        """Forget what was heard of the branch, so that the next look asks again.

        Args:
            pushed: the full names of the branches that are said to have moved. Where this one is among them, it is
                fetched while the others are asked for.

        Raises:
            Unavailable: the repository is out of reach.
        """
        if self.ref in pushed:
            self.repository.anticipate(self.ref)
        else:
            self.repository.refresh()

    def tree(self, commit: CommitId) -> GitTree:
        """Return the files of a commit.

        Raises:
            Unavailable: the commit can't be read.
        """
        known = self._trees.pop(commit, None) or GitTree(self.repository.objects, commit)
        self._trees[commit] = known
        for oldest in list(self._trees)[:-_TREES]:
            del self._trees[oldest]
        return known

    def descends(self, new: CommitId, old: CommitId) -> bool:
        """Tell whether a commit is another or descends from it; False when history was rewritten.

        Raises:
            Unavailable: the history can't be read, or ends too early to tell.
        """
        git_dir = self.repository.objects.git_dir
        found = old in self._parents(new) or is_ancestor(git_dir, old, new)
        if not found and (git_dir / "shallow").exists():
            what = (
                f"{self.repository.place} is a shallow clone: whether {new[:12]} descends from {old[:12]} can't be told"
            )
            raise Unavailable(what, "`git fetch --unshallow` there")
        return found

    def _parents(self, commit: CommitId) -> tuple[str, ...]:
        """Return the parents of a commit, which most often tell what a walk through the history would: no process."""
        try:
            return parse_commit(self.repository.objects.read(commit)).parents
        except (FileNotFoundError, ValueError):
            return ()

    def merged(self, base: CommitId, head: CommitId) -> tuple[CommitId, tuple[str, ...]]:
        """Return the commit that a merge would make, which no ref knows, and the files in which the two collide.

        Where the one descends from the other, that is the other.

        Raises:
            Unavailable: the repository can't be read or written, or the two have no ancestor in common.
        """
        if self.descends(head, base):
            return head, ()
        commit, conflicts = merge_commit(self.repository.objects, base, head)
        return CommitId(commit), conflicts

    def signed(self, commit: CommitId) -> SignedCommit:
        """Return a commit as its signer saw it.

        Raises:
            Unavailable: the commit can't be read, or something else stands in its place.
        """
        return read_signed(self.repository.objects, commit)

    def line(self, head: CommitId, last: CommitId, most: int) -> tuple[CommitId, ...]:
        """Return the commits by which the branch itself came from one to another, the oldest first.

        What a merge brought isn't among them, and there are so many at the most, those nearest to the head.

        Raises:
            Unavailable: the history can't be read.
        """
        if self._parents(head)[:1] == (last,):
            return (head,)
        return tuple(map(CommitId, line(self.repository.objects.git_dir, head, last, most)))

    def export(self, tree_id: str, folder: Path) -> Path:
        """Write a folder of the repository, by its tree id, to a folder of the disk unless it is there; return that.

        Raises:
            Refused: the tree holds a submodule, a name that climbs out of it, or a link out of it.
            Unavailable: the disk can't be written, or the tree can't be read.
        """
        return export(self.repository.objects, tree_id, folder)

    def resolve(self, revision: str) -> CommitId:
        """Return the commit that a branch, a tag or an id names.

        Raises:
            Refused: there is no such commit.
            Unavailable: the repository is out of reach.
        """
        named = (self.repository.ref(f"{room}/{revision}") for room in ("refs/heads", "refs/tags"))
        name = next(filter(None, named), revision)
        found = None if name.startswith("-") else self.repository.objects.find(f"{name}^{{commit}}")
        if found is None:
            raise Refused(f"{revision} is no commit of {self.repository.place}", "give a branch, a tag or a commit id")
        return CommitId(found.id)

    def log(self, path: str | None = None, commit: CommitId | None = None, limit: int = 20) -> tuple[LogEntry, ...]:
        """Return the commits that changed a file or folder, the newest first.

        Args:
            path: the file or folder; without one, all commits.
            commit: where to begin; the branch's newest, if it isn't given.
            limit: how many at the most.

        Raises:
            Refused: the path isn't one.
            Unavailable: the repository can't be read.
        """
        start = commit or self.head()
        if start is None:
            return ()
        return log(self.repository.objects.git_dir, start, *([check_path(path)] if path else ()), limit=limit)

    def origin(self, commit: CommitId, path: str) -> tuple[LogEntry | None, LogEntry | None]:
        """Return the commit that last changed a file, and the one that brought this change to the branch.

        The second is a merge, or the first itself if it was committed to the branch directly.

        Raises:
            Refused: the path isn't one.
            Unavailable: the repository can't be read.
        """
        changed = next(iter(self.log(path, commit, limit=1)), None)
        return changed, arrival(self.repository.objects.git_dir, commit, path) if changed else None

    def close(self) -> None:
        """End the processes that serve the repository."""
        self.repository.close()
