"""Places by fsspec URL, brought near: a runner works on local folders, wherever its inputs and outputs live."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

import fsspec

from runners.contract import ERROR, RESULT, InputError, InputGone
from runners.contract.mistakes import shown
from runners.contract.secrets import PREFIX, SECRET
from runners.stores import answering

LAST_WORDS = (RESULT, ERROR)
"""What a run leaves when all else is there."""
NOTHING: Mapping[str, str] = MappingProxyType({})
DEEPEST = 500
"""Folders in one another that are looked into."""


def reveal(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Replace every `${secret:NAME}` in a text by the secret itself.

    Raises:
        InputError: a secret isn't set where the job runs.
    """

    def find(match: re.Match[str]) -> str:
        value = environ.get(PREFIX + match[1])
        if value is None:
            raise InputError(
                f"the secret {match[1]} is not set",
                match[0],
                f"set {PREFIX}{match[1]} where the pool's jobs run",
            )
        return value

    return SECRET.sub(find, text)


def local(url: str) -> Path:
    """Return a local folder or file with what a URL holds: the place itself where it is local, else a copy.

    Raises:
        InputGone: nothing is there.
        SourceUnavailable: its store doesn't answer.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        path = Path(unquote(parts.path))
        if not path.exists():
            raise gone(url)
        return path
    return fetch(url, Path(tempfile.mkdtemp(prefix="setpoint-")))


def fetch(url: str, target: Path) -> Path:
    """Copy everything below a URL to a local folder; return the folder.

    Raises:
        FileNotFoundError: nothing is there.
        SourceUnavailable: its store doesn't answer.
    """
    try:
        with answering(url):
            files, base = fsspec.core.url_to_fs(url)
            base = base.rstrip("/")
            near = {path: inside(target, path.removeprefix(f"{base}/")) for path in found_below(files, base)}
            for folder in {path.parent for path in near.values()}:
                folder.mkdir(parents=True, exist_ok=True)
            files.get(list(near), [str(path) for path in near.values()])
    except FileNotFoundError as error:
        raise gone(url) from error
    if not near:
        raise gone(url)
    return target


def inside(folder: Path, name: str) -> Path:
    """Return the path of a foreign name below a folder: the one way in which such a name becomes a path.

    Raises:
        InputError: it leads out of the folder, by itself or by a link that lies there.
    """
    path, parts = folder / name, PurePosixPath(name).parts
    is_plain = parts and "\0" not in name and ".." not in parts and not PurePosixPath(name).is_absolute()
    if not is_plain or not path.resolve().is_relative_to(folder.resolve()) or path.resolve() == folder.resolve():
        raise InputError(f"{shown(name)} leads out of its folder", name, "give it a name that lies within")
    return path


def found_below(files: fsspec.AbstractFileSystem, folder: str, deepest: int = DEEPEST) -> Iterator[str]:
    """Yield all files below a folder, or raise: fsspec's `find` and `walk` leave out what they couldn't read.

    Raises:
        InputError: something there is neither a file nor a folder, or there are folders in folders without an end, so
            that reading it might never end.
        FileNotFoundError: nothing is there.
        OSError: not all of it could be read.
    """
    itself = (folder, folder.rstrip("/"), f"{folder.rstrip('/')}/.")  # the last as pages on the web may list it
    for entry in files.ls(folder, detail=True):
        name = str(entry["name"]).rstrip("/")
        if entry["type"] == "other" and not (entry.get("islink") and Path(name).is_file()):
            raise InputError("it is neither a file nor a folder", name, "take it out of there")
        if entry["type"] != "directory":
            yield name
        elif not deepest:
            raise InputError(f"there are more than {DEEPEST} folders in one another", folder, "take them out of there")
        elif name not in itself:
            yield from found_below(files, name, deepest - 1)


def gone(url: str) -> InputGone:
    """Return the error of an input that isn't there."""
    return InputGone(
        "nothing is there any more", url, "it is tried again with what is newest then; else make it upstream"
    )


def deliver(folder: Path, url: str, kept: Mapping[str, str] = NOTHING) -> None:
    """Make what lies at a URL the same as a local folder; does nothing where the folder is that place.

    `kept` are the URLs of files that aren't in the folder, by their paths in it: the store copies them by itself.

    What an earlier attempt left is taken away first. The last word (`result.json`, `error.json`) comes when all else is
    there, so that whoever finds it finds all.

    Raises:
        SourceUnavailable: the store doesn't answer.
    """
    with answering(url):
        _deliver(folder, url, kept)


def _deliver(folder: Path, url: str, kept: Mapping[str, str]) -> None:
    files, base = fsspec.core.url_to_fs(url)
    if Path(base) == folder:
        return
    base = base.rstrip("/")
    mine = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if _is_own(path, folder)]
    found = _found(files, base)
    for stale in found - {*mine, *kept}:
        files.rm_file(f"{base}/{stale}")
    for path in kept.keys() - found:
        files.cp_file(fsspec.core.url_to_fs(kept[path])[1], f"{base}/{path}")
    last = [path for path in mine if path in LAST_WORDS]
    for some in ([path for path in mine if path not in LAST_WORDS], last):
        if some:
            files.put([str(folder / path) for path in some], [f"{base}/{path}" for path in some])


def _is_own(path: Path, folder: Path) -> bool:
    """Tell whether a path is that of a file of the folder's: what a link leads to outside isn't."""
    return path.is_file() and not (path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()))


def _found(files: fsspec.AbstractFileSystem, base: str) -> set[str]:
    try:
        return {path[len(base) :].lstrip("/") for path in found_below(files, base)}
    except FileNotFoundError:
        return set()
