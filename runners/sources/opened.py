"""A file that is open for reading, and how its text is encoded."""

import io
from abc import abstractmethod
from typing import IO, NamedTuple

from runners.contract import InputError


class Opened(NamedTuple):
    """A file that is open for reading bytes, and its name for messages."""

    name: str
    stream: IO[bytes]


def codec_of(encoding: str) -> str:
    """Return Python's codec, the one that passes over a mark at the beginning where it is UTF-8."""
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8", "utf_8") else encoding


def other_encoding(name: str, encoding: str) -> InputError:
    """Return the error of a file that is of another encoding."""
    fix = "save it as UTF-8, or set source.files.encoding, such as cp1252, latin-1 or utf-16"
    return InputError(f"the file is not {encoding.upper()}", name, fix)


class FromTheBeginning(io.RawIOBase):
    """A stream of bytes that are made as it is read: it can go back to its beginning, and nowhere else."""

    @abstractmethod
    def restart(self) -> None:
        """Begin anew."""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can go back."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go back to the beginning, the only place that is known."""
        if (offset, whence) != (0, 0):
            raise io.UnsupportedOperation("only the beginning is known")
        self.restart()
        return 0
