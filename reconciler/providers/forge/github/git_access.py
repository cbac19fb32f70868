"""How Git itself reaches a repository on GitHub as an App: by its key, and a token that may read and push and no more.

A token is handed out for the one repository, over the scheme by which that is reached, and to nobody else: a helper
that is set for all hosts is asked for all of them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from reconciler.forges.access import address_at
from reconciler.git.credentials import sent
from reconciler.model.text import without_credentials
from reconciler.providers.forge.github.address import api_of
from reconciler.providers.forge.github.app import InstallationToken
from reconciler.providers.forge.github.provider import STRANGER, TIMEOUT, api_client, claim_of

USER = "x-access-token"
"""The name under which GitHub takes a token of an App for a password."""
RIGHTS: Mapping[str, str] = MappingProxyType({"contents": "write"})


class GitAccess:
    """Credentials of Git for one repository. Any number of threads may use it.

    Args:
        address: where people reach GitHub.
        repository: `owner/name`.
        token: the App's, for that repository.
    """

    def __init__(self, address: str, repository: str, token: InstallationToken) -> None:
        self._address = address
        self._repository = repository
        self._token = token

    def is_for(self, asked: Mapping[str, str]) -> bool:
        """Tell whether a request of Git (gitcredentials(7)) is for this repository; it may leave out the path."""
        here = urlsplit(self._address)
        path = asked.get("path", "").strip("/").removesuffix(".git")
        is_here = (asked.get("protocol"), asked.get("host")) == (here.scheme, here.netloc)
        return is_here and path.lower() in ("", self._repository.lower())

    def answer(self) -> Mapping[str, str]:
        """Return what a credential helper answers: name, password, and when that ends.

        Raises:
            Refused: the App isn't known, isn't installed there, or wasn't granted what it needs.
            Unavailable: GitHub didn't answer, or not with a token.
        """
        text, ends = self._token.text()
        told = {"username": USER, "password": text}
        return {**told, "password_expiry_utc": str(ends)} if ends else told

    def given(self) -> Mapping[str, str]:
        """Return the environment variables by which Git has them; raises as `answer` does."""
        return sent(self._address, USER, self._token.text()[0])


def git_access(
    place: str,
    *,
    app: str | int,
    private_key: str = "",
    private_key_file: str = "",
    installation: int = 0,
    url: str = "",
    api: str = "",
    edition: str = "",
    path: str = "",
    timeout: float = TIMEOUT,
    **_others: Any,
) -> GitAccess:
    """Return Git's way to a repository, by the options of the forge `github`.

    Args:
        place: the repository's URL, or its path where the options say the rest.
        app: the App's client id or number.
        private_key: its private key, or a secret that holds it.
        private_key_file: instead of that, a file with it.
        installation: the number of its installation; 0 is asked for.
        url: where people reach GitHub; by default as the place says.
        api: where its API answers; by default as GitHub has it for that address.
        edition: `cloud` or `server`; by default as the address says.
        path: the repository there, `owner/name`; by default as the place says.
        timeout: seconds that an answer may take.

    Raises:
        Refused: nothing tells where the repository is, or the key is none.
    """
    address, named = address_at(without_credentials(place), url, path)
    claim = claim_of(app, private_key, private_key_file)
    client = api_client(api_of(address, api, edition), claim, timeout, stranger=STRANGER)
    return GitAccess(address, named, InstallationToken(client, named, installation, wanted=(RIGHTS,)))
