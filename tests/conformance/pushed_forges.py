"""Forges on a server, where a person works by pushes, as the daemon does."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from reconciler.conformance.forges import ForgeBench, GitForgeBench
from reconciler.git.repository import open_repository
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Opinion
from reconciler.ports.forge import Forge


class ShownIssue(NamedTuple):
    """An issue, as people see it."""

    title: str
    body: str
    is_open: bool
    said: list[str]


class ReviewBench(ForgeBench, Protocol):
    """A forge with pull requests, what people see of them, and what the repository's owner says."""

    @property
    def me(self) -> str:
        """Return the daemon's name on the forge."""

    @property
    def owner(self) -> str:
        """Return the owner's."""

    @property
    def reader(self) -> str:
        """Return the name of the one who may only read the repository, once they have said something."""

    def shown(self, number: int) -> Any:
        """Return a pull request as the forge's API has it."""

    def said(self, number: int) -> list[str]:
        """Return the texts of the comments on a pull request."""

    def issues(self) -> list[ShownIssue]:
        """Return the issues, the newest first."""

    def judged(self, commit: CommitId) -> list[tuple[str, str, str]]:
        """Return the statuses of a commit: context, state and line."""

    def check(self, commit: CommitId, name: str, *, has_passed: bool) -> None:
        """Report by the forge's usual way of continuous integration what a check comes to."""

    def team(self, name: str, members: Sequence[str]) -> str:
        """Let these people, of whom the owner may be one, be a team; return by what name the forge knows it."""

    def review(self, number: int, opinion: Opinion, *, by_reader: bool = False) -> None:
        """Say something of a pull request, as the owner or as one who may only read the repository."""


class PushedForgeBench(GitForgeBench):
    """A person's clone of a repository on a server.

    Args:
        folder: where the clone is made.
        daemon_url: where the daemon finds the repository.
        person_url: where the person does.
    """

    def __init__(self, folder: Path, daemon_url: str, person_url: str) -> None:
        super().__init__(folder)
        self._daemon_url = daemon_url
        self._git("remote", "add", "origin", person_url)

    def open(self, environment: str = "dev") -> Forge:
        repository = open_repository(self._daemon_url, self._folder.parent / "state")
        self._opened.append(repository)
        return self.make(repository, environment, self._folder.parent / "own")

    def commit(self, changes: Mapping[str, str], *, merges: CommitId | None = None) -> CommitId:
        if self._git("ls-remote", "origin", "refs/heads/main"):
            self._git(
                "fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/heads/main:refs/heads/main"
            )
        commit = super().commit(changes, merges=merges)
        self._push("refs/heads/main")
        return commit

    def push(self, branch: str, changes: Mapping[str, str], *, off: CommitId | None = None) -> CommitId:
        self._git("fetch", "--quiet", "origin", f"+refs/heads/{branch}:refs/heads/{branch}")
        commit = super().push(branch, changes, off=off)
        self._push("--force", f"refs/heads/{branch}")
        return commit

    def decline(self, branch: str) -> None:
        self._push("--delete", branch)

    def _push(self, *arguments: str) -> None:
        """Push, and let the daemon look again: it takes what it has just heard for true for half a second."""
        self._git("push", "--quiet", "origin", *arguments)
        for repository in self._opened:
            repository.refresh()

    def head(self) -> CommitId:
        self._git("fetch", "--quiet", "origin", "+refs/heads/main:refs/heads/main")
        return super().head()

    def file(self, path: str) -> str:
        self.head()
        return super().file(path)
