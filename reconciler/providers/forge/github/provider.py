"""The forge provider `github`, made of its options."""

from collections.abc import Callable

from reconciler.forges.access import Token, address_of
from reconciler.forges.branches import MergedByLines
from reconciler.forges.budget import WRITES, Budget
from reconciler.forges.client import ForgeClient
from reconciler.forges.documents import text
from reconciler.forges.paging import Paging
from reconciler.forges.pull_requests import PullRequestForge
from reconciler.forges.web_files import WebFiles
from reconciler.git.repository import Repository
from reconciler.model.errors import Refused
from reconciler.providers.forge.github.address import Api, Edition, api_of
from reconciler.providers.forge.github.app import ISSUES, TEAMS, Claim, InstallationToken
from reconciler.providers.forge.github.hub import GitHub
from reconciler.providers.forge.github.merges import MERGING, Merging
from reconciler.providers.forge.github.signing import read_key, signer
from reconciler.settings import reveal
from reconciler.signatures import SigningKey
from reconciler.wire import Identity, Server, Wire

TIMEOUT = 10.0
VERSION = "2022-11-28"
"""The version of the API, which Enterprise Server has too; what is read of documents is the same in 2026-03-10."""
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION}
PAGING = Paging(100, ("per_page",), links=True)
ROOMS = ("blob", "blob", "raw")
"""What stands in addresses of pages of a commit's files, of a branch's, and of files themselves."""
_EXPIRED = "the token is wrong, or has ended"
STRANGER = "see that `app` and its private key belong together, and that the clock of this machine is right"


def github(
    repository: Repository,
    environment: str,
    branch: str,
    signing_key: SigningKey | None = None,
    *,
    token: str = "",
    app: str | int = "",
    private_key: str = "",
    private_key_file: str = "",
    installation: int = 0,
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
        signing_key: signs proposals, and tells which were made here; their merges are GitHub's.
        token: a fine-grained token that may write contents, pull requests and commit statuses of the repository.
        app: instead of a token, the client id or number of an App that is installed on the repository.
        private_key: the App's private key, best `${secret:GITHUB_APP_KEY}`.
        private_key_file: instead of that, a file with it.
        installation: the number of the App's installation; by default the one on the repository.
        url: where people reach it, such as `https://github.com`; by default where the repository is.
        api: where its API answers; by default as GitHub has it for that address.
        edition: `cloud` or `server`; by default as the address says.
        path: the repository there, `owner/name`; by default as its URL says.
        timeout: seconds that an answer may take.
        spacing: seconds between two writes; GitHub asks for one.

    Raises:
        Refused: a name isn't one, the secret isn't set, or nothing tells where the server is or who we are.
    """
    address, named = address_of(repository, url, path)
    found = api_of(address, api, edition)
    asking = _as_app(found, claim_of(app, private_key, private_key_file), timeout) if _is_app(token, app) else None
    installed = InstallationToken(asking, named, installation) if asking else None
    client = api_client(found, installed or Token(reveal(token)), timeout, Budget(spacing=spacing))
    teams, issues = _narrow(asking, (named, installation), found, timeout, client.budget)
    name = _name(client, installed)
    hub = GitHub(client, named, _merging(found, client), name, installed, teams=teams, issues=issues)
    branches = MergedByLines(repository, environment, branch, signing_key)
    return PullRequestForge(branches, hub, repository, environment, files=WebFiles(address, named, *ROOMS))


def _narrow(
    asking: ForgeClient | None, place: tuple[str, int], api: Api, timeout: float, budget: Budget
) -> list[ForgeClient | None]:
    """Return what asks for teams, and what for issues, of an App: by tokens of that right alone; None for a user."""
    wanted = (TEAMS, ISSUES)
    identities = [InstallationToken(asking, *place, wanted=(one,)) if asking else None for one in wanted]
    return [api_client(api, one, timeout, budget) if one else None for one in identities]


def _as_app(api: Api, claim: Identity, timeout: float) -> ForgeClient:
    """Return a client that asks as an App, for tokens of its installation."""
    return api_client(api, claim, timeout, stranger=STRANGER)


def _merging(api: Api, client: ForgeClient) -> Merging:
    """Return how the edition is asked for a merge."""
    return MERGING[api.edition is Edition.CLOUD](client)


def _name(client: ForgeClient, app: InstallationToken | None) -> Callable[[], str]:
    """Return what tells our own name: the App's, or the user's whose token it is."""
    return app.name if app else lambda: text(client.get("/user"), "login")


def api_client(
    api: Api, identity: Identity, timeout: float, budget: Budget | None = None, stranger: str = _EXPIRED
) -> ForgeClient:
    """Return a client of GitHub's API, by which whoever asks is known."""
    wire = Wire(Server("the forge", api.address), identity, timeout, headers=HEADERS)
    return ForgeClient(wire, api.root, budget, PAGING, stranger)


def _is_app(token: str, app: str | int) -> bool:
    """Tell whether we are an App.

    Raises:
        Refused: there is neither an App nor a token, or both.
    """
    if bool(token) == bool(app):
        raise Refused("GitHub isn't told who we are", "give either `token` or `app` beside the provider")
    return bool(app)


def claim_of(app: str | int, key: str, file: str) -> Claim:
    """Return an App's claim of who it is.

    Raises:
        Refused: there is not one private key, or it can't be read.
    """
    if bool(key) == bool(file):
        raise Refused("the App of GitHub has no private key", "give `private_key` or `private_key_file` beside `app`")
    return Claim(str(app), signer(reveal(key) if key else read_key(file)))
