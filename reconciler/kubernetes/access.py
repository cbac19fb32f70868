"""Access to an API server: where it is, whom to trust there, and who we are. A token is never shown or written."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext

from reconciler.model.errors import Refused
from reconciler.wire import Server

ROTATION = 60.0
"""Seconds after which a token's file is read again: the kubelet replaces it long before the old one ends."""


class Token:
    """A bearer token, told once or read from a file that somebody else renews.

    Args:
        text: the token, where it never changes.
        file: where it is read from instead.
    """

    def __init__(self, text: str = "", file: Path | None = None) -> None:
        self._text = text
        self._file = file
        self._due = 0.0
        self._guard = threading.Lock()

    def __repr__(self) -> str:
        """Show that there is one, and never the token itself."""
        return f"Token(file={str(self._file)!r})" if self._file else "Token()"

    def headers(self) -> dict[str, str]:
        """Return the header that tells who we are; nothing where there is no token.

        Raises:
            Refused: its file can't be read.
        """
        with self._guard:
            if self._file and time.monotonic() >= self._due:
                self._text = _read(self._file)
                self._due = time.monotonic() + ROTATION
            return {"Authorization": f"Bearer {self._text}"} if self._text else {}

    def renew(self) -> bool:
        """Read the file again, since the server took the token for a stranger's. Tell whether it is another one now."""
        with self._guard:
            if not self._file:
                return False
            former, self._text = self._text, _read(self._file)
            return former != self._text


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"the token of the API server can't be read from {file}", "see that the file is there") from error


@dataclass(frozen=True, slots=True)
class Access:
    """How an API server is reached. `namespace` is the one to use where nobody names another."""

    server: str
    namespace: str = "default"
    trust: SSLContext | None = field(default=None, repr=False)
    token: Token = field(default_factory=Token)
    host: str = ""
    """The name that the server's certificate bears, where it isn't that of the address."""


def api_server(access: Access) -> Server:
    """Return the API server as one asks it, and as messages name it."""
    remedy = "see certificate-authority in the kubeconfig"
    return Server("the API server", access.server, access.trust, access.host, remedy)
