"""GitLab as a forge, on a server that is held against a client that others wrote."""

from contextlib import ExitStack
from pathlib import Path

import gitlab as clients

from reconciler.git.repository import Repository
from reconciler.ports.forge import Forge
from reconciler.providers.forge.gitlab import gitlab
from tests.conformance.pushed_forges import PushedForgeBench
from tests.contracts.gitlab import GitLabServer, serving
from tests.contracts.gitlab.documents import NAME
from tests.contracts.gitlab.server import PERSON_TOKEN, TOKEN


class GitLabBench(PushedForgeBench):
    """A project on a server of its own, and a person who works on it."""

    def __init__(self, folder: Path) -> None:
        self._running = ExitStack()
        self.server = self._running.enter_context(serving(GitLabServer(folder)))
        super().__init__(folder, self.server.repository.url, self.server.repository.url)

    def make(self, repository: Repository, environment: str, folder: Path) -> Forge:
        return gitlab(repository, environment, "main", token=TOKEN, url=self.server.url, path=NAME)

    def client(self, token: str = PERSON_TOKEN) -> clients.Gitlab:
        """Return a client that others wrote, as the person or somebody else."""
        client: clients.Gitlab = self._running.enter_context(clients.Gitlab(self.server.url, private_token=token))
        return client

    def close(self) -> None:
        super().close()
        self._running.close()
