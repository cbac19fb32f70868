"""The body of a request that came compressed: unpacked, within a bound."""

import zlib
from types import MappingProxyType

_WINDOWS = MappingProxyType({b"gzip": zlib.MAX_WBITS | 16, b"deflate": zlib.MAX_WBITS})


def is_known(encoding: bytes) -> bool:
    """Tell whether a Content-Encoding can be unpacked."""
    return encoding.strip().lower() in _WINDOWS


def unpacked(body: bytes | bytearray, encoding: bytes, limit: int) -> bytes | None:
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
