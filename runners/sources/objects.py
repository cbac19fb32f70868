"""Objects: the files of a source, each with a mark by which it is known whether it is as it was.

A mark is what the store tells of the content (an ETag or another digest), else its size and when it was written. Where
nothing is told there is no mark, and the file counts as new each time. So does one of a disk that was written a moment
ago: another write of the same size within the clock's resolution would leave no trace.
"""

import posixpath
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from runners.contract import InputError
from runners.sources.failures import telling
from runners.sources.files import Found, find
from runners.sources.listing import is_http
from runners.sources.parameters import FileSource
from runners.sources.partitions import columns_of, same_columns

_DIGESTS = ("ETag", "etag", "md5Hash", "content_md5", "Content-MD5", "Digest", "generation", "checksum")
"""What file systems of fsspec call that which changes with the content, S3's first."""
_TIMES = ("mtime", "LastModified", "last_modified", "Last-Modified", "updated", "modified", "created")
"""How they call the moment at which a file was written."""
SETTLED = 2.0
"""Seconds after which a later write of a file on a disk shows in its time: the coarsest of disks counts in two."""


@dataclass(frozen=True)
class Object:
    """One file: its path, the name by which it is known from one refresh to the next, and its mark."""

    path: str
    name: str
    mark: str | None
    is_settled: bool = True

    @property
    def lasting(self) -> str | None:
        """Return the mark by which the next refresh may know that it is as it was."""
        return self.mark if self.is_settled else None


@dataclass(frozen=True)
class Objects:
    """The objects of a source at one moment, in the order of their names."""

    found: Found
    listed: tuple[Object, ...]

    @property
    def by_name(self) -> Mapping[str, Object]:
        """Return the objects by their names."""
        return {one.name: one for one in self.listed}


def list_objects(source: FileSource) -> Objects:
    """List what a source holds now, whatever was listed before.

    Raises:
        InputError: the URL is wrong, no file of the format is there, two files have one name, or the folders of one
            tell of other columns than those of another.
        SourceUnavailable: the file system doesn't answer.
    """
    found = find(source.url, source.format, is_fresh=True)
    now = time.time()
    with telling(source.url):
        details = dict(_details(found))
    paths = (path for path in found.paths if path in details)
    listed = (Object(path, _name(found, path), *_marked(details[path], now)) for path in paths)
    if source.partitions:
        for path in found.paths:
            same_columns(columns_of(path), columns_of(found.paths[0]), found.name(path))
    ordered = tuple(sorted(listed, key=lambda one: one.name))
    for one, other in pairwise(ordered):
        if one.name == other.name:
            raise InputError(f"two files are called {one.name}", source.url, "give each a path of its own")
    return Objects(found, ordered)


def mark_now(found: Found, path: str) -> str | None:
    """Return the mark that a file has at this moment.

    Raises:
        FileNotFoundError: it is gone.
        OSError: the store doesn't answer.
    """
    found.files.invalidate_cache()
    return _marked(found.files.info(path), time.time())[0]


def _details(found: Found) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what the store tells of each file: of a folder by one listing, which it has just made."""
    if len(found.paths) == 1 or any(map(is_http, found.paths)):
        yield from ((path, found.files.info(path)) for path in found.paths)
        return
    wanted = set(found.paths)
    for folder in sorted({posixpath.dirname(path) for path in found.paths}):
        for entry in found.files.ls(folder, detail=True):
            if (path := str(entry["name"]).rstrip("/")) in wanted:
                yield path, entry


def _marked(told: Mapping[str, Any], now: float) -> tuple[str | None, bool]:
    """Return a file's mark, and whether every later write will change it."""
    size = told.get("size")
    if digest := next((str(told[word]) for word in _DIGESTS if told.get(word)), None):
        return f"{size}/{digest}", True
    written = next((told[word] for word in _TIMES if told.get(word)), None)
    if written is None:
        return None, False
    is_settled = not (isinstance(written, float) and written > now - SETTLED)
    return f"{size}/{written.isoformat() if isinstance(written, datetime) else written}", is_settled


def _name(found: Found, path: str) -> str:
    """Return a file's name: its path below the source's, without a query that may be signed."""
    if not (is_http(path) and found.root):
        return found.name(path)
    return posixpath.relpath(urlsplit(path).path, urlsplit(found.root).path or "/")
