"""One request and its answer, within bounds: so many bytes, so many seconds, no redirection, no second try."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from reconciler import untrusted
from reconciler.model.errors import Refused, Unavailable

LARGEST = 4 * 2**20
"""Bytes that are read of an answer."""
LONGEST = 30.0
"""Seconds that a whole answer may take."""
_PIECE = 2**16


@dataclass(frozen=True, slots=True)
class Sent:
    """A request: its method, its path below the server's URL, and what goes with it."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer; its headers have small letters. A status of 0 is none: the connection broke off, or it was late."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> Any:
        """Return the body as JSON; None where it is none."""
        try:
            return untrusted.parse(self.body)
        except ValueError:
            return None


class Client:
    """Asks one server.

    Args:
        url: the server's, with the path before `/v2` where it has one.
        key: what is sent as a bearer token; nothing where it is empty.
        timeout: seconds to wait for a connection and for each next byte.

    Raises:
        Refused: the URL is none of HTTP.
    """

    def __init__(self, url: str, key: str = "", timeout: float = 10.0) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or parts.username:
            raise Refused("the URL isn't that of a server", "give it as http://host:port, with the path before /v2")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, port, timeout=timeout)
        self._prefix = parts.path.rstrip("/")
        self._headers = {"User-Agent": "setpoint", **({"Authorization": f"Bearer {key}"} if key else {})}

    def reach(self) -> None:
        """Connect.

        Raises:
            Unavailable: nobody listens there.
        """
        try:
            self._connection.connect()
        except OSError as error:
            host = f"{self._connection.host}:{self._connection.port}"
            raise Unavailable(f"{host} can't be reached: {error.strerror or error}", "see that it runs") from error
        finally:
            self._connection.close()

    def ask(self, sent: Sent) -> Answered:
        """Send a request; return the answer, whatever it is."""
        until = time.monotonic() + LONGEST
        try:
            self._connection.request(sent.method, self._prefix + sent.path, sent.body or None, self._told(sent))
            answer = self._connection.getresponse()
            body = _read(answer, until)
            return Answered(answer.status, body, {name.lower(): value for name, value in answer.getheaders()})
        except (OSError, http.client.HTTPException, ValueError):
            return Answered(0)
        finally:
            self._connection.close()

    def _told(self, sent: Sent) -> dict[str, str]:
        kind = {"Content-Type": "application/json"} if sent.body else {}
        return {**self._headers, **kind, **sent.headers}


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    """Read an answer's body; too long and too late are errors."""
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_PIECE):
        parts.append(part)
        size += len(part)
        if size > LARGEST or time.monotonic() > until:
            raise ValueError("the answer is too long, or late")
    return b"".join(parts)


def posted(path: str, document: Any, **headers: str) -> Sent:
    """Return a request of a JSON document."""
    return Sent("POST", path, json.dumps(document).encode(), headers)
