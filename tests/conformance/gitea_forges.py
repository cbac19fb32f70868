"""Gitea as a forge on a real server: a repository of its own, a person who owns it, and a user for the daemon."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import httpx

from reconciler.conformance.forges import GitForgeBench
from reconciler.git.repository import Repository, open_repository
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Opinion
from reconciler.ports.forge import Forge
from reconciler.providers.forge.gitea import gitea
from tests.conformance.review_pages import Page
from tests.servers.gitea import Gitea, Person
from tests.servers.process import until

_EVENTS = {Opinion.APPROVED: "APPROVED", Opinion.DECLINED: "REQUEST_CHANGES"}


class GiteaBench(GitForgeBench):
    """A repository on a server that others use too; a person works on it by pushes."""

    def __init__(self, folder: Path, server: Gitea) -> None:
        super().__init__(folder)
        self.server = server
        self.person, self.daemon = (server.create_user(f"{who}-{secrets.token_hex(4)}") for who in ("ada", "setpoint"))
        self.name = f"{self.person.name}/models"
        server.create_repository(self.person, "models")
        server.add_collaborator(self.name, self.daemon.name)
        self._git("remote", "add", "origin", server.clone_url(self.name, self.person))

    def open(self, environment: str = "dev") -> Forge:
        repository = open_repository(self.server.clone_url(self.name, self.daemon), self._folder.parent / "state")
        self._opened.append(repository)
        return self.make(repository, environment, self._folder.parent / "own")

    def make(self, repository: Repository, environment: str, folder: Path) -> Forge:
        return gitea(repository, environment, "main", token=self.daemon.token)

    def commit(self, changes: Mapping[str, str], *, merges: CommitId | None = None) -> CommitId:
        if self._git("ls-remote", "origin", "refs/heads/main"):
            self._git(
                "fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/heads/main:refs/heads/main"
            )
        commit = super().commit(changes, merges=merges)
        self._git("push", "--quiet", "origin", "refs/heads/main")
        until(self._is_known, "the server to take note of its first branch")
        return commit

    def ask(self, method: str, path: str, json: object = None, who: Person | None = None) -> httpx.Response:
        """Ask the API about the repository, as the person."""
        token = (who or self.person).token
        return self.server.api(method, f"/repos/{self.name}{path}", token=token, json=json).raise_for_status()

    def review(self, number: int, event: str, who: Person | None = None) -> None:
        """Say something of a pull request, as the person or somebody else."""
        self.ask("POST", f"/pulls/{number}/reviews", {"event": event, "body": "As I see it."}, who)

    def page(self, number: int) -> Page:
        shown = self.ask("GET", f"/pulls/{number}").json()
        return Page(shown["title"], shown["body"], shown["base"]["ref"], shown["html_url"])

    def opine(self, number: int, opinion: Opinion) -> None:
        self.review(number, _EVENTS[opinion])

    def opine_as_reader(self, number: int) -> None:
        reader = self.server.create_user(f"reader-{self.person.name}")
        self.server.add_collaborator(self.name, reader.name, "read")
        self.review(number, "APPROVED", reader)

    def statuses(self, commit: CommitId) -> list[tuple[str, str, str]]:
        told = self.ask("GET", f"/commits/{commit}/status").json()["statuses"]
        return [(one["context"], one["status"], one["description"]) for one in told]

    def comments(self, number: int) -> list[str]:
        return [one["body"] for one in self.ask("GET", f"/issues/{number}/comments").json()]

    @property
    def names(self) -> tuple[str, str]:
        return self.person.name, self.daemon.name

    def _is_known(self) -> bool:
        """Tell whether the server lists pull requests: of a repository that was empty it hears in its own time."""
        return self.server.api("GET", f"/repos/{self.name}/pulls").is_success

    def push(self, branch: str, changes: Mapping[str, str], *, off: CommitId | None = None) -> CommitId:
        self._git("fetch", "--quiet", "origin", f"+refs/heads/{branch}:refs/heads/{branch}")
        commit = super().push(branch, changes, off=off)
        self._git("push", "--quiet", "--force", "origin", f"refs/heads/{branch}")
        return commit

    def decline(self, branch: str) -> None:
        self._git("push", "--quiet", "origin", "--delete", branch)

    def head(self) -> CommitId:
        self._git("fetch", "--quiet", "origin", "+refs/heads/main:refs/heads/main")
        return super().head()

    def file(self, path: str) -> str:
        self.head()
        return super().file(path)
