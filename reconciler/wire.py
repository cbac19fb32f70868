"""The wire: requests to a server over a few lasting connections, each answered wholly and in time, or not at all.

A connection that broke before any answer is tried once more, where asking twice is safe. What a server redirects to is
never followed: our token is for this server alone.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ssl import SSLCertVerificationError, SSLContext
from types import MappingProxyType
from typing import Protocol
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.response import BaseHTTPResponse

from reconciler.model.errors import Refused, Unavailable

CONNECTIONS = 8
"""Connections at once; more callers wait for their turn. A server is no faster with more."""
LONGEST = 60.0
"""Seconds that a whole answer may take, however steadily it drips."""
LARGEST = 64 * 2**20
"""Bytes that an answer may have: a page of a list is far below."""
SHORT_PAUSE = 2.0
"""Seconds of `Retry-After` that are waited for; of a longer pause the caller is told."""
TRIES = 4
_PIECE = 2**18
_BUSY = (429, 503)
_OURS = {"Accept": "application/json", "User-Agent": "setpoint"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an answer may have: so many bytes, so many seconds; and how often it is asked for where a server is busy.

    None is what any answer may have.
    """

    size: int | None = None
    seconds: float | None = None
    tries: int = TRIES


USUAL = Bounds()


@dataclass(frozen=True, slots=True)
class Call:
    """A request: the method, the path and what goes with it.

    `tail` keeps only so many bytes of the answer's end; `is_safe` tells that to ask it twice does no harm; `part` asks
    for no more than these bytes of what is there, from the first to the last (RFC 9110, 14.2).
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "application/json"
    tail: int = 0
    is_safe: bool = True
    bounds: Bounds = USUAL
    part: tuple[int, int] | None = None

    @property
    def target(self) -> str:
        """Return the path with the query behind it."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered. `pause` is what `Retry-After` asked for, in seconds; headers have small letters."""

    status: int
    body: bytes
    pause: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)


class Identity(Protocol):
    """Who we are, as the server is told with each request."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that tell it.

        Raises:
            Refused: what they are made of can't be read.
        """

    def renew(self) -> bool:
        """Make them anew, since the server took us for a stranger; tell whether they are others now."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and what it is called in messages; `host` is the name that its certificate bears, if another.

    Without `trust`, the system's authorities are trusted. `remedy` says what to do where its certificate isn't.
    """

    name: str
    url: str
    trust: SSLContext | None = field(default=None, repr=False)
    host: str = ""
    remedy: str = "see that its certificate's authority is trusted here"

    def __str__(self) -> str:
        """Say which it is: its name, its host and its port."""
        return f"{self.name} {urlsplit(self.url).netloc.rpartition('@')[2]}"


class Wire:
    """Lasting connections to one server, for any number of threads.

    Args:
        server: where it is.
        identity: who we are.
        timeout: seconds to wait for a connection, for the first byte and for each next.
        headers: more headers of every request, such as the version of an API.
        sleep: how a short pause is waited for.
        now: a clock that only runs forward, in seconds.
    """

    def __init__(
        self,
        server: Server,
        identity: Identity,
        timeout: float,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._identity = identity
        self._headers = {**_OURS, **headers}
        self._sleep = sleep
        self._now = now
        self._shut_until = 0.0
        self.server = server
        self._pool = _pool(server, timeout)
        self._root = urlsplit(server.url).path.rstrip("/")

    def send(self, call: Call) -> Answer:
        """Send a request and return the whole answer, whatever its status.

        Raises:
            Unavailable: nobody answered, or not wholly, or the server asks for a long pause.
            Refused: the server's certificate isn't trusted, or our token can't be read.
        """
        if self._now() < self._shut_until:
            raise Unavailable(f"{self.server} asks for a pause", "it is overloaded")
        answer = self._twice(call)
        if answer.status == 401 and self._identity.renew():
            answer = self._twice(call)
        for _ in range(call.bounds.tries - 1):
            if answer.status not in _BUSY or not 0 < answer.pause <= SHORT_PAUSE:
                break
            self._sleep(answer.pause)
            answer = self._twice(call)
        if answer.status in _BUSY:
            self._shut_until = self._now() + min(answer.pause, LONGEST)
        return answer

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _twice(self, call: Call) -> Answer:
        try:
            return self._once(call)
        except ProtocolError as broken:
            if not (call.is_safe and isinstance(broken.args[-1], ConnectionError)):
                raise self._lost(broken) from broken
        except HTTPError as error:
            raise self._lost(error) from error
        try:
            return self._once(call)
        except HTTPError as error:
            raise self._lost(error) from error

    def _once(self, call: Call) -> Answer:
        headers = {**self._headers, **self._identity.headers()}
        if call.body:
            headers["Content-Type"] = call.content_type
        if call.part:
            headers["Range"] = f"bytes={call.part[0]}-{call.part[1]}"
        started = self._now()
        response = self._pool.urlopen(
            call.method,
            self._root + call.target,
            body=call.body or None,
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        body: bytes | None = None
        try:
            body = self._read(response, call, started + (call.bounds.seconds or LONGEST))
        finally:
            if body is None:
                response.close()  # what is left in the connection belongs to nobody
            response.release_conn()
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, body, _seconds(found.get("retry-after", "")), found)

    def _read(self, response: BaseHTTPResponse, call: Call, deadline: float) -> bytes:
        body, most = bytearray(), call.bounds.size or LARGEST
        while piece := response.read1(_PIECE):  # what is there: a whole piece may take for ever to come
            body += piece
            if call.tail:
                del body[: -call.tail]
            if len(body) > most or self._now() > deadline:
                raise Unavailable(f"the answer of {self.server} has no end")
        return bytes(body)

    def _lost(self, error: HTTPError) -> Refused | Unavailable:
        reasons = (error, error.__cause__, *error.args)
        if any(isinstance(reason, SSLCertVerificationError) for reason in reasons):
            return Refused(f"the certificate of {self.server} is not trusted", self.server.remedy)
        return Unavailable(f"{self.server} {_what(error)}", "see that it runs and can be reached")


def _pool(server: Server, timeout: float) -> urllib3.HTTPConnectionPool:
    """Make the connections.

    Raises:
        Refused: the address is none.
    """
    try:
        address, port = urlsplit(server.url), urlsplit(server.url).port
    except ValueError:
        address, port = urlsplit(""), None
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Refused(f"{server.name} has no address that it could be asked at", "write it as https://host[:port]")
    patience = urllib3.Timeout(connect=timeout, read=timeout)
    if address.scheme == "http":
        return urllib3.HTTPConnectionPool(address.hostname, port, timeout=patience, maxsize=CONNECTIONS, block=True)
    return urllib3.HTTPSConnectionPool(
        address.hostname,
        port,
        timeout=patience,
        maxsize=CONNECTIONS,
        block=True,
        ssl_context=server.trust,
        server_hostname=server.host or None,
    )


def _what(error: HTTPError) -> str:
    """Say what went wrong in words that are the same each time: the library's own hold addresses of objects."""
    return _KINDS.get(type(error).__name__, "broke off its answer")


_KINDS = {
    "NewConnectionError": "can't be reached",
    "NameResolutionError": "has a name that nobody knows",
    "ConnectTimeoutError": "can't be reached in time",
    "ReadTimeoutError": "didn't answer in time",
    "SSLError": "doesn't speak TLS as it should",
}


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdigit() else 0.0
