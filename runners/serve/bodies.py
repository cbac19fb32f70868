"""The body of a request: read to its end, within a bound, and unpacked where it came compressed."""

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from types import MappingProxyType
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

_MOST_DRAINED = 2**30
_WINDOWS = MappingProxyType({b"gzip": zlib.MAX_WBITS | 16, b"deflate": zlib.MAX_WBITS})


async def read(receive: Receive, limit: int, announced: int = 0) -> bytes | None:
    """Read a request's body; None when it is larger than the limit.

    A larger one is read to its end and thrown away, so that the client reads the answer instead of a broken connection.
    """
    message = await receive()
    part: bytes = message.get("body", b"")
    if not message.get("more_body") and len(part) <= limit and announced <= limit:
        return part
    parts, size, is_too_large = [part], len(part), announced > limit
    while message.get("more_body") and size <= _MOST_DRAINED:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        is_too_large = is_too_large or size > limit
        parts = [] if is_too_large else [*parts, part]
    return None if is_too_large or size > limit else b"".join(parts)


def is_known(encoding: bytes) -> bool:
    """Tell whether a Content-Encoding can be unpacked."""
    return encoding.strip().lower() in _WINDOWS


def unpacked(body: bytes, encoding: bytes, limit: int) -> bytes | None:
    """Unpack a body; None when it is larger than the limit then.

    Raises:
        ValueError: it isn't packed so, or not to its end.
    """
    reader = zlib.decompressobj(_WINDOWS[encoding.strip().lower()])
    try:
        found = reader.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(found) > limit:
        return None
    if not reader.eof or reader.unused_data:
        raise ValueError("it isn't one whole stream")
    return found
