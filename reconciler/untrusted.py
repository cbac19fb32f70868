"""Untrusted files: the one way to read what jobs, clients and neighbours have left, who may have left anything.

A named pipe would keep a reader waiting for ever, a device or a sparse file would fill its memory, a link would lead it
elsewhere, and nested JSON would exhaust its stack. So only regular files are opened, without waiting and without
following links, their size is known before they are read, and JSON is small and flat enough before anybody looks at it.
"""

import errno
import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.model.errors import Refused

LARGEST = 16 * 2**20
"""Bytes of the largest file that is read whole, unless another limit is given."""
LARGEST_RECORD = 2**20
"""Bytes of the largest record: a file by which processes of one engine tell each other something."""
MOST_ITEMS = 400_000
"""Mappings, lists and what is in them, in one JSON document."""
MOST_FOREIGN = 4 * 2**20
"""Bytes of a JSON document that isn't ASCII: each letter of it may take four times its room."""
DEEPEST = 60
"""Levels of mappings and lists in JSON."""

_HOW = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_WAY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
_ODD: Mapping[int, str] = {
    errno.ELOOP: "is a symbolic link",
    errno.ENXIO: "is a socket or a device",
    errno.ENODEV: "is a device",
    errno.EACCES: "may not be read by this user",
    errno.EPERM: "may not be read by this user",
}
_KINDS: Sequence[tuple[str, Any]] = (
    ("is a named pipe", stat.S_ISFIFO),
    ("is a device", stat.S_ISCHR),
    ("is a device", stat.S_ISBLK),
    ("is a socket", stat.S_ISSOCK),
    ("is a folder", stat.S_ISDIR),
)
_HINT = "what reads it takes regular files only: write one, or remove it"


def read(path: Path, most: int = LARGEST, *, below: Path | None = None) -> bytes:
    """Return a file's content.

    Args:
        path: the file.
        most: bytes that it may have.
        below: a folder above it that is ours; from there on no part of the way may be a link.

    Raises:
        FileNotFoundError: there is none.
        Refused: it isn't a regular file that this user may read, or it is larger.
        OSError: the disk fails.
    """
    file = opened(path, below)
    try:
        size = os.fstat(file).st_size
        content = b"" if size > most else _taken(file, most + 1)
    finally:
        os.close(file)
    if size > most or len(content) > most:
        raise Refused(f"{path.name} is larger than {most / 2**20:g} MiB", "it is no place for data")
    return content


def tail(path: Path, most: int) -> tuple[bytes, bool]:
    """Return the end of a file, such as a log, and whether that is the whole of it.

    Raises:
        FileNotFoundError: there is none.
        Refused: it isn't a regular file that this user may read.
        OSError: the disk fails.
    """
    file = opened(path)
    try:
        start = max(os.fstat(file).st_size - most, 0)
        os.lseek(file, start, os.SEEK_SET)
        return _taken(file, most), start == 0
    finally:
        os.close(file)


def read_object(path: Path, most: int = LARGEST_RECORD) -> dict[str, Any]:
    """Return the JSON object that a file holds; empty where there is none, or what it holds is none.

    Raises:
        Refused: it isn't a regular file that this user may read.
        OSError: the disk fails.
    """
    try:
        told = parse(read(path, most))
    except (FileNotFoundError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def parse(content: bytes | str, **options: Any) -> Any:
    """Return what a JSON document says.

    Args:
        content: the document.
        options: passed on to `json.loads`.

    Raises:
        ValueError: it is no JSON, or larger or deeper nested than anything that is read here.
    """
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if not content.isascii() and len(content) > MOST_FOREIGN:
        raise ValueError(f"it has more than {MOST_FOREIGN // 2**20} MiB, and isn't ASCII")
    if sum(map(content.count, (b"{", b"[", b","))) > MOST_ITEMS:
        raise ValueError(f"it holds more than {MOST_ITEMS} things")
    try:
        document = json.loads(content, **options)
    except RecursionError:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep") from None
    if levels(document, DEEPEST) > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    return document


def levels(value: Any, most: int) -> int:
    """Count the levels of mappings and lists, up to one more than `most`."""
    level, count = [value], 0
    while level and count <= most:
        inner = [
            list(item.values()) if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)
        ]
        level = [item for items in inner for item in items]
        count += 1
    return count


def opened(path: Path, below: Path | None = None) -> int:
    """Open a regular file to be read, without waiting; return its descriptor.

    Args:
        path: the file.
        below: a folder above it that is ours; from there on no part of the way may be a link.

    Raises:
        FileNotFoundError: there is none.
        Refused: it isn't a regular file that this user may read.
        OSError: the disk fails.
    """
    try:
        file = _open(path, below)
    except OSError as error:
        if error.errno in _ABSENT:
            raise FileNotFoundError(error.errno, os.strerror(error.errno), str(path)) from None
        what = _ODD.get(error.errno or 0)
        if what is None:
            raise
        raise Refused(f"{path.name} {what}", _HINT) from None
    mode = os.fstat(file).st_mode
    if not stat.S_ISREG(mode):
        os.close(file)
        what = next((words for words, is_it in _KINDS if is_it(mode)), "is no regular file")
        raise Refused(f"{path.name} {what}", _HINT)
    return file


def _open(path: Path, below: Path | None) -> int:
    if below is None:
        return os.open(path, _HOW)
    *folders, name = path.relative_to(below).parts
    way = os.open(below, _WAY & ~os.O_NOFOLLOW)
    try:
        for folder in folders:
            inner = os.open(folder, _WAY, dir_fd=way)
            os.close(way)
            way = inner
        return os.open(name, _HOW, dir_fd=way)
    finally:
        os.close(way)


def _taken(file: int, most: int) -> bytes:
    """Read so many bytes at the most, however fast the file grows."""
    parts: list[bytes] = []
    left = most
    while left > 0 and (part := os.read(file, min(left, 2**20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
