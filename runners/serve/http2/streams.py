"""One request of a connection, and its answer."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from runners.serve.http2.frames import BrokenStream, Code
from runners.serve.http2.hpack import Headers

_PSEUDO = frozenset({b":method", b":scheme", b":path", b":authority"})
_NEEDED = frozenset({b":method", b":scheme", b":path"})
_OF_ONE_HOP = frozenset({b"connection", b"proxy-connection", b"keep-alive", b"transfer-encoding", b"upgrade"})


class Request(NamedTuple):
    """A request, read to its end."""

    headers: Mapping[bytes, bytes]
    """Its headers by their names; of one that stands twice the last."""
    body: bytes | bytearray | None
    """None where it was larger than the bound."""


class Answer(NamedTuple):
    """An answer: blocks of headers, as `hpack.written` makes them. Without a body, the head is all of it."""

    head: bytes
    body: bytes = b""
    trailers: bytes = b""


Reply = Callable[[Answer], None]
"""Takes the answer of one request, once."""
App = Callable[[Request, Reply], None]
"""Answers requests, at once or later."""


class Stream:
    """A request on its way.

    Args:
        number: its number.
        headers: its headers.
        window: bytes that may be sent to it.
        deadline: when it is to be whole, and later when it is to be read.
    """

    __slots__ = (
        *("body", "deadline", "headers", "is_asked", "is_dead", "is_whole", "number", "rest", "size", "trailers"),
        *("window", "wire"),
    )

    def __init__(self, number: int, headers: Mapping[bytes, bytes], window: int, deadline: float) -> None:
        self.number, self.headers, self.window, self.deadline = number, headers, window, deadline
        self.body: bytes | bytearray = b""
        self.size = self.wire = 0
        self.is_whole = False
        """Whether the client sends no more of it."""
        self.is_asked = False
        """Whether its answer is being made, or sent."""
        self.is_dead = False
        """Whether nobody waits for its answer."""
        self.rest = memoryview(b"")
        self.trailers = b""

    def take(self, data: bytes) -> None:
        """Take a part of the body."""
        self.size += len(data)
        if not self.body:
            self.body = data
            return
        if isinstance(self.body, bytes):
            self.body = bytearray(self.body)
        self.body += data


@lru_cache(64)
def by_name(headers: Headers) -> Mapping[bytes, bytes]:
    """Return the headers of a request by their names.

    Raises:
        BrokenStream: they are none of a request (RFC 9113, 8.2 and 8.3).
    """
    found: dict[bytes, bytes] = {}
    is_regular = False
    for name, value in headers:
        if name[:1] == b":":
            if is_regular or name in found or name not in _PSEUDO:
                raise BrokenStream(Code.PROTOCOL_ERROR)
        else:
            is_regular = True
            if not name or name in _OF_ONE_HOP or name != name.lower():
                raise BrokenStream(Code.PROTOCOL_ERROR)
        found[name] = value
    if not found.keys() >= _NEEDED:
        raise BrokenStream(Code.PROTOCOL_ERROR)
    return found
