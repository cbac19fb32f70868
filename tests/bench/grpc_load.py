"""The load by gRPC: HTTP/2 by hand (RFC 9113), for gRPC's own client would take as long as the server that is measured.

Requests are frames made beforehand, and of answers no more is read than where they end. A refused one has no message.
"""

import asyncio
import struct
import time
from collections.abc import Iterator, Sequence
from typing import Any

from runners.serve.grpc.messages import MESSAGES, SERVICE
from tests.bench.load import CHECKED, CONNECTIONS, Tally, is_so

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS, _PING, _WINDOW = 0, 1, 4, 6, 8
_END_STREAM, _ACK, _WHOLE_HEADERS = 1, 1, 4
_HEAD = struct.Struct(">I")
_ROOM = (2**30).to_bytes(4, "big")
_FIELDS = {"FP32": "fp32_contents", "FP64": "fp64_contents", "INT64": "int64_contents"}


def frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    """Return a frame of HTTP/2."""
    return len(content).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + content


def opening() -> bytes:
    """Return what a connection begins with: room for more answers than a load has."""
    return _PREFACE + frame(_SETTINGS, 0, 0) + frame(_WINDOW, 0, 0, _ROOM)


def head_of(method: str) -> bytes:
    """Return the headers of a request, each written out (RFC 7541, 6.2.2)."""

    def text(value: str) -> bytes:
        return bytes((len(value),)) + value.encode()

    path = b"\x04" + text(f"/{SERVICE}/{method}")
    more = (("content-type", "application/grpc"), ("te", "trailers"))
    return b"\x83\x86" + path + b"\x01" + text("localhost") + b"".join(b"\x00" + text(n) + text(v) for n, v in more)


def request_of(model: str, body: dict[str, Any]) -> bytes:
    """Return a request of version 2 as a message with its length before it."""
    message = MESSAGES["ModelInferRequest"](model_name=model, id=body["id"])
    for told in body["inputs"]:
        given = message.inputs.add(name=told["name"], datatype=told["datatype"], shape=told["shape"])
        getattr(given.contents, _FIELDS[told["datatype"]]).extend(told["data"])
    content = message.SerializeToString()
    return bytes(b"\x00" + _HEAD.pack(len(content)) + content)


def told(content: bytes) -> dict[str, list[float]]:
    """Return the outputs of an answer, by their names."""
    answer = MESSAGES["ModelInferResponse"].FromString(content[5:])
    return {one.name: list(getattr(one.contents, _FIELDS[one.datatype])) for one in answer.outputs}


class Frames:
    """Reads what a server sends, and says what it is to be sent back."""

    def __init__(self) -> None:
        self._buffer = b""
        self._message = b""
        self.reply = b""

    def read(self, data: bytes) -> Iterator[bytes]:
        """Yield the message of each answer that has ended; nothing but emptiness for a refused one."""
        self._buffer += data
        while len(self._buffer) >= 9 and len(self._buffer) >= 9 + (size := int.from_bytes(self._buffer[:3], "big")):
            kind, flags = self._buffer[3], self._buffer[4]
            content, self._buffer = self._buffer[9 : 9 + size], self._buffer[9 + size :]
            if kind in (_SETTINGS, _PING) and not flags & _ACK:
                self.reply += frame(kind, _ACK, 0, content if kind == _PING else b"")
            elif kind == _DATA:
                self._message += content
            elif kind == _HEADERS and flags & _END_STREAM:
                yield self._message
                self._message = b""


def asked(stream: int, head: bytes, message: bytes) -> bytes:
    """Return the frames of a request."""
    return frame(_HEADERS, _WHOLE_HEADERS, stream, head) + frame(_DATA, _END_STREAM, stream, message)


class GrpcConnection(asyncio.Protocol):
    """One client: asks, waits for the whole answer, and asks again."""

    def __init__(self, tally: Tally, first: int, messages: Sequence[bytes]) -> None:
        self._tally, self._number, self._asked = tally, first, 0
        self._messages, self._head = messages, head_of("ModelInfer")
        self._frames = Frames()
        self._began = 0.0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._transport.write(opening() + self._next())

    def connection_lost(self, exc: Exception | None) -> None:
        """Count what the server broke off."""
        self._tally.statuses["lost"] += 1

    def _next(self) -> bytes:
        self._began = time.perf_counter()
        return asked(2 * self._asked + 1, self._head, self._messages[self._number % len(self._messages)])

    def data_received(self, data: bytes) -> None:
        """Read on; ask again when the answer is whole."""
        for message in self._frames.read(data):
            tally = self._tally
            tally.times.append(time.perf_counter() - self._began)
            tally.statuses["200" if message else "refused"] += 1
            truth = tally.truths[self._number % len(tally.truths)]
            if message and not self._asked % CHECKED and not is_so(told(message), truth):
                tally.wrong += 1
            self._asked += 1
            self._number += CONNECTIONS + 1
            self._frames.reply += self._next()
        if self._frames.reply:
            self._transport.write(self._frames.reply)
            self._frames.reply = b""
