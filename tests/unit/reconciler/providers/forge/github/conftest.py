"""A GitHub of its own for each test: bare, or with a branch in its repository that waits to be proposed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.forges.access import Token
from reconciler.forges.budget import Budget
from reconciler.forges.client import ForgeClient
from reconciler.providers.forge.github.provider import HEADERS, PAGING
from reconciler.wire import Server, Wire
from tests.contracts.github import GitHubServer, serving
from tests.contracts.github.accounts import TOKEN
from tests.contracts.github.server import ROOTS

BRANCH = "proposals/dev/promotions/x/0123456789ab"


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[GitHubServer]:
    with serving(GitHubServer(tmp_path)) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitHubServer]:
    with serving(GitHubServer(tmp_path)) as server:
        server.repository.commit("main", {"README.md": "models\n"})
        server.repository.commit(BRANCH, {"file.yaml": "replicas: 2\n"}, off="main")
        yield server


def client(server: GitHubServer, budget: Budget | None = None, token: str = TOKEN) -> ForgeClient:
    """Return a client of the server."""
    wire = Wire(Server("the forge", server.url), Token(token), 5.0, headers=HEADERS)
    return ForgeClient(wire, ROOTS[server.edition], budget, PAGING)
