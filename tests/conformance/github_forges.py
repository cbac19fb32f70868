"""GitHub as a forge, on a server that is held to its description."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reconciler.git.repository import Repository
from reconciler.ports.forge import Forge
from reconciler.providers.forge.github import github
from tests.conformance.pushed_forges import PushedForgeBench
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import APP, TOKEN, pem
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

    def close(self) -> None:
        super().close()
        self._running.close()
