"""Headers in HTTP/2 (RFC 7541): read with the table that a connection has, written without any."""

from collections.abc import Iterable, Sequence

from runners.serve.http2.huffman import unpacked

Header = tuple[bytes, bytes]
Headers = Sequence[Header]

TABLE = 4096
"""Bytes of a connection's table, as the RFC has them where nobody says another number."""
FORGET_ALL = b"\x20"
"""What a block of headers begins with after the other side has made its table smaller: ours has nothing in it."""
_MOST_LISTED = 64 * 1024
"""Bytes of headers as they are read: one octet may stand for a whole header of the table."""
_ENTRY = 32
_SEEN = 64
_NAMES = (
    *(":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", *([":status"] * 7)),
    *("accept-charset", "accept-encoding", "accept-language", "accept-ranges", "accept"),
    *("access-control-allow-origin", "age", "allow", "authorization", "cache-control", "content-disposition"),
    *("content-encoding", "content-language", "content-length", "content-location", "content-range", "content-type"),
    *("cookie", "date", "etag", "expect", "expires", "from", "host", "if-match", "if-modified-since"),
    *("if-none-match", "if-range", "if-unmodified-since", "last-modified", "link", "location", "max-forwards"),
    *("proxy-authenticate", "proxy-authorization", "range", "referer", "refresh", "retry-after", "server"),
    *("set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via"),
    "www-authenticate",
)
_VALUES = ("", "GET", "POST", "/", "/index.html", "http", "https", "200", "204", "206", "304", "400", "404", "500")
_STATIC: Headers = tuple(
    (name.encode(), (_VALUES[place] if place < len(_VALUES) else "gzip, deflate" if place == 15 else "").encode())
    for place, name in enumerate(_NAMES)
)


class Decoder:
    """Reads the headers of one connection, block after block."""

    def __init__(self) -> None:
        self._table: list[Header] = []  # the newest one last
        self._size, self._limit = 0, TABLE
        self._seen: dict[bytes, Headers] = {}

    def headers(self, block: bytes) -> Headers:
        """Return the headers of a block, in their order.

        A block that changes nothing means the same until another one does: a client that asks again and again sends
        the same few bytes, which are read once.

        Raises:
            ValueError: it is none.
        """
        known = self._seen.get(block)
        if known is not None:
            return known
        try:
            found, changes = self._read(block)
        except IndexError:
            raise ValueError("a block of headers ends too early, or names what isn't there") from None
        if changes:
            self._seen.clear()
        elif len(self._seen) < _SEEN:
            self._seen[block] = found
        return found

    def _read(self, block: bytes) -> tuple[Headers, bool]:
        found: list[Header] = []
        at, size, changes = 0, 0, False
        while at < len(block):
            first = block[at]
            if first & 0xE0 == 0x20:
                at = self._resize(block, at, is_first=not found)
                changes = True
                continue
            if first & 0x80:
                number, at = integer(block, at, 0x7F)
                header = self._entry(number)
            else:
                number, at = integer(block, at, 0x3F if first & 0x40 else 0x0F)
                header, at = self._literal(number, block, at)
                if first & 0x40:
                    self._add(header)
                    changes = True
            found.append(header)
            size += len(header[0]) + len(header[1]) + _ENTRY
            if size > _MOST_LISTED:
                raise ValueError("the headers are too large")
        return tuple(found), changes

    def _literal(self, number: int, block: bytes, at: int) -> tuple[Header, int]:
        if number:
            name = self._entry(number)[0]
        else:
            name, at = text(block, at)
        value, at = text(block, at)
        return (name, value), at

    def _entry(self, number: int) -> Header:
        if 0 < number <= len(_STATIC):
            return _STATIC[number - 1]
        place = number - len(_STATIC)
        if not 0 < place <= len(self._table):
            raise ValueError("a header is named by a number that none has")
        return self._table[-place]

    def _add(self, header: Header) -> None:
        self._table.append(header)
        self._size += _size(header)
        self._evict()

    def _evict(self) -> None:
        while self._size > self._limit:
            self._size -= _size(self._table.pop(0))

    def _resize(self, block: bytes, at: int, *, is_first: bool) -> int:
        limit, at = integer(block, at, 0x1F)
        if limit > TABLE or not is_first:
            raise ValueError("the table of headers is made larger than it may be, or amid headers")
        self._limit = limit
        self._evict()
        return at


def _size(header: Header) -> int:
    return len(header[0]) + len(header[1]) + _ENTRY


def integer(data: bytes, at: int, mask: int) -> tuple[int, int]:
    """Return a number (RFC 7541, 5.1) and where it ends; `mask` are the bits of its first octet.

    Raises:
        ValueError: it is larger than any that is of use.
        IndexError: it doesn't end.
    """
    number, at = data[at] & mask, at + 1
    if number < mask:
        return number, at
    for shift in (0, 7, 14, 21):
        octet, at = data[at], at + 1
        number += (octet & 0x7F) << shift
        if not octet & 0x80:
            return number, at
    raise ValueError("a number among the headers is too large")


def text(data: bytes, at: int) -> tuple[bytes, int]:
    """Return a text (RFC 7541, 5.2) and where it ends.

    Raises:
        ValueError: it is none, or doesn't end.
        IndexError: there is none.
    """
    is_packed = data[at] & 0x80
    size, at = integer(data, at, 0x7F)
    if size > len(data) - at:
        raise ValueError("a text among the headers doesn't end")
    told = data[at : at + size]
    return unpacked(told) if is_packed else told, at + size


def written(headers: Iterable[Header]) -> bytes:
    """Return a block of headers, each written out whole: the other side's table stays empty."""
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in headers)


def _text(told: bytes) -> bytes:
    size = len(told)
    if size < 0x7F:
        return bytes((size,)) + told
    found, rest = bytearray((0x7F,)), size - 0x7F
    while rest >= 0x80:
        found.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes(found) + bytes((rest,)) + told
