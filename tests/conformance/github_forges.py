"""GitHub as a forge, on a server that is held to its description."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from gidgethub.httpx import GitHubAPI

from reconciler.git.repository import Repository
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Opinion
from reconciler.ports.forge import Forge
from reconciler.providers.forge.github import github
from tests.conformance.pushed_forges import PushedForgeBench, ShownIssue
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, BOT, OWNER, SLUG, TOKEN, pem
from tests.contracts.github.server import NAME


class GitHubBench(PushedForgeBench):
    """A repository on a server of its own: on github.com the daemon is an App, on Enterprise Server it has a token.

    Args:
        folder: where both are made.
        edition: `cloud` or `server`.
    """

    def __init__(self, folder: Path, edition: str) -> None:
        self._running = ExitStack()
        self.server = self._running.enter_context(serving(GitHubServer(folder, edition)))
        super().__init__(folder, self.server.repository.url, self.server.repository.url)

    def make(self, repository: Repository, environment: str, folder: Path) -> Forge:
        server = self.server
        place: dict[str, Any] = {"url": server.url, "api": server.api, "edition": server.edition, "path": NAME}
        who: dict[str, Any] = {"app": APP, "private_key": pem()} if server.edition == "cloud" else {"token": TOKEN}
        return github(repository, environment, "main", spacing=0.0, **place, **who)

    @property
    def me(self) -> str:
        return f"{SLUG}[bot]" if self.server.edition == "cloud" else BOT

    @property
    def owner(self) -> str:
        return OWNER

    @property
    def reader(self) -> str:
        return "reader"

    def shown(self, number: int) -> Any:
        return self._read(f"/pulls/{number}")

    def said(self, number: int) -> list[str]:
        return [one["body"] for one in self._read(f"/issues/{number}/comments")]

    def issues(self) -> list[ShownIssue]:
        found = [one for one in self._read("/issues?state=all") if "pull_request" not in one]
        return [ShownIssue(x["title"], x["body"], x["state"] == "open", self.said(x["number"])) for x in found]

    def judged(self, commit: CommitId) -> list[tuple[str, str, str]]:
        told = self._read(f"/commits/{commit}/status")["statuses"]
        return [(one["context"], one["state"], one["description"]) for one in told]

    def check(self, commit: CommitId, name: str, *, has_passed: bool) -> None:
        """Report a check run, as GitHub Actions do; to the token of Enterprise Server they aren't shown."""
        state, repository = "success" if has_passed else "failure", self.server.repository
        with self.server.lock:
            if self.server.edition == "cloud":
                repository.check(commit, name, state)
            else:
                kept = repository.statuses.setdefault(commit, [])
                kept.insert(0, {"context": name, "state": state, "id": 1 + len(kept)})

    def team(self, name: str, members: Sequence[str]) -> str:
        with self.server.lock:
            self.server.accounts.granted["members"] = "read"
            self.server.accounts.teams[f"acme/{name}"] = list(members)
        return f"acme/{name}"

    def review(self, number: int, opinion: Opinion, *, by_reader: bool = False) -> None:
        with self.server.lock:
            self.server.accounts.people["reader"] = "read"
            state = {Opinion.APPROVED: "APPROVED", Opinion.DECLINED: "CHANGES_REQUESTED"}[opinion]
            repository = self.server.repository
            repository.review(repository.pulls[number], "reader" if by_reader else OWNER, state)

    def _read(self, path: str) -> Any:
        """Read something by a client that others wrote."""

        async def read() -> Any:
            async with httpx.AsyncClient() as connections:
                github = GitHubAPI(connections, "another-client", oauth_token=TOKEN, base_url=self.server.api)
                return await github.getitem(f"/repos/{NAME}{path}")

        return asyncio.run(read())

    def close(self) -> None:
        super().close()
        self._running.close()
