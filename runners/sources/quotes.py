"""Quotes of a CSV file that open and never close: Arrow takes all that follows, rows and all, for one value.

What Arrow gave tells at once whether that may be; only then the file is read a second time, once and by pieces, to find
the line. A quote opens where a value begins, and there alone: `5" pipe` is data.
"""

import io
import re
from threading import Semaphore
from typing import IO, Any

_QUOTE = re.compile('"')
_PIECE = 2**20
_AHEAD = 4
_LONGEST_WAIT = 5.0


class Seen:
    """A stream as Arrow reads it: remembers whether a quote was there, and how it ended; closing leaves it open.

    Arrow reads ahead by up to 32 blocks, which would be most of the memory that reading takes; here a few must do. And
    it takes a header line that isn't ended for no file at all: `end` is given once where the last line has none.
    """

    closed = False

    def __init__(self, stream: IO[bytes], end: bytes = b"") -> None:
        self._stream, self._end = stream, end
        self._has_quotes = False
        self._last = b""
        self._room = Semaphore(_AHEAD)

    def took(self, blocks: int = 1) -> None:
        """Let as many more blocks be read, as the rows of so many were taken."""
        self._room.release(blocks)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes once there is room; a block that gave no rows makes none, but time does."""
        self._room.acquire(timeout=_LONGEST_WAIT)
        data = self._stream.read(size)
        self._has_quotes = self._has_quotes or b'"' in data
        self._last = data[-2:] or self._last
        if len(data) == size or not self._last or self._last.endswith((b"\n", b"\r")):
            return data
        end, self._end = self._end, b""  # a reader of files gives less than is asked for at their end alone
        return data + end

    def close(self) -> None:
        """Do nothing: the stream is another's."""

    def may_be_open(self, last: str | None) -> bool:
        """Tell whether the file may have ended within quotes.

        Args:
            last: the last value of the last row, which is all that stands after such a quote.
        """
        has_ended = self._last.rstrip(b"\0").endswith((b"\n", b"\r"))  # UTF-16 has a zero beside each of them
        return self._has_quotes and (not has_ended or any(sign in (last or "") for sign in "\r\n"))


def last_value(batch: Any) -> str | None:
    """Return the last column's value in the last row of Arrow's batch."""
    value = batch.column(batch.num_columns - 1)[-1].as_py()
    return None if value is None else str(value)


def never_closed(stream: IO[bytes], encoding: str, delimiter: str) -> int:
    """Return the line on which a quote opens that is never closed; 0 where there is none."""
    stream.seek(0)
    lines = io.TextIOWrapper(stream, encoding, errors="replace", newline=None)
    scan = _Scan(delimiter)
    try:
        while piece := lines.read(_PIECE):
            scan.go_on(piece)
    finally:
        lines.detach()
    return scan.opened


class _Scan:
    """Where the quotes open and close in a text that comes by pieces; two in quotes close and open again."""

    def __init__(self, delimiter: str) -> None:
        self.opened = 0
        self._begins = ("\n", delimiter)
        self._before = "\n"
        self._line = 1
        self._closed = 0
        """The line on which what was closed just before had opened, where nothing stands between."""

    def go_on(self, piece: str) -> None:
        """Take the next piece."""
        done = 0
        for place in (found.start() for found in _QUOTE.finditer(piece)):
            self._line += piece.count("\n", done, place)
            if place > done:
                self._before, self._closed = piece[place - 1], 0
            if self.opened:
                self.opened, self._closed = 0, self.opened
            else:
                self.opened = self._closed or (self._line if self._before in self._begins else 0)
                self._closed = 0
            self._before, done = '"', place + 1
        self._line += piece.count("\n", done)
        if done < len(piece):
            self._before, self._closed = piece[-1], 0
