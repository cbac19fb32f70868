"""The forge provider `gitlab`, made of its options."""

from reconciler.forges.access import Token, address_of
from reconciler.forges.branches import MergedByLines
from reconciler.forges.budget import Budget
from reconciler.forges.client import ForgeClient
from reconciler.forges.paging import Paging
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.forges.web_files import WebFiles
from reconciler.git.repository import Repository
from reconciler.providers.forge.gitlab.hub import GitLab
from reconciler.settings import reveal
from reconciler.signatures import SigningKey
from reconciler.wire import Server, Wire

TIMEOUT = 10.0
ROOT = "/api/v4"
PAGING = Paging(100, ("per_page",))
"""It tells of a next page by a header; where a proxy takes that away, a page that is full has another behind it."""
HEADER = "PRIVATE-TOKEN"
"""Bears any access token: of a project, a group or a user."""


def gitlab(
    repository: Repository,
    environment: str,
    branch: str,
    signing_key: SigningKey | None = None,
    *,
    token: str,
    url: str = "",
    path: str = "",
    timeout: float = TIMEOUT,
) -> PullRequestForge:
    """Return the forge of one environment.

    Args:
        repository: the repository.
        environment: the environment's name.
        branch: the watched branch's name.
        signing_key: signs proposals, and tells which were made here; their merges are the server's.
        token: an access token of the project that may use the API and write, best `${secret:GITLAB_TOKEN}`.
        url: where GitLab answers; by default where the repository is.
        path: the project there, `group/name`; by default as the repository's URL says.
        timeout: seconds that an answer may take.

    Raises:
        Refused: one of the names isn't one, the secret isn't set, or nothing tells where GitLab is.
    """
    address, named = address_of(repository, url, path)
    wire = Wire(Server("the forge", address), Token(reveal(token), HEADER, ""), timeout)
    hub = GitLab(ForgeClient(wire, ROOT, Budget(), PAGING), named)
    branches = MergedByLines(repository, environment, branch, signing_key)
    files = WebFiles(address, named, "-/blob", "-/blob", "-/raw")
    return PullRequestForge(branches, hub, repository, environment, files=files)
