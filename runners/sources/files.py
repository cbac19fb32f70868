"""Files by fsspec: finds what a URL means (a file, a folder, a glob) and reads tables of them."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

import fsspec
import pyarrow as pa

from runners.contract import InputError
from runners.sources.addresses import address
from runners.sources.archives import check_archive, check_room
from runners.sources.failures import opening, telling
from runners.sources.formats import FORMATS
from runners.sources.http import fetch
from runners.sources.listing import bare, files_of, is_http
from runners.sources.opened import Opened
from runners.sources.packing import BROKEN, packed, packing_of
from runners.sources.parameters import FileSource
from runners.sources.partitions import columns_of, same_columns, with_columns
from runners.sources.reading import Reading

SUFFIXES = {
    "parquet": (".parquet", ".pq"),
    "csv": packed(".csv", ".tsv"),
    "jsonl": (*packed(".jsonl", ".ndjson"), ".json"),
    "json": packed(".json"),
    "excel": (".xlsx", ".xlsm"),
    "label-studio": (".json",),
    "label-studio-csv": (".csv", ".tsv"),
    "coco": (".json",),
    "yolo": (".txt",),
    "pascal-voc": (".xml",),
    "cvat": (".xml",),
    "conll": (".conll", ".txt", ".bio", ".iob2", ".iob"),
    "doccano": (".jsonl", ".json"),
    "images": (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"),
    "audio": (".wav", ".wave", ".flac", ".ogg", ".oga", ".mp3"),
    "texts": (".txt", ".text", ".md"),
}
"""What the files of a format end with; others in a folder are passed over."""

OWNED = "~$"
"""How a file begins that Office leaves beside one that somebody has open."""

LARGEST_WHOLE = 2**31
"""Bytes of a file that is read as a whole, such as an image: an archive makes them out of nothing."""

LFS = b"version https://git-lfs.github.com/spec/"
"""How a pointer begins: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md."""


@dataclass(frozen=True)
class Found:
    """The files that a URL means: paths in a file system, sorted, and the folder that names are relative to."""

    files: Any
    root: str
    paths: tuple[str, ...]
    passed_over: int = 0
    url: str = ""

    def name(self, path: str) -> str:
        """Return a path relative to the root; of a URL its last part, without a query that may be signed."""
        if is_http(path):
            return posixpath.basename(bare(path)) or "index"
        return posixpath.relpath(path, self.root) if self.root else path


def find(url: str, format_: str, *, is_fresh: bool = False) -> Found:
    """Find the files of a format that a URL means; it may hold `${secret:NAME}`.

    With `is_fresh` what the library remembers of former listings is forgotten first.

    Raises:
        InputError: the URL is wrong, or no file of the format is there.
        SourceUnavailable: the file system doesn't answer.
    """
    with telling(url):
        with opening(url):
            files, path = _file_system(url)
        if is_fresh:
            files.invalidate_cache()
        check_archive(files, url)
        root, paths, is_named = files_of(files, path, url)
    fitting = tuple(paths if is_named else sorted(p for p in paths if _fits(p, format_)))
    if not fitting:
        fix = f"put files that end with {', '.join(SUFFIXES[format_])} there, or correct the URL"
        raise InputError(f"there is no {format_} file", url, fix)
    with telling(url):
        check_room(files, fitting, url)
    return Found(files, root, fitting, len(paths) - len(fitting), url)


def _fits(path: str, format_: str) -> bool:
    return path.lower().endswith(SUFFIXES[format_]) and not posixpath.basename(path).startswith(OWNED)


def _file_system(url: str) -> tuple[Any, str]:
    """Open what a URL means; an archive over HTTP is fetched first, as not every server knows ranges."""
    revealed = address(url)
    first, _, rest = revealed.partition("::")
    if not (first.startswith("zip://") and is_http(rest)):
        found: tuple[Any, str] = fsspec.core.url_to_fs(revealed)
        return found
    web, path = fsspec.core.url_to_fs(rest)
    with ExitStack() as on_failure:
        archive = on_failure.enter_context(fetch(web, path, url, ends_itself=True))
        files = fsspec.filesystem("zip", fo=archive)
        on_failure.pop_all()
    return files, first.removeprefix("zip://")


def content(found: Found, path: str, where: str) -> bytes:
    """Return all bytes of a file of a bounded size.

    Raises:
        InputError: it is larger, or only stands for the file.
        OSError: it can't be read.
    """
    if is_http(path):
        with fetch(found.files, path, where, ends_itself=True, most=LARGEST_WHOLE) as stream:
            data: bytes = stream.read(LARGEST_WHOLE)
    else:
        size = found.files.info(path).get("size") or 0
        if size > LARGEST_WHOLE:
            raise InputError(f"it has {size:,} bytes, and {LARGEST_WHOLE:,} is the most", where, "take it out of there")
        data = found.files.cat_file(path)
    check_whole(data, found.name(path))
    return data


def read_files(source: FileSource) -> Reading:
    """Open the tables of a source, one file after the other.

    Raises:
        InputError: the URL is wrong, or no file of the format is there; while reading, a file can't be understood.
        SourceUnavailable: the file system doesn't answer.
    """
    found = find(source.url, source.format)
    batches = chain.from_iterable(batches_of(found, path, source) for path in found.paths)
    return Reading(batches, is_text=source.format == "csv", read_from=source.url)


def is_near(source: FileSource) -> bool:
    """Tell whether a source can be opened again for little: over HTTP all of it would be fetched a second time."""
    return source.format in ("parquet", "csv") and "://" not in source.url.removeprefix("file://")


def batches_of(found: Found, path: str, source: FileSource) -> Iterator[Any]:
    """Yield the rows of one of a source's files.

    Raises:
        InputError: it can't be understood.
        SourceUnavailable: the file system doesn't answer.
    """
    name = found.name(path)
    where = source.url if is_http(path) else name
    with telling(where), _understood(name, source), opened(found, path, source) as stream:
        batches = FORMATS[source.format](Opened(name, stream), source)
        yield from batches if source.partitions is None else _divided(batches, found, path)


def _divided(batches: Iterator[Any], found: Found, path: str) -> Iterator[Any]:
    """Return the batches of a file with the columns that its folders' names tell."""
    columns, name = columns_of(path), found.name(path)
    same_columns(columns, columns_of(found.paths[0]), name)
    return with_columns(batches, columns, name)


