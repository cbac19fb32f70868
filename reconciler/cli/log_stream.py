"""Where the daemon's log goes: a line that can't be written is lost, and not the daemon with it."""

import contextlib
from typing import TextIO


class LogStream:
    """A stream that outlives a full disk and a reader that has gone.

    Args:
        stream: where lines are written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, or lose it."""
        with contextlib.suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Write what was kept back, or lose it."""
        with contextlib.suppress(OSError):
            self._stream.flush()
