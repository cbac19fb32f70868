"""One request as it was read, and the bounds that all are held to."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import httptools

from runners.serve.answers import Answer, Streamed

HEAD = 64 * 1024
"""Bytes of a request before its body."""
FRAMING = 8
"""Bytes on the wire for each byte of a body: chunks of one byte take six."""
DRAINED = 2**30
"""Bytes of a body that is too large which are read, so that the client reads the answer and not a broken connection."""
HEAD_SECONDS, SENDING, IDLE, LINGER = 10.0, 60.0, 120.0, 5.0
"""Seconds for a request's head, for its body, for a connection without requests or one that doesn't read its answer,
and for a client to close after it was told that its connection ends."""


class Request(NamedTuple):
    """A request, read to its end."""

    method: str
    path: str
    query: str
    head: Mapping[bytes, bytes]
    """Its headers by their names, in small letters; of one that stands twice the last."""
    body: bytes | bytearray | None
    """None where it was larger than the bound."""
    stays: bool = True
    """Whether the connection is kept for another request."""


Reply = Callable[[Answer | Streamed], None]
"""Takes the answer of one request, once."""
App = Callable[[Request, Reply], None]
"""Answers requests, at once or later."""


class RefusedRequest(Exception):
    """What can't be answered but with what is wrong with it; nothing after it is read."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status, self.what = status, what


@lru_cache(256)
def target(url: bytes) -> tuple[str, str]:
    """Return the path and the query that a request names.

    Raises:
        RefusedRequest: it names none.
    """
    try:
        parts = httptools.parse_url(url)
    except httptools.HttpParserError:
        raise RefusedRequest(400, "the request names no path that can be read") from None
    path = (parts.path or b"/").decode("latin-1")
    return unquote(path) if "%" in path else path, (parts.query or b"").decode("latin-1")
