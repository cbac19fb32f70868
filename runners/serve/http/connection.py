"""One connection: bytes to requests, answers to bytes.

One request is answered after the other. While more than one is there nothing is read, and none is begun while the
client doesn't read what it was answered: what a connection holds is bounded by one answer and by what came at once.
"""

import asyncio
from collections import deque
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

import httptools

from runners.serve.answers import Answer, Streamed, refused
from runners.serve.http import request as bounds
from runners.serve.http.connections import Connections
from runners.serve.http.packing import SMALLEST, is_packable, packed, takes_gzip, varying
from runners.serve.http.request import RefusedRequest, Request, target

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_UPGRADING = frozenset({b"connection", b"upgrade", b"http2-settings"})
_MALFORMED = (httptools.HttpParserError, RefusedRequest)


class Connection(asyncio.Protocol):
    """A client's connection.

    Args:
        connections: what all connections have in common.
    """

    def __init__(self, connections: Connections) -> None:
        self._all = connections
        self._parser: Any = httptools.HttpRequestParser(self)
        self._transport: Any = None
        self._waiting: deque[Request | RefusedRequest | None] = deque()  # None is the client's end
        self._asked: Request | None = None
        self._streaming: asyncio.Task[None] | None = None
        self._drained: asyncio.Event | None = None
        self._deadline = 0.0
        self._is_paused = self._is_slow = self._is_over = False
        self._is_reading = self._is_head_read = self._is_upgrade = self._stays = False
        self._url, self._size, self._wire = b"", 0, 0
        self._body: bytes | bytearray = b""
        self._head: dict[bytes, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._all.open.add(self)
        self._deadline = self._all.now + bounds.IDLE
        if self._all.is_ending:
            transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        """End: nobody is there to be told."""
        self._all.open.discard(self)
        self._is_over, self._parser = True, None  # the parser knows this object, and this object the parser
        self._waiting.clear()
        if self._streaming:
            self._streaming.cancel()

    def eof_received(self) -> bool:
        """Answer what was asked by a client that asks nothing more."""
        if self._is_over or self._is_reading or (self._asked is None and not self._waiting):
            return False
        self._waiting.append(None)
        return True

    def pause_writing(self) -> None:
        """Begin no further request as long as the client doesn't read."""
        self._is_slow = True

    def resume_writing(self) -> None:
        """Go on."""
        self._is_slow = False
        if self._drained:
            self._drained.set()
        self._next()

    # Reading

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._is_over:
            return
        self._wire = self._wire + len(data) if self._is_reading else 0
        try:
            self._feed(data)
            if self._is_reading and self._wire > bounds.HEAD + bounds.FRAMING * self._size:
                what = f"a request's head is larger than {bounds.HEAD // 1024} KiB, or its chunks are all frame"
                raise RefusedRequest(431, what)
        except _MALFORMED as error:
            self._is_reading, self._is_over = False, True
            self._waiting.append(_told(error))
        if self._waiting:
            self._next()
        if self._waiting and not self._is_paused and not self._is_over:
            self._is_paused = True
            self._transport.pause_reading()

    def _feed(self, data: bytes | memoryview) -> None:
        """Parse; a client that offers another protocol is answered by this one (RFC 9110, 7.8)."""
        while True:
            try:
                self._parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as error:
                if (method := self._parser.get_method()) == b"CONNECT":
                    raise RefusedRequest(405, "nothing is connected to from here") from None
                told = b"".join(b"%b: %b\r\n" % pair for pair in self._head.items() if pair[0] not in _UPGRADING)
                data = memoryview(data)[error.args[0] :]
                self._parser = httptools.HttpRequestParser(self)
                self._parser.feed_data(b"%b %b HTTP/1.1\r\n%b\r\n" % (method, self._url, told))

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._url, self._head, self._body, self._size, self._wire = b"", {}, b"", 0, 0
        self._is_reading, self._is_head_read = True, False
        self._deadline = self._all.now + bounds.HEAD_SECONDS

    def on_url(self, url: bytes) -> None:
        """Take what it names, or a part of that."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those after a body in chunks are nobody's."""
        if not self._is_head_read:
            self._head[name.lower()] = value

    def on_headers_complete(self) -> None:
        """See how the request goes on."""
        self._is_head_read = True
        self._deadline = self._all.now + bounds.SENDING
        parser = self._parser
        version = parser.get_http_version()
        if version != "1.1" and version != "1.0":  # noqa: PLR1714 - a tuple takes as long again
            raise RefusedRequest(505, "HTTP/1.1 is spoken here")
        self._stays = version == "1.1" and parser.should_keep_alive()
        self._is_upgrade = parser.should_upgrade()
        if b"expect" in self._head and not self._is_upgrade:
            self._expected()

    def _expected(self) -> None:
        length = self._head.get(b"content-length", b"0")
        if int(length) > self._all.limit:
            raise RefusedRequest(413, f"the request is larger than {self._all.limit / 2**20:g} MiB")
        if self._asked is None and not self._waiting and self._head[b"expect"].lower() == b"100-continue":
            self._transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._size += len(body)
        if self._size > self._all.limit:
            self._body = b""
            if self._size > bounds.DRAINED:
                raise RefusedRequest(413, "the request is far too large")
        elif self._body:
            self._body = bytearray(self._body) if isinstance(self._body, bytes) else self._body
            self._body += body
        else:
            self._body = body

    def on_message_complete(self) -> None:
        """Queue the request."""
        if self._is_upgrade:
            return
        self._is_reading = False
        self._deadline = self._all.now + bounds.IDLE
        path, query = target(self._url)
        body = self._body if self._size <= self._all.limit else None
        method = self._parser.get_method().decode()
        self._waiting.append(Request(method, path, query, self._head, body, self._stays))

    # Answering

    def _next(self) -> None:
        if self._asked is not None or self._is_slow or not self._waiting or self._transport.is_closing():
            return
        one = self._waiting.popleft()
        if self._is_paused and not self._waiting:
            self._is_paused = False
            self._transport.resume_reading()
        if isinstance(one, Request):
            self._asked = one
            self._all.app(one, self._reply)
        elif one is None:
            self._transport.close()
        else:
            self._refuse(one)

    def _reply(self, answer: Answer | Streamed) -> None:
        asked = self._asked
        if isinstance(answer, Streamed):
            self._streaming = asyncio.get_running_loop().create_task(self._stream(answer))
            return
        if len(answer.body) >= SMALLEST and asked is not None and is_packable(answer):
            if takes_gzip(asked.head) and asked.method != "HEAD":
                self._all.aside(partial(packed, answer), self._send)
                return
            answer = varying(answer)
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        asked, self._asked = self._asked, None
        transport, everyone = self._transport, self._all
        if asked is None or transport.is_closing():
            return
        stays = asked.stays and not everyone.is_ending
        head, body = everyone.head_of(answer, stays=stays), b"" if asked.method == "HEAD" else answer.body
        transport.write(head + body)
        self._answered(stays=stays)

    def _answered(self, *, stays: bool) -> None:
        """Go on after an answer, or end."""
        self._deadline = self._all.now + (bounds.SENDING if self._is_reading else bounds.IDLE)
        if not stays:
            self._is_over = True
            self._transport.close()
        elif self._waiting:
            self._all.later(self._next)

    async def _stream(self, answer: Streamed) -> None:
        """Send an answer part by part, by chunks, or up to the connection's end where that doesn't stay."""
        transport, asked = self._transport, self._asked
        stays = bool(asked and asked.stays) and not self._all.is_ending
        try:
            async with aclosing(answer.parts) as parts:
                transport.write(self._all.head_of_stream(answer, stays=stays))
                async for part in parts:
                    await self._is_read_by_client()
                    transport.write(b"%x\r\n%b\r\n" % (len(part), part) if stays else part)
        except BaseException:
            self.abort()  # whoever reads it has to see that it isn't whole
            raise
        transport.write(b"0\r\n\r\n" if stays else b"")
        self._asked = None
        self._answered(stays=stays)

    async def _is_read_by_client(self) -> None:
        """Wait for a client that doesn't read what it is sent; one that takes too long loses the rest."""
        if self._is_slow:
            self._drained = asyncio.Event()
            with suppress(TimeoutError):
                async with asyncio.timeout(bounds.SENDING):
                    await self._drained.wait()
            if self._is_slow:
                raise asyncio.CancelledError

    def _refuse(self, error: RefusedRequest) -> None:
        """Say what is wrong, and end; what the client still sends is thrown away, or it would lose what it was told."""
        self._is_over = True
        self._deadline = self._all.now + bounds.LINGER
        answer = refused(error.status, error.what)
        self._transport.write(self._all.head_of(answer, stays=False) + answer.body)
        self._transport.write_eof()

    # Ending

    def expire(self, now: float) -> None:
        """Close it where its time is over: the model's own is not the client's."""
        if now < self._deadline or self._asked is not None:
            return
        if self._is_over or self._is_slow or self._transport.is_closing():
            self.abort()
        elif self._is_reading:
            self._refuse(RefusedRequest(408, "the request didn't come in time"))
        else:
            self._transport.close()
            self._deadline = now + bounds.LINGER

    def drain(self) -> None:
        """Close it as soon as what was asked is answered."""
        if self._asked is None and not self._waiting and not self._is_reading:
            self._transport.close()

    def abort(self) -> None:
        """Close it at once."""
        self._transport.abort()


def _told(error: Exception) -> RefusedRequest:
    """Return what a client is told of what can't be parsed.

    Raises:
        Exception: it is a fault of ours.
    """
    if isinstance(error, RefusedRequest):
        return error
    cause = error.__context__
    if isinstance(error, httptools.HttpParserCallbackError) and cause is not None:
        if isinstance(cause, RefusedRequest):
            return cause
        raise cause
    return RefusedRequest(400, f"this is no request of HTTP/1.1: {str(error)[:200]}")
