"""The forge provider `github`, made of its options."""

from reconciler.forges.access import Token, address_of
from reconciler.forges.branches import ProposalBranches
from reconciler.forges.budget import WRITES, Budget
from reconciler.forges.client import ForgeClient
from reconciler.forges.documents import text
from reconciler.forges.paging import Paging
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.git.repository import Repository
from reconciler.providers.forge.github.address import Edition, api_of
from reconciler.providers.forge.github.hub import GitHub
from reconciler.providers.forge.github.merges import MERGING
from reconciler.settings import reveal
from reconciler.wire import Server, Wire

TIMEOUT = 10.0
VERSION = "2022-11-28"
"""The version of the API, which Enterprise Server has too; what is read of documents is the same in 2026-03-10."""
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION}
PAGING = Paging(100, ("per_page",), links=True)


def github(
    repository: Repository,
    environment: str,
    branch: str,
    *,
    token: str = "",
    url: str = "",
    api: str = "",
    edition: str = "",
    path: str = "",
    timeout: float = TIMEOUT,
    spacing: float = WRITES,
) -> PullRequestForge:
    """Return the forge of one environment.

    Args:
        repository: the repository.
        environment: the environment's name.
        branch: the watched branch's name.
        token: a fine-grained token that may write contents, pull requests and commit statuses of the repository.
        url: where people reach it, such as `https://github.com`; by default where the repository is.
        api: where its API answers; by default as GitHub has it for that address.
        edition: `cloud` or `server`; by default as the address says.
        path: the repository there, `owner/name`; by default as its URL says.
        timeout: seconds that an answer may take.
        spacing: seconds between two writes; GitHub asks for one.

    Raises:
        Refused: one of the names isn't one, the secret isn't set, or nothing tells where the server is.
    """
    address, named = address_of(repository, url, path)
    found = api_of(address, api, edition)
    wire = Wire(Server("the forge", found.address), Token(reveal(token)), timeout, headers=HEADERS)
    client = ForgeClient(wire, found.root, Budget(spacing=spacing), PAGING)
    merging = MERGING[found.edition is Edition.CLOUD](client)
    hub = GitHub(client, named, merging, lambda: text(client.get("/user"), "login"))
    branches = ProposalBranches(repository, environment, branch)
    return PullRequestForge(branches, hub, repository, environment)
