"""Listing: which files a path means, a glob included. What can't be listed is an error and never an empty folder.

fsspec's own `glob`, `isfile` and `exists` take every error for "there is nothing"; here a listing is asked for and its
errors go on. Over HTTP nothing is listed, except what a URL that ends with a slash links to.
"""

import posixpath
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from runners.contract import InputError
from runners.staging import found_below

_MAGIC = "*?["


def files_of(files: Any, path: str, where: str) -> tuple[str, list[str], bool]:
    """Return the folder that names are relative to, the files, and whether the path names one file itself.

    Args:
        files: the file system.
        path: the path in it, which may be a glob.
        where: the URL as the spec has it, for messages.

    Raises:
        InputError: nothing is there.
        OSError: the place can't be listed.
    """
    if is_http(path):
        return _over_http(files, path, where)
    kind = _kind(files, path)
    if kind == "directory":
        folder = path.rstrip("/")
        return folder, sorted(found_below(files, folder)), False
    if kind is not None:
        return posixpath.dirname(path), [path], True
    if any(sign in path for sign in _MAGIC):
        fixed = path[: min(path.index(sign) for sign in _MAGIC if sign in path)]
        folder = posixpath.dirname(fixed)
        pattern = path[len(folder) :].lstrip("/")
        return folder, sorted(set(_matching(files, folder or _root(path), pattern.split("/")))), False
    raise _nothing(where)


def is_http(path: str) -> bool:
    """Tell whether a path is a URL of the web, in which a question mark begins the query."""
    return path.startswith(("http://", "https://"))


def bare(path: str) -> str:
    """Return a path without the query of a URL, which may hold a signature."""
    return urlsplit(path).path if is_http(path) else path


def _over_http(files: Any, path: str, where: str) -> tuple[str, list[str], bool]:
    if "*" in bare(path):
        raise InputError("a glob can't be listed over HTTP", where, "give one file, or keep the files in a store")
    if not bare(path).endswith("/"):
        return "", [path], True
    return path, sorted(found_below(files, path)), False


def _kind(files: Any, path: str) -> str | None:
    try:
        return str(files.info(path)["type"])
    except FileNotFoundError:
        return None


def _root(path: str) -> str:
    return "/" if path.startswith("/") else ""


def _matching(files: Any, folder: str, pattern: Sequence[str]) -> Iterator[str]:
    """Yield the files below a folder whose names match a pattern's parts; `**` stands for any folders."""
    first, rest = pattern[0], pattern[1:]
    if first == "**" and rest:
        yield from _matching(files, folder, rest)
    for path, is_folder in _entries(files, folder):
        name = posixpath.basename(path)
        if first == "**":
            if is_folder:
                yield from _matching(files, path, pattern)
            elif not rest:
                yield path
        elif fnmatchcase(name, first) and is_folder == bool(rest):
            yield from _matching(files, path, rest) if rest else [path]


def _entries(files: Any, folder: str) -> list[tuple[str, bool]]:
    """Return what lies in a folder, and whether each is a folder itself; nothing where there is no such folder."""
    try:
        listed = files.ls(folder, detail=True)
    except FileNotFoundError:
        return []
    entries = ((str(entry["name"]).rstrip("/"), entry["type"] == "directory") for entry in listed)
    return [entry for entry in entries if entry[0] != folder.rstrip("/")]


def _nothing(where: str) -> InputError:
    return InputError("nothing is there", where, "correct the URL, or fill the place first")
