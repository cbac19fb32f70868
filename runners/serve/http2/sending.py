"""What a connection sends: answers, as fast as the client has room for them (RFC 9113, 5.2)."""

from collections.abc import Callable, Mapping

from runners.serve.http2.frames import (
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADER_TABLE_SIZE,
    HEADERS,
    INITIAL_WINDOW_SIZE,
    LARGEST,
    MOST_WINDOW,
    WINDOW,
    BrokenProtocol,
    BrokenStream,
    Code,
    frame,
)
from runners.serve.http2.hpack import FORGET_ALL, TABLE
from runners.serve.http2.streams import Answer, Stream

_LAST = END_HEADERS | END_STREAM


class Sending:
    """The way out of one connection.

    Args:
        write: takes bytes.
        sent: told of each stream that is answered to its end.
    """

    def __init__(self, write: Callable[[bytes], None], sent: Callable[[Stream], None]) -> None:
        self.write, self._sent = write, sent
        self._window = self.initial = WINDOW
        self._waiting: dict[int, Stream] = {}
        self._before = b""

    @property
    def is_waiting(self) -> bool:
        """Tell whether answers wait for room."""
        return bool(self._waiting)

    def answer(self, stream: Stream, answer: Answer) -> None:
        """Send an answer, now or as room is made for it."""
        head, body, trailers = answer
        if self._before:
            head, self._before = self._before + head, b""
        number, size = stream.number, len(body)
        if not size:
            self.write(frame(HEADERS, _LAST, number, head))
            self._sent(stream)
        elif size <= LARGEST and size <= self._window and size <= stream.window and not self._waiting:
            self._window -= size
            start = frame(HEADERS, END_HEADERS, number, head)
            self.write(start + frame(DATA, 0, number, body) + frame(HEADERS, _LAST, number, trailers))
            self._sent(stream)
        else:
            self.write(frame(HEADERS, END_HEADERS, number, head))
            stream.rest, stream.trailers = memoryview(body), trailers
            self._waiting[number] = stream
            self._pump()

    def _pump(self) -> None:
        """Send what there is room for."""
        for stream in tuple(self._waiting.values()):
            while stream.rest and (size := min(len(stream.rest), LARGEST, self._window, stream.window)) > 0:
                self.write(frame(DATA, 0, stream.number, bytes(stream.rest[:size])))
                stream.rest = stream.rest[size:]
                self._window -= size
                stream.window -= size
            if not stream.rest:
                del self._waiting[stream.number]
                self.write(frame(HEADERS, _LAST, stream.number, stream.trailers))
                self._sent(stream)

    def forget(self, stream: Stream) -> None:
        """Send no more of an answer."""
        self._waiting.pop(stream.number, None)

    def widen(self, stream: Stream | None, more: int) -> None:
        """Have room for more, of one stream or of all together.

        Raises:
            BrokenProtocol: it is none, or too much, for all.
            BrokenStream: it is, for one.
        """
        if stream is None:
            if not more or self._window + more > MOST_WINDOW:
                raise BrokenProtocol(_fault(more), "a window is widened by nothing, or beyond what windows are")
            self._window += more
        else:
            if not more or stream.window + more > MOST_WINDOW:
                raise BrokenStream(_fault(more))
            stream.window += more
        self._pump()

    def set(self, name: int, value: int, open_ones: Mapping[int, Stream]) -> None:
        """Heed a setting of the client.

        Raises:
            BrokenProtocol: it widens a stream beyond what windows are.
        """
        if name == HEADER_TABLE_SIZE and value < TABLE:
            self._before = FORGET_ALL
        elif name == INITIAL_WINDOW_SIZE:
            more, self.initial = value - self.initial, value
            for stream in open_ones.values():
                stream.window += more
                if stream.window > MOST_WINDOW:
                    raise BrokenProtocol(Code.FLOW_CONTROL_ERROR, "a window is larger than windows are")
            self._pump()


def _fault(more: int) -> Code:
    return Code.FLOW_CONTROL_ERROR if more else Code.PROTOCOL_ERROR
