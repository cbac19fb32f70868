"""Gitea as a forge on a real server: a repository of its own, a person who owns it, and a user for the daemon."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from reconciler.git.repository import Repository
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Opinion
from reconciler.ports.forge import Forge
from reconciler.providers.forge.gitea import gitea
from tests.conformance.pushed_forges import PushedForgeBench, ShownIssue
from tests.servers.gitea import Gitea, Person
from tests.servers.process import until


class GiteaBench(PushedForgeBench):
    """A repository on a server that others use too."""

    def __init__(self, folder: Path, server: Gitea) -> None:
        self.server = server
        self.person, self.daemon = (server.create_user(f"{who}-{secrets.token_hex(4)}") for who in ("ada", "setpoint"))
        self.name = f"{self.person.name}/models"
        server.create_repository(self.person, "models")
        server.add_collaborator(self.name, self.daemon.name)
        super().__init__(folder, server.clone_url(self.name, self.daemon), server.clone_url(self.name, self.person))

    def make(self, repository: Repository, environment: str, folder: Path) -> Forge:
        return gitea(repository, environment, "main", token=self.daemon.token)

    def commit(self, changes: Mapping[str, str], *, merges: CommitId | None = None) -> CommitId:
        commit = super().commit(changes, merges=merges)
        until(self._is_known, "the server to take note of its first branch")
        return commit

    @property
    def me(self) -> str:
        return self.daemon.name

    @property
    def owner(self) -> str:
        return self.person.name

    @property
    def reader(self) -> str:
        return f"reader-{self.person.name}"

    def shown(self, number: int) -> Any:
        return self._ask("GET", f"/pulls/{number}").json()

    def said(self, number: int) -> list[str]:
        return [one["body"] for one in self._ask("GET", f"/issues/{number}/comments").json()]

    def issues(self) -> list[ShownIssue]:
        found = self._ask("GET", "/issues?state=all&type=issues").json()
        return [ShownIssue(x["title"], x["body"], x["state"] == "open", self.said(x["number"])) for x in found]

    def judged(self, commit: CommitId) -> list[tuple[str, str, str]]:
        told = self._ask("GET", f"/commits/{commit}/status").json()["statuses"]
        return [(one["context"], one["status"], one["description"]) for one in told]

    def check(self, commit: CommitId, name: str, *, has_passed: bool) -> None:
        self._ask("POST", f"/statuses/{commit}", {"context": name, "state": "success" if has_passed else "failure"})

    def team(self, name: str, members: Sequence[str]) -> str:
        acme = f"acme-{self.person.name}"
        if not self.server.api("GET", f"/orgs/{acme}", token=self.person.token).is_success:
            self._do("POST", "/orgs", {"username": acme})
            self._do("POST", f"/orgs/{acme}/teams", {"name": name, "units": ["repo.code"], "permission": "read"})
        teams = self._do("GET", f"/orgs/{acme}/teams").json()
        (number,) = (one["id"] for one in teams if one["name"] == name)
        wanted = {*members, self.daemon.name}  # whom else it doesn't tell
        for who in wanted ^ {one["login"] for one in self._do("GET", f"/teams/{number}/members").json()}:
            self._do("PUT" if who in wanted else "DELETE", f"/teams/{number}/members/{who}")
        return f"{acme}/{name}"

    def _do(self, method: str, path: str, json: object = None) -> httpx.Response:
        return self.server.api(method, path, token=self.person.token, json=json).raise_for_status()

    def review(self, number: int, opinion: Opinion, *, by_reader: bool = False) -> None:
        who = self._reader() if by_reader else self.person
        event = {Opinion.APPROVED: "APPROVED", Opinion.DECLINED: "REQUEST_CHANGES"}[opinion]
        self._ask("POST", f"/pulls/{number}/reviews", {"event": event, "body": "As I see it."}, who)

    def _reader(self) -> Person:
        reader = self.server.create_user(self.reader)
        self.server.add_collaborator(self.name, reader.name, "read")
        return reader

    def _ask(self, method: str, path: str, json: object = None, who: Person | None = None) -> httpx.Response:
        token = (who or self.person).token
        return self.server.api(method, f"/repos/{self.name}{path}", token=token, json=json).raise_for_status()

    def _is_known(self) -> bool:
        """Tell whether the server lists pull requests: of a repository that was empty it hears in its own time."""
        return self.server.api("GET", f"/repos/{self.name}/pulls").is_success
