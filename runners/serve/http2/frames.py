"""Frames of HTTP/2 (RFC 9113, 4 and 6), their codes, and the bounds that a client is held to."""

import struct
from enum import IntEnum
from typing import Final

DATA: Final = 0
HEADERS: Final = 1
PRIORITY: Final = 2
RST_STREAM: Final = 3
SETTINGS: Final = 4
PUSH_PROMISE: Final = 5
PING: Final = 6
GOAWAY: Final = 7
WINDOW_UPDATE: Final = 8
CONTINUATION: Final = 9
ACK = END_STREAM = 0x1
END_HEADERS, PADDED, WITH_PRIORITY = 0x4, 0x8, 0x20

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEAD = 9
"""Bytes of a frame before what it holds."""
LARGEST = 16_384
"""Bytes that a frame holds at most, in both directions."""
WINDOW = 65_535
"""Bytes that may be sent before anything was said about that."""
MOST_WINDOW = 2**31 - 1
STREAMS = 256
"""Requests of one connection at once, those that are answered and those whose client doesn't want the answer any
more; the client keeps more to itself."""
BLOCK = 16 * 1024
"""Bytes of a request's headers as they are sent."""
CREDIT = 2**24
"""Bytes of bodies that a client may send ahead on one connection."""
HEAD_SECONDS, SENDING, IDLE = 10.0, 60.0, 120.0
"""Seconds until a connection says that it is one, for a request's body or an answer that isn't read, and for a
connection without requests."""
AGE, LAST = 600.0, 30.0
"""Seconds that a connection lives, so that clients look anew for who answers, and what its last requests have then."""

_SETTING = struct.Struct(">HI")
HEADER_TABLE_SIZE, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 1, 3, 4, 5, 6


class Code(IntEnum):
    """Why a stream or a connection ends (RFC 9113, 7)."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    FLOW_CONTROL_ERROR = 3
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    ENHANCE_YOUR_CALM = 11


class BrokenProtocol(Exception):
    """What a client sent ends its connection."""

    def __init__(self, code: Code, what: str) -> None:
        super().__init__(what)
        self.code = code


class BrokenStream(Exception):
    """What a client sent ends one request."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


def frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    """Return a frame."""
    return len(content).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + content


def goaway(last: int, code: Code, what: str = "") -> bytes:
    """Return what a connection ends with: no request after the last one was looked at."""
    return frame(GOAWAY, 0, 0, last.to_bytes(4, "big") + code.to_bytes(4, "big") + what.encode()[:200])


def reset(stream: int, code: Code) -> bytes:
    """Return what a stream ends with."""
    return frame(RST_STREAM, 0, stream, code.to_bytes(4, "big"))


def opening(limit: int) -> bytes:
    """Return what a server begins with; a request of up to `limit` bytes needn't wait for leave to be sent."""
    told = {MAX_CONCURRENT_STREAMS: STREAMS, INITIAL_WINDOW_SIZE: min(max(limit + HEAD, WINDOW), MOST_WINDOW)}
    told[MAX_HEADER_LIST_SIZE] = BLOCK
    settings = b"".join(_SETTING.pack(*pair) for pair in told.items())
    return frame(SETTINGS, 0, 0, settings) + frame(WINDOW_UPDATE, 0, 0, (CREDIT - WINDOW).to_bytes(4, "big"))


def settings_of(content: bytes) -> list[tuple[int, int]]:
    """Return settings in their order.

    Raises:
        BrokenProtocol: they are none.
    """
    if len(content) % _SETTING.size:
        raise BrokenProtocol(Code.FRAME_SIZE_ERROR, "settings have six bytes each")
    return [pair for pair in _SETTING.iter_unpack(content) if _is_in_bounds(*pair)]


def _is_in_bounds(name: int, value: int) -> bool:
    if name == INITIAL_WINDOW_SIZE and value > MOST_WINDOW:
        raise BrokenProtocol(Code.FLOW_CONTROL_ERROR, "a window is larger than windows are")
    if name == MAX_FRAME_SIZE and not LARGEST <= value < 2**24:
        raise BrokenProtocol(Code.PROTOCOL_ERROR, "frames have 16,384 to 16,777,215 bytes")
    return True


def bare(flags: int, content: bytes) -> bytes:
    """Return what a frame holds without its padding.

    Raises:
        BrokenProtocol: there is more padding than frame.
    """
    if not flags & PADDED:
        return content
    if not content or content[0] >= len(content):
        raise BrokenProtocol(Code.PROTOCOL_ERROR, "a frame is all padding")
    return content[1 : len(content) - content[0]]
