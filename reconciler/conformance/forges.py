"""What a forge is tried on: a repository, with the hand of a person on it."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from reconciler.git.repository import Repository, open_repository
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal
from reconciler.ports.forge import Agreed, Forge, ProposalOrder
from reconciler.providers.forge.git import GitForge


class ForgeBench(Protocol):
    """A repository with a watched branch that has one commit, and what a person does to it."""

    def open(self, environment: str = "dev") -> Forge:
        """Return a provider on the repository, as a daemon that has just started makes it."""

    def commit(self, changes: Mapping[str, str], *, merges: CommitId | None = None) -> CommitId:
        """Commit changes to the watched branch, or the merge of another commit."""

    def push(self, branch: str, changes: Mapping[str, str], *, off: CommitId | None = None) -> CommitId:
        """Commit changes on top of a branch, or of another commit, and have the branch point there."""

    def decline(self, branch: str) -> None:
        """Delete a branch."""

    def head(self) -> CommitId:
        """Return the watched branch's head."""

    def file(self, path: str) -> str:
        """Return a file of the watched branch."""

    def close(self) -> None:
        """End whatever still runs."""


class GitForgeBench:
    """A bare repository of Git, and plain branches as the forge."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "repository with a space.git"
        self._index = folder / "index"
        self._opened: list[Repository] = []
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(self._folder)], check=True)

    def open(self, environment: str = "dev") -> Forge:
        self._opened.append(open_repository(self._folder, self._folder.parent / "state"))
        return self.make(self._opened[-1], environment, self._folder.parent / "own")

    def make(self, repository: Repository, environment: str, folder: Path) -> Forge:
        """Return the provider; one that works on a repository of Git overrides this. The folder is its own."""
        return GitForge(repository, environment, "main")

    def commit(self, changes: Mapping[str, str], *, merges: CommitId | None = None) -> CommitId:
        former = self._git("for-each-ref", "--format=%(objectname)", "refs/heads/main")
        commit = self._committed(former, changes, merges)
        self._git("update-ref", "refs/heads/main", commit)
        return commit

    def _committed(self, former: str, changes: Mapping[str, str], merges: CommitId | None = None) -> CommitId:
        """Commit changes on top of a commit, or of nothing."""
        self._git("read-tree", former) if former else self._git("read-tree", "--empty")
        for path, text in changes.items():
            blob = self._git("hash-object", "-w", "--stdin", told=text)
            self._git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        parents = [option for parent in (former, merges) if parent for option in ("-p", parent)]
        return CommitId(self._git("commit-tree", self._git("write-tree"), *parents, "-m", "by hand"))

    def push(self, branch: str, changes: Mapping[str, str], *, off: CommitId | None = None) -> CommitId:
        commit = self._committed(off or CommitId(self._git("rev-parse", f"refs/heads/{branch}")), changes)
        self._git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def decline(self, branch: str) -> None:
        self._git("update-ref", "-d", f"refs/heads/{branch}")

    def head(self) -> CommitId:
        return CommitId(self._git("rev-parse", "refs/heads/main"))

    def file(self, path: str) -> str:
        return self._git("cat-file", "blob", f"refs/heads/main:{path}", strip=False)

    def _git(self, *arguments: str, told: str = "", strip: bool = True) -> str:
        person = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environ = {**os.environ, **person, "GIT_INDEX_FILE": str(self._index)}
        command = ["git", "--git-dir", str(self._folder), *arguments]
        done = subprocess.run(command, input=told, env=environ, capture_output=True, text=True, check=True)
        return done.stdout.strip() if strip else done.stdout

    def close(self) -> None:
        for repository in self._opened:
            repository.close()


class Reborn:
    """A forge whose daemon is killed after every call: each call is made on a provider that has just been opened."""

    def __init__(self, open_: Callable[[], Forge]) -> None:
        self._open = open_

    def list(self) -> Mapping[str, Proposal]:
        return self._open().list()

    def propose(self, order: ProposalOrder) -> None:
        self._open().propose(order)

    def merge(self, name: str, agreed: Agreed | None = None) -> CommitId:
        return self._open().merge(name, agreed)

    def close(self, name: str, why: str = "") -> None:
        self._open().close(name, why)
