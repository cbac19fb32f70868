"""GitHub as a forge, on a server that is held to its description."""

from contextlib import ExitStack
from pathlib import Path

from reconciler.git.repository import Repository
from reconciler.ports.forge import Forge
from reconciler.providers.forge.github import github
from tests.conformance.pushed_forges import PushedForgeBench
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.server import NAME, TOKEN


class GitHubBench(PushedForgeBench):
    """A repository on a server of its own.

    Args:
        folder: where both are made.
        edition: `cloud` or `server`.
    """

    def __init__(self, folder: Path, edition: str = "cloud") -> None:
        self._running = ExitStack()
        self.server = self._running.enter_context(serving(GitHubServer(folder, edition)))
        super().__init__(folder, self.server.repository.url, self.server.repository.url)

    def make(self, repository: Repository, environment: str, folder: Path) -> Forge:
        server = self.server
        place = {"url": server.url, "api": server.api, "edition": server.edition, "path": NAME}
        return github(repository, environment, "main", token=TOKEN, spacing=0.0, **place)

    def close(self) -> None:
        super().close()
        self._running.close()