_BYTES = re.compile(r" \(b['\"].*\)$")
"""What Python adds to its words: the first bytes of the file, as it writes them."""


@contextmanager
def _understood(name: str, source: FileSource) -> Iterator[None]:
    """Tell what a file's own format says is wrong with it.

    Raises:
        InputError: it isn't what its name or its source says.
    """
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, zipfile.BadZipFile, *BROKEN) as error:
        what = _BYTES.sub("", str(error).split("\n", 1)[0])
        raise InputError(what, name, f"give a file that is valid {source.format}") from error
    except EOFError as error:
        raise InputError("it ends too early", name, f"give a file that is valid {source.format}") from error


@contextmanager
def opened(found: Found, path: str, source: FileSource) -> Iterator[IO[bytes]]:
    """Open a file for reading, decompressed.

    Raises:
        InputError: what lies there only stands for the file.
    """
    packing = packing_of(bare(path), source.compression)
    with _raw(found, path, source, packing is not None) as raw, io.BufferedReader(raw) as stream:  # type: ignore[type-var]
        head = stream.peek(len(LFS))
        check_whole(head, found.name(path))
        if is_http(path):
            _check_no_page(head, source.url)
            packing = packing if packing and head.startswith(packing.begins) else None  # some servers unpack it
        yield packing.unpacked(stream) if packing else stream


def _raw(found: Found, path: str, source: FileSource, is_packed: bool) -> AbstractContextManager[IO[bytes]]:
    if not is_http(path):
        raw: AbstractContextManager[IO[bytes]] = found.files.open(path, "rb")
        return raw
    return fetch(found.files, path, source.url, ends_itself=is_packed or source.format in ("parquet", "excel"))


def _check_no_page(head: bytes, where: str) -> None:
    """Refuse a page in the place of a file, such as one that asks for a password with status 200.

    Raises:
        InputError: it is one.
    """
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise InputError("the server gives a web page instead of the file", where, "give the URL of the file itself")


def check_whole(head: bytes, name: str) -> None:
    """Refuse what Git LFS leaves in the place of a file that it hasn't fetched, by its first bytes.

    Raises:
        InputError: it is that.
    """
    if head.startswith(LFS):
        raise InputError(f"{name} is a Git LFS pointer, not the file itself", name, "run git lfs pull where it lies")
