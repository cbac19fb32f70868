"""A file that is open for reading, and how its text is encoded."""

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
