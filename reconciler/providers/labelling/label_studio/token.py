"""Who we are to Label Studio: a personal access token, which is exchanged for one that lives some minutes.

Since 1.18 such a token is a JWT that by itself opens nothing but `/api/token/refresh/`. The former kind, which an
organization may still allow, opens everything by itself.
"""

import json
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from reconciler.model.errors import Refused, Unavailable
from reconciler.untrusted import parse
from reconciler.wire import Call, Server, Wire

_NOBODY: Mapping[str, str] = MappingProxyType({})
_HINT = "make a new one in Label Studio: Account & Settings, Personal Access Token"


class _Stranger:
    """Nobody: the exchange of a token needs no other one."""

    def headers(self) -> Mapping[str, str]:
        """Return nothing."""
        return _NOBODY

    def renew(self) -> bool:
        """Tell that we are a stranger still."""
        return False


class PersonalToken:
    """A personal access token of Label Studio, for any number of threads.

    Args:
        text: the token.
        server: whose it is.
        timeout: seconds that an answer may take.

    Raises:
        Refused: no header can hold it.
    """

    def __init__(self, text: str, server: Server, timeout: float) -> None:
        text = text.strip()
        if not text or not (text.isascii() and text.isprintable()) or " " in text:
            raise Refused(f"the token for {server.name} has letters that no token has", "give it as it was shown")
        self._text = text
        self._server = server
        self._wire = Wire(server, _Stranger(), timeout)
        self._guard = threading.Lock()
        self._access = ""

    def __repr__(self) -> str:
        """Show that there is one, and never the token itself."""
        return "PersonalToken()"

    @property
    def kind(self) -> str:
        """Return what kind of token it is, in words."""
        return "a personal access token" if self.is_exchanged else "a token of the former kind"

    @property
    def is_exchanged(self) -> bool:
        """Tell whether it opens nothing by itself: it is exchanged for one that lives some minutes."""
        return self._text.count(".") == 2

    def headers(self) -> Mapping[str, str]:
        """Return the header that tells who we are; the first time, the token is exchanged.

        Raises:
            Refused: the server doesn't know the token.
            Unavailable: it doesn't answer.
        """
        if not self.is_exchanged:
            return {"Authorization": f"Token {self._text}"}
        with self._guard:
            self._access = self._access or self._exchanged()
            return {"Authorization": f"Bearer {self._access}"}

    def renew(self) -> bool:
        """Exchange the token anew, as the short-lived one has run out.

        Raises:
            Refused: the server doesn't know the token any more.
            Unavailable: it doesn't answer.
        """
        if not self.is_exchanged:
            return False
        with self._guard:
            self._access = self._exchanged()
        return True

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _exchanged(self) -> str:
        body = json.dumps({"refresh": self._text}).encode()
        answer = self._wire.send(Call("POST", "/api/token/refresh/", body=body))
        if answer.status in (400, 401, 403):
            raise Refused(f"{self._server} doesn't know the token, or it was revoked", _HINT)
        access = _access(answer.body) if answer.status == 200 else ""
        if not access:
            raise Unavailable(f"{self._server} didn't exchange the token: status {answer.status}", "see its log")
        return access


def _access(body: bytes) -> str:
    """Return the short-lived token of an answer; nothing where there is none that a header could hold."""
    try:
        told: Any = parse(body)
    except ValueError:
        return ""
    access = told.get("access") if isinstance(told, dict) else None
    is_token = isinstance(access, str) and access.isascii() and access.isprintable() and len(access) < 16_384
    return str(access) if is_token else ""
