"""A connection without a network: frames that are sent to it, and those that it answers with."""

from typing import NamedTuple

from runners.serve.http2.connection import Connection, Connections
from runners.serve.http2.frames import (
    ACK,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEAD,
    HEADERS,
    LARGEST,
    PING,
    PREFACE,
    RST_STREAM,
    SETTINGS,
    Code,
    frame,
)
from runners.serve.http2.hpack import written
from runners.serve.http2.streams import Answer, Reply, Request
from tests.unit.runners.serve.http.talk import Transport

LIMIT = 40_000
ASKED = ((b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/x"), (b"te", b"trailers"))
LATER = ((b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/later"))
START, END = written([(b":status", b"200")]), written([(b"it-is", b"over")])


class Frame(NamedTuple):
    """A frame as it was written."""

    kind: int
    flags: int
    stream: int
    content: bytes


class Talk:
    """A client and the server, which says to each request what its body was; to `/later` when the test says so."""

    def __init__(self, limit: int = LIMIT, *, greets: bool = True) -> None:
        self.asked: list[Request] = []
        self.later: list[Reply] = []
        self.connections = Connections(self._answer, limit)
        self.connections.tick(1000.0, 0.0)
        self.connection = Connection(self.connections)
        self.transport = Transport()
        self.connection.connection_made(self.transport)  # type: ignore[arg-type]
        if greets:
            self.send(PREFACE + frame(SETTINGS, 0, 0))
            self.transport.written = b""

    def _answer(self, request: Request, reply: Reply) -> None:
        self.asked.append(request)
        if request.headers[b":path"] == b"/later":
            self.later.append(reply)
        else:
            reply(Answer(START, bytes(request.body or b""), END))

    def send(self, *data: bytes, parts: int = 0) -> "Talk":
        """Send bytes, at once or in parts of a size."""
        whole = b"".join(data)
        for start in range(0, len(whole), parts or len(whole) or 1):
            self.connection.data_received(whole[start : start + (parts or len(whole))])
        return self

    def wait(self, seconds: float) -> None:
        """Let time pass, second by second; it stops where the connection is over."""
        for _ in range(int(seconds)):
            if not self.transport.is_over:
                self.connections.tick(self.connections.now + 1, 0.0)

    @property
    def frames(self) -> list[Frame]:
        """Return the frames that were written since the connection began."""
        found, rest = [], self.transport.written
        while rest:
            end = HEAD + int.from_bytes(rest[:3], "big")
            found.append(Frame(rest[3], rest[4], int.from_bytes(rest[5:HEAD], "big"), rest[HEAD:end]))
            rest = rest[end:]
        return found

    def of(self, kind: int) -> list[Frame]:
        """Return the frames of a kind that were written."""
        return [one for one in self.frames if one.kind == kind]

    @property
    def bodies(self) -> dict[int, bytes]:
        """Return the body of each answer that has ended, by its stream."""
        ended = {one.stream for one in self.frames if one.kind in (HEADERS, DATA) and one.flags & END_STREAM}
        found = dict.fromkeys(sorted(ended), b"")
        for one in self.of(DATA):
            if one.stream in found:
                found[one.stream] += one.content
        return found

    @property
    def resets(self) -> dict[int, Code]:
        """Return why streams were reset."""
        return {one.stream: Code(int.from_bytes(one.content, "big")) for one in self.of(RST_STREAM)}

    @property
    def end(self) -> Code | None:
        """Return why the connection ends, if it does."""
        told = self.of(GOAWAY)
        return Code(int.from_bytes(told[-1].content[4:8], "big")) if told else None


def head(stream: int, headers: tuple[tuple[bytes, bytes], ...] = ASKED, flags: int = END_HEADERS) -> bytes:
    """Return the headers of a request."""
    return frame(HEADERS, flags, stream, written(headers))


def body(stream: int, content: bytes, flags: int = END_STREAM) -> bytes:
    """Return a body in as many frames as it takes."""
    parts = [content[start : start + LARGEST] for start in range(0, len(content), LARGEST)] or [b""]
    last = len(parts) - 1
    return b"".join(frame(DATA, flags if place == last else 0, stream, part) for place, part in enumerate(parts))


def asked(stream: int, content: bytes = b"abc", headers: tuple[tuple[bytes, bytes], ...] = ASKED) -> bytes:
    """Return a whole request."""
    return head(stream, headers) + body(stream, content)


def ponged(content: bytes) -> bytes:
    """Return the answer to a PING."""
    return frame(PING, ACK, 0, content)
