"""What a connection receives: bytes to frames, frames to requests."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from runners.serve.http2 import frames as f
from runners.serve.http2.frames import BrokenProtocol, BrokenStream, Code, bare, frame, reset, settings_of
from runners.serve.http2.hpack import Decoder
from runners.serve.http2.sending import Sending
from runners.serve.http2.streams import Stream, by_name

FRAMING = 8
"""Bytes on the wire for each byte of a body."""
MOST_HELD = 16
"""Bodies of the largest size that a connection may have sent in part."""
_FOUR, _EIGHT = 4, 8


class Receiving:
    """The way in of one connection.

    Args:
        limit: bytes of the largest body.
        sending: the way out.
        ask: told of each request that is whole, or too large.
        acknowledged: told that the client has read all that was sent before a PING.
    """

    def __init__(
        self, limit: int, sending: Sending, ask: Callable[[Stream], None], acknowledged: Callable[[], None]
    ) -> None:
        self._limit, self._sending, self._ask, self._acknowledged = limit, sending, ask, acknowledged
        self.open: dict[int, Stream] = {}
        """Requests that aren't answered to their end, by their numbers."""
        self.last, self.until, self.deadline = 0, f.MOST_WINDOW, 0.0
        """The last request that was looked at; the last one that will be; when one that begins now is to be whole."""
        self.is_greeted = self._is_set = False
        self._decoder = Decoder()
        self._buffer = b""
        self._block: tuple[int, int, bytearray] | None = None  # headers that go on in another frame
        self._held = self._spent = 0

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            BrokenProtocol: this is no HTTP/2.
        """
        data = self._buffer + data if self._buffer else data
        at, end = 0 if self.is_greeted else self._greeted(data), len(data)
        while at >= 0 and end - at >= f.HEAD:
            size = int.from_bytes(data[at : at + 3], "big")
            if size > f.LARGEST:
                raise BrokenProtocol(Code.FRAME_SIZE_ERROR, "a frame has at most 16,384 bytes")
            start, at = at, at + f.HEAD + size
            if at > end:
                at = start
                break
            number = int.from_bytes(data[start + 5 : start + f.HEAD], "big") & f.MOST_WINDOW
            self._take(data[start + 3], data[start + 4], number, data[start + f.HEAD : at])
        self._buffer = data[max(at, 0) :]

    def _greeted(self, data: bytes) -> int:
        if not data.startswith(f.PREFACE[: len(data)]):
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "HTTP/2 is spoken here, without TLS")
        self.is_greeted = len(data) >= len(f.PREFACE)
        return len(f.PREFACE) if self.is_greeted else -1

    def _take(self, kind: int, flags: int, number: int, content: bytes) -> None:
        if (self._block is not None) is not (kind == f.CONTINUATION) or not (self._is_set or kind == f.SETTINGS):
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "settings are first, and headers go on at once")
        method = self._METHODS.get(kind)
        if method is None:
            return  # a kind that isn't known says nothing (RFC 9113, 4.1)
        try:
            method(self, flags, number, content)
        except BrokenStream as error:
            self._sending.write(reset(number, error.code))
            self.drop(number)

    def drop(self, number: int) -> None:
        """Forget a request; one that is being answered counts until it is."""
        if (stream := self.open.get(number)) is not None:
            self._sending.forget(stream)
            stream.is_dead = True
            if not stream.is_asked or stream.rest:
                self.close(stream)

    def close(self, stream: Stream) -> None:
        """Have done with a request."""
        if self.open.pop(stream.number, None) is not None and not stream.is_asked:
            self._held -= stream.size

    # Requests

    def _headers(self, flags: int, number: int, content: bytes) -> None:
        if not number % 2:
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "a client's requests have odd numbers")
        content = bare(flags, content)
        if flags & f.WITH_PRIORITY:
            content = content[5:]
        self._gather(flags, number, bytearray(content))

    def _continuation(self, flags: int, number: int, content: bytes) -> None:
        begun, former, block = self._block or (0, 0, bytearray())
        if number != begun:
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "headers go on at once")
        if not content:
            raise BrokenProtocol(Code.ENHANCE_YOUR_CALM, "headers go on with nothing")
        self._block = None
        self._gather(former | flags & f.END_HEADERS, number, block + content)

    def _gather(self, flags: int, number: int, block: bytearray) -> None:
        if len(block) > f.BLOCK:
            raise BrokenProtocol(Code.ENHANCE_YOUR_CALM, "a request's headers are too large")
        if not flags & f.END_HEADERS:
            self._block = (number, flags, block)
            return
        try:
            headers = self._decoder.headers(bytes(block))
        except ValueError as error:
            raise BrokenProtocol(Code.COMPRESSION_ERROR, str(error)) from None
        if number <= self.last:
            self._trailers(flags, number)
        elif number <= self.until:
            self.last = number
            if len(self.open) >= f.STREAMS:
                raise BrokenStream(Code.REFUSED_STREAM)
            self.open[number] = stream = Stream(number, by_name(headers), self._sending.initial, self.deadline)
            if flags & f.END_STREAM:
                self._end(stream)

    def _trailers(self, flags: int, number: int) -> None:
        """End a request with headers that are nobody's; those of one that is over are from before it was."""
        if (stream := self.open.get(number)) is None:
            return
        if stream.is_whole or not flags & f.END_STREAM:
            raise BrokenStream(Code.STREAM_CLOSED if stream.is_whole else Code.PROTOCOL_ERROR)
        self._end(stream)

    def _data(self, flags: int, number: int, content: bytes) -> None:
        wire = f.HEAD + len(content)
        self._credit(len(content))
        content = bare(flags, content)
        stream = self.open.get(number)
        if stream is None or stream.is_whole or stream.is_dead:
            if not 0 < number <= self.last and number <= self.until:
                raise BrokenProtocol(Code.PROTOCOL_ERROR, "a body belongs to no request")
            if stream is not None and not stream.is_dead:
                raise BrokenStream(Code.STREAM_CLOSED)
            return
        if stream.is_asked:  # it was too large, and that is said
            stream.is_whole = bool(flags & f.END_STREAM)
            return
        stream.wire += wire
        stream.take(content)
        self._held += len(content)
        if stream.wire > f.BLOCK + FRAMING * stream.size or self._held > MOST_HELD * self._limit:
            raise BrokenStream(Code.ENHANCE_YOUR_CALM)
        if flags & f.END_STREAM:
            self._end(stream)
        elif stream.size > self._limit:
            self._begin(stream)

    def _end(self, stream: Stream) -> None:
        stream.is_whole = True
        if not stream.is_asked:
            self._begin(stream)

    def _begin(self, stream: Stream) -> None:
        self._held -= stream.size
        stream.is_asked = True
        self._ask(stream)

    def _credit(self, size: int) -> None:
        """Let as much be sent as came, where that is worth a frame: what is held is bounded otherwise."""
        self._spent += size
        if self._spent > f.CREDIT // 2:
            self._sending.write(frame(f.WINDOW_UPDATE, 0, 0, self._spent.to_bytes(_FOUR, "big")))
            self._spent = 0

    def _reset(self, _flags: int, number: int, content: bytes) -> None:
        _check_size(content, _FOUR)
        if not 0 < number <= self.last and number <= self.until:
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "a request ends before it began")
        self.drop(number)

    # The connection

    def _settings(self, flags: int, number: int, content: bytes) -> None:
        self._is_set = True
        if number:
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "settings are a connection's")
        if flags & f.ACK:
            _check_size(content, 0)
            return
        for name, value in settings_of(content):
            self._sending.set(name, value, self.open)
        self._sending.write(frame(f.SETTINGS, f.ACK, 0))

    def _ping(self, flags: int, number: int, content: bytes) -> None:
        _check_size(content, _EIGHT)
        if number:
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "a PING is a connection's")
        if flags & f.ACK:
            self._acknowledged()
        else:
            self._sending.write(frame(f.PING, f.ACK, 0, content))

    def _window_update(self, _flags: int, number: int, content: bytes) -> None:
        _check_size(content, _FOUR)
        if number > self.last and number <= self.until:
            raise BrokenProtocol(Code.PROTOCOL_ERROR, "room is made for no request")
        stream = self.open.get(number)
        if stream is not None or not number:
            self._sending.widen(stream, int.from_bytes(content, "big") & f.MOST_WINDOW)

    def _push_promise(self, _flags: int, _number: int, _content: bytes) -> None:
        raise BrokenProtocol(Code.PROTOCOL_ERROR, "a client promises nothing")

    def _nothing(self, _flags: int, _number: int, _content: bytes) -> None:
        """Priorities, and that the client asks nothing more: it closes the connection then."""

    _METHODS: ClassVar[Mapping[int, Callable[[Any, int, int, bytes], None]]] = MappingProxyType(
        {
            f.DATA: _data,
            f.HEADERS: _headers,
            f.PRIORITY: _nothing,
            f.RST_STREAM: _reset,
            f.SETTINGS: _settings,
            f.PUSH_PROMISE: _push_promise,
            f.PING: _ping,
            f.GOAWAY: _nothing,
            f.WINDOW_UPDATE: _window_update,
            f.CONTINUATION: _continuation,
        }
    )


def _check_size(content: bytes, size: int) -> None:
    if len(content) != size:
        raise BrokenProtocol(Code.FRAME_SIZE_ERROR, "a frame is of another size than its kind")
