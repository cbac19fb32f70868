"""The lines of a file of text, without those that are none of its table: some before the header, and comments.

Such lines become blank, which no reader of CSV takes for a row, so that what is told of the others still has their
numbers. What comes out is UTF-8, whatever the file is.
"""

import io
from typing import IO

from runners.contract import InputError
from runners.sources.opened import FromTheBeginning

_PIECE = 2**16
_ENDS = ("\n", "\r")


class Lines(FromTheBeginning):
    """A stream of the lines that count. It can go back to its beginning, and leaves the file open."""

    def __init__(self, stream: IO[bytes], codec: str, skip: int, comment: str | None, unfit: InputError) -> None:
        """Begin at the first line.

        Args:
            stream: the file, which can go back to its beginning.
            codec: Python's, by which it is read.
            skip: how many lines are none of the table.
            comment: what a line begins with that is none; within quotes no line begins.
            unfit: what to raise where the file is of another encoding.
        """
        self._stream, self._codec, self._skip, self._comment, self._unfit = stream, codec, skip, comment, unfit
        self._text: io.TextIOWrapper | None = None
        self._left = b""
        self.restart()

    def restart(self) -> None:
        """Go back to the first line."""
        self._let_go()
        self._stream.seek(0)
        self._text = io.TextIOWrapper(self._stream, self._codec, newline="")
        self._left, self._number, self._is_within, self._is_whole, self._is_out = b"", 0, False, True, False

    def readinto(self, buffer: "memoryview[int] | bytearray", /) -> int:  # type: ignore[override]
        """Read the next bytes.

        Raises:
            InputError: the file is of another encoding.
        """
        while not self._left:
            line = self._line()
            if not line:
                return 0
            self._left = self._shown(line).encode()
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size

    def close(self) -> None:
        """Let go of the file."""
        self._let_go()
        super().close()

    def _line(self) -> str:
        assert self._text is not None
        try:
            return self._text.readline(_PIECE)
        except UnicodeError as error:
            raise self._unfit from error

    def _shown(self, line: str) -> str:
        """Return a line or a piece of one as it counts: of one that doesn't, its end."""
        if self._is_whole:  # here a line begins
            self._number += 1
            is_comment = bool(self._comment) and not self._is_within and line.startswith(self._comment or "")
            self._is_out = self._number <= self._skip or is_comment
        self._is_whole = line.endswith(_ENDS)
        if self._is_out:
            return line[len(line.rstrip("\r\n")) :]
        self._is_within ^= line.count('"') % 2 == 1
        return line

    def _let_go(self) -> None:
        if self._text is not None:
            self._text.detach()
            self._text = None
