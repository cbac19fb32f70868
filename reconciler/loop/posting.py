"""Posting: a document to an address of HTTP, which takes it, may take it later, or never will."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.model.errors import Refused, Unavailable

if TYPE_CHECKING:
    from reconciler.wire import Answer

LARGEST_ANSWER = 64 * 2**10
PATIENCE = 10.0
"""Seconds that a whole answer may take."""
_AGAIN = frozenset({401, 403, 408, 429})
"""Statuses from 400 to 499 after which a document may still be taken, once somebody has mended something."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is posted: its name for messages, its address, and the option of `environment.yaml` that says so.

    Of an address that is a secret nothing is told but its host.
    """

    name: str
    url: str = field(repr=False)
    option: str = ""
    is_secret: bool = False

    def __str__(self) -> str:
        """Return it without what may be a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" if self.is_secret else self.url.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is posted. To post it twice does no harm."""

    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def bearer(token: str) -> Mapping[str, str]:
    """Return the header that tells who we are: whoever has the token."""
    return {"Authorization": f"Bearer {token}"}


def post(place: Place, letter: Letter) -> None:
    """Post a document once.

    Raises:
        Unavailable: it wasn't taken, and may be later.
        Refused: it never will be.
    """
    answer = _posted(place, letter)
    if 200 <= answer.status < 300:
        return
    what = f"{place} answered with status {answer.status}"
    if 400 <= answer.status < 500 and answer.status not in _AGAIN:
        raise Refused(what)
    raise Unavailable(what, f"see that `{place.option}` in environment.yaml is where it is taken")


class _Sender:
    """Who we are: whoever has these headers."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def headers(self) -> Mapping[str, str]:
        """Return them."""
        return self._headers

    def renew(self) -> bool:
        """Tell that there are no others."""
        return False


def _posted(place: Place, letter: Letter) -> "Answer":
    try:
        return answered(place.name, place.url, letter, PATIENCE, LARGEST_ANSWER)
    except ModuleNotFoundError as error:
        what = f"{place.option} needs {error.name}, which isn't installed"
        raise Unavailable(what, "install setpoint[forges] where the daemon runs") from error
    except Refused as error:
        raise Unavailable(error.message, error.hint) from error


def answered(name: str, url: str, letter: Letter, seconds: float, size: int, *, is_safe: bool = True) -> "Answer":
    """Post a document to an address, by a connection of its own, and return what is answered, whatever it says.

    Args:
        name: what the server is called in messages.
        url: its address.
        letter: what is posted.
        seconds: how long the whole answer may take.
        size: bytes that it may have.
        is_safe: whether to ask twice does no harm.

    Raises:
        Unavailable: nobody answered, or not wholly.
        Refused: the server's certificate isn't trusted.
        ModuleNotFoundError: what asks isn't installed.
    """
    from reconciler.wire import Bounds, Call, Server, Wire

    parts = urlsplit(url)
    wire = Wire(Server(name, f"{parts.scheme}://{parts.netloc}"), _Sender(letter.headers), seconds)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        bounds, kind = Bounds(size, seconds, 1), letter.content_type
        return wire.send(Call("POST", path, body=letter.body, content_type=kind, is_safe=is_safe, bounds=bounds))
    finally:
        wire.close()
