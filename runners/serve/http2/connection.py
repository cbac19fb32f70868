"""One connection: bytes to requests, answers to bytes, and how it ends.

A client that is to go elsewhere is told twice (RFC 9113, 6.8): that no more is taken soon, and, when it must have read
that, which request was the last. What has begun by then is answered.
"""

import asyncio
from functools import partial
from typing import Any

from runners.serve.http.connections import Open
from runners.serve.http2 import frames as bounds
from runners.serve.http2.frames import MOST_WINDOW, PING, BrokenProtocol, Code, frame, goaway, opening, reset
from runners.serve.http2.receiving import Receiving
from runners.serve.http2.sending import Sending
from runners.serve.http2.streams import Answer, App, Request, Stream

_LEAVING = b"leaving."


class Connections(Open):
    """What the connections of a server have in common.

    Args:
        app: what answers.
        limit: bytes of the largest body.
    """

    def __init__(self, app: App, limit: int) -> None:
        super().__init__()
        self.app, self.limit = app, limit


class Connection(asyncio.Protocol):
    """A client's connection.

    Args:
        connections: what all connections have in common.
    """

    def __init__(self, connections: Connections) -> None:
        self._all = connections
        self._transport: Any = None
        self._sending = Sending(self._write, self._sent)
        self._receiving = Receiving(connections.limit, self._sending, self._ask, self._leave)
        self._began = self._idle_since = self._slow_since = connections.now
        self._is_slow = self._is_leaving = self._is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._all.open.add(self)
        self._began = self._idle_since = self._all.now
        if self._all.is_ending:
            transport.close()
        else:
            self._write(opening(self._all.limit))

    def connection_lost(self, _error: Exception | None) -> None:
        """End: nobody is there to be told."""
        self._all.open.discard(self)
        self._is_over = True
        for stream in tuple(self._receiving.open.values()):
            stream.is_dead = True
        self._receiving.open.clear()

    def pause_writing(self) -> None:
        """Read nothing as long as the client doesn't read."""
        self._is_slow, self._slow_since = True, self._all.now
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._is_slow = False
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._is_over:
            return
        self._receiving.deadline = self._all.now + bounds.SENDING
        try:
            self._receiving.feed(data)
        except BrokenProtocol as error:
            self._end(error.code, str(error))

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    # Answering

    def _ask(self, stream: Stream) -> None:
        body = stream.body if stream.size <= self._all.limit else None
        stream.body = b""
        self._all.app(Request(stream.headers, body), partial(self._answer, stream))

    def _answer(self, stream: Stream, answer: Answer) -> None:
        if stream.is_dead or self._is_over:
            self._receiving.close(stream)
            self._rest()
        else:
            stream.deadline = self._all.now + bounds.SENDING
            self._sending.answer(stream, answer)

    def _sent(self, stream: Stream) -> None:
        self._receiving.close(stream)
        if not stream.is_whole:
            self._write(reset(stream.number, Code.NO_ERROR))
        self._rest()

    def _rest(self) -> None:
        """Note that nothing is asked any more."""
        if not self._receiving.open:
            self._idle_since = self._all.now
            self._close_if_left()

    def _close_if_left(self) -> None:
        """Close where nothing is asked, and nothing more will be."""
        if not self._receiving.open and self._receiving.until < MOST_WINDOW and not self._is_over:
            self._close()

    # Ending

    def expire(self, now: float) -> None:
        """Close it where its time is over, and requests whose time is."""
        age = now - self._began
        is_silent = not self._receiving.is_greeted and age >= bounds.HEAD_SECONDS
        is_unread = self._is_over or (self._is_slow and now >= self._slow_since + bounds.SENDING)
        if is_silent or is_unread or age >= bounds.AGE + bounds.LAST:
            self.abort()
            return
        self._expire_streams(now)
        is_idle = not self._receiving.open and now >= self._idle_since + bounds.IDLE
        if is_idle or age >= bounds.AGE:
            self.drain()

    def _expire_streams(self, now: float) -> None:
        """End requests that weren't sent in time, and answers that weren't read; the model's time isn't theirs."""
        for stream in tuple(self._receiving.open.values()):
            if now >= stream.deadline and (not stream.is_asked or stream.rest):
                self._write(reset(stream.number, Code.CANCEL))
                self._receiving.drop(stream.number)
        self._close_if_left()

    def drain(self) -> None:
        """Have the client ask nothing more, and close it when what was asked is answered."""
        if not self._is_leaving:
            self._is_leaving = True
            self._write(goaway(MOST_WINDOW, Code.NO_ERROR) + frame(PING, 0, 0, _LEAVING))

    def _leave(self) -> None:
        """Take nothing more: the client has read that it is to go."""
        if self._is_leaving and self._receiving.until == MOST_WINDOW:
            self._receiving.until = self._receiving.last
            self._write(goaway(self._receiving.last, Code.NO_ERROR))
            self._rest()

    def _end(self, code: Code, what: str) -> None:
        self._write(goaway(self._receiving.last, code, what))
        self._close()

    def _close(self) -> None:
        self._is_over = True
        self._transport.close()

    def abort(self) -> None:
        """Close it at once."""
        self._transport.abort()
