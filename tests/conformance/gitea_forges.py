"""Gitea as a forge on a real server: a repository of its own, a person who owns it, and a user for the daemon."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import httpx

from reconciler.git.repository import Repository
from reconciler.model.ids import CommitId
from reconciler.ports.forge import Forge
from reconciler.providers.forge.gitea import gitea
from tests.conformance.pushed_forges import PushedForgeBench
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

    def ask(self, method: str, path: str, json: object = None, who: Person | None = None) -> httpx.Response:
        """Ask the API about the repository, as the person."""
        token = (who or self.person).token
        return self.server.api(method, f"/repos/{self.name}{path}", token=token, json=json).raise_for_status()

    def review(self, number: int, event: str, who: Person | None = None) -> None:
        """Say something of a pull request, as the person or somebody else."""
        self.ask("POST", f"/pulls/{number}/reviews", {"event": event, "body": "As I see it."}, who)

    def _is_known(self) -> bool:
        """Tell whether the server lists pull requests: of a repository that was empty it hears in its own time."""
        return self.server.api("GET", f"/repos/{self.name}/pulls").is_success
