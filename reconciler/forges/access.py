"""Which repository of which forge, and who we are there. A token is never shown or written."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from reconciler.git.repository import Repository
from reconciler.model.errors import Refused
from reconciler.model.text import printable
from runners.contract.mistakes import shown


class Token:
    """A token that never changes, as a header of each request.

    Args:
        text: the token.
        header: the header's name.
        scheme: what stands before the token in the header, such as `Bearer`.

    Raises:
        Refused: no header can hold it.
    """

    def __init__(self, text: str, header: str = "Authorization", scheme: str = "Bearer") -> None:
        text = text.strip()
        if not (text.isascii() and text.isprintable()):
            raise Refused("the token has letters that no token has", "give it on one line, as the forge showed it")
        self._headers = {header: f"{scheme} {text}".strip()}

    def __repr__(self) -> str:
        """Show that there is one, and never the token itself."""
        return "Token()"

    def headers(self) -> Mapping[str, str]:
        """Return the header that tells who we are."""
        return self._headers

    def renew(self) -> bool:
        """Tell that it is still the same."""
        return False


def address_of(repository: Repository, url: str = "", path: str = "") -> tuple[str, str]:
    """Return a forge's address and the path of a repository on it, `owner/name`.

    Args:
        repository: the watched repository, by whose URL both are told where the options don't.
        url: the forge's address, as an option tells it.
        path: the repository's path there, as an option tells it.

    Raises:
        Refused: the options don't tell it, and the repository isn't reached by HTTP; or the path is none.
    """
    return address_at(repository.place, url, path)


def address_at(known: str, url: str = "", path: str = "") -> tuple[str, str]:
    """Return the same as `address_of` for a repository by its place, without credentials.

    Raises:
        Refused: neither the place nor the options tell it, or the path is none.
    """
    place = urlsplit(known if "://" in known else "")
    if not url and place.scheme in ("http", "https"):
        url = f"{place.scheme}://{place.netloc.rpartition('@')[2]}"
    path = path or unquote(place.path).strip("/").removesuffix(".git")
    if not url:
        hint = "give `url`, the forge's address, beside the provider in environment.yaml"
        raise Refused(f"{known} doesn't say where its forge answers", hint)
    parts = path.split("/")
    if len(parts) < 2 or any(not name or name in (".", "..") or name != printable(name) for name in parts):
        hint = "give `path` as owner/name beside the provider in environment.yaml"
        raise Refused(f"{shown(path)} is no repository of a forge", hint)
    return url.rstrip("/"), path
