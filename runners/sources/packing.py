"""How files are packed, each one by itself: by what they are called, or as the spec says."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import IO, Any, NamedTuple

import pyarrow as pa

from runners.sources.opened import FromTheBeginning


class Packing(NamedTuple):
    """A way of packing: what a file's name ends with, how the file begins, and what unpacks it as it is read."""

    suffix: str
    begins: bytes
    unpacked: Callable[[IO[bytes]], Any]


_UNFIT = ("ZSTD", "Truncated compressed stream", "Invalid data stream")
"""What Arrow and bz2 say of what they can't unpack."""


class _Unpacked(FromTheBeginning):
    """A packed file as it is read, by a library that has no error of its own for what it can't unpack."""

    def __init__(self, stream: IO[bytes], unpack: Callable[[IO[bytes]], Any]) -> None:
        self._stream, self._unpack = stream, unpack
        self._inner = unpack(stream)

    def restart(self) -> None:
        self._stream.seek(0)
        self._inner = self._unpack(self._stream)

    def readinto(self, buffer: Any, /) -> int:
        try:
            data = self._inner.read(len(buffer))
        except OSError as error:
            if any(words in str(error) for words in _UNFIT):
                raise pa.ArrowInvalid(f"it can't be unpacked: {error}") from error
            raise
        buffer[: len(data)] = data
        return len(data)


class _Open:
    """A file that Arrow reads and doesn't close."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self.read = stream.read

    def close(self) -> None:
        """Do nothing: the stream is another's."""


def _zstd(stream: IO[bytes]) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(_Open(stream), mode="r"), "zstd")


PACKINGS = {
    "gzip": Packing(".gz", b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream, mode="rb")),
    "bzip2": Packing(".bz2", b"BZh", lambda stream: io.BufferedReader(_Unpacked(stream, bz2.BZ2File))),
    "xz": Packing(".xz", b"\xfd7zXZ\0", lzma.LZMAFile),
    "zstd": Packing(".zst", b"\x28\xb5\x2f\xfd", lambda stream: io.BufferedReader(_Unpacked(stream, _zstd))),
}
"""The ways that are known: RFC 1952, bzip2's own, the .xz format 1.1, RFC 8878."""
BROKEN = (gzip.BadGzipFile, zlib.error, lzma.LZMAError)
"""What is raised where a file isn't packed as it is said to be, beside Arrow's own errors."""


def packed(*suffixes: str) -> tuple[str, ...]:
    """Return suffixes, and those of files that are packed."""
    return (*suffixes, *(suffix + packing.suffix for suffix in suffixes for packing in PACKINGS.values()))


def packing_of(path: str, told: str | None) -> Packing | None:
    """Return how a file is packed, as the spec says or else as it is called; None where it isn't."""
    if told is not None:
        return PACKINGS.get(told)
    return next((packing for packing in PACKINGS.values() if path.endswith(packing.suffix)), None)
