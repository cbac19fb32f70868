"""A GitLab of its own for each test: bare, or with a branch in its repository that waits to be proposed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.forges.access import Token
from reconciler.forges.budget import Budget
from reconciler.forges.client import ForgeClient
from reconciler.model.ids import CommitId
from reconciler.providers.forge.gitlab.hub import GitLab
from reconciler.providers.forge.gitlab.provider import HEADER, PAGING, ROOT
from reconciler.wire import Server, Wire
from tests.contracts.gitlab import GitLabServer, serving
from tests.contracts.gitlab.documents import NAME
from tests.contracts.gitlab.server import TOKEN

BRANCH = "proposals/dev/promotions/x/0123456789ab"


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[GitLabServer]:
    with serving(GitLabServer(tmp_path)) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitLabServer]:
    with serving(GitLabServer(tmp_path)) as server:
        commit(server, "main", {"README.md": "models\n"})
        commit(server, BRANCH, {"file.yaml": "replicas: 2\n"}, on="main")
        yield server


def commit(server: GitLabServer, branch: str, files: dict[str, str], on: str = "") -> CommitId:
    """Commit files to a branch of the server's, which is made on another where it isn't there."""
    git = server.repository.git
    former = git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", fails=True)
    parent = former or (git("rev-parse", f"refs/heads/{on}") if on else "")
    tree = {} if not parent else dict(line.split("\t")[::-1] for line in git("ls-tree", parent).splitlines())
    for name, text in files.items():
        tree[name] = f"100644 blob {git('hash-object', '-w', '--stdin', told=text)}"
    made = git("mktree", told="".join(f"{what}\t{name}\n" for name, what in tree.items()))
    new = git("commit-tree", made, *(("-p", parent) if parent else ()), "-m", "by hand")
    git("update-ref", f"refs/heads/{branch}", new)
    server.repository.look()
    return CommitId(new)


def client(server: GitLabServer, budget: Budget | None = None, token: str = TOKEN) -> ForgeClient:
    """Return a client of the server."""
    return ForgeClient(Wire(Server("the forge", server.url), Token(token, HEADER, ""), 5.0), ROOT, budget, PAGING)


def hub(server: GitLabServer, budget: Budget | None = None, token: str = TOKEN) -> GitLab:
    """Return the project on the server."""
    return GitLab(client(server, budget, token), NAME)
