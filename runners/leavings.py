"""What a runner, or the user's own code, has left in a folder: looked at before it counts, as any of it may be odd."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from runners.contract import InputError
from runners.contract.names import is_file_name

DEEPEST = 48
"""Folders within one another; with those that lead to a run's own folder, a path of the data store has 64 parts."""
LONGEST = 3000
"""Bytes of a path, for the same reason: systems take 4096."""


def files_in(folder: Path, name: str = "output") -> list[str]:
    """Return the paths of all files below a folder, which people know by a name. Links to files inside are files.

    Raises:
        InputError: the folder is gone, or something in it can't be kept: a link out of it or to a folder, a pipe, a
            name such as `.git`, folders too deep.
    """
    if folder.is_symlink() or not folder.is_dir():
        what = "its output folder was removed, or something else was put in its place"
        raise InputError(what, name, "leave the folder as it is found, and write into it")
    root = folder.resolve()
    return [_checked(root, path) for path in _walk(root, "")]


def _walk(root: Path, below: str) -> Iterator[str]:
    """Yield the paths of all that is no folder; no folder is entered whose name or depth is odd."""
    try:
        with os.scandir(root / below) as entries:
            inside = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except PermissionError as error:
        raise _odd(below, "the output has a folder that can't be read", "let its owner read it") from error
    for name, is_folder in inside:
        path = f"{below}/{name}" if below else name
        if not is_file_name(name) or not _is_text(name):
            raise _odd(path, "the output has a name that can't be kept", "leave it out, or rename it")
        if path.count("/") >= DEEPEST or len(os.fsencode(path)) > LONGEST:
            raise _odd(path, f"the output has more than {DEEPEST} folders within one another", "leave fewer levels")
        if is_folder:
            yield from _walk(root, path)
        else:
            yield path


def _checked(root: Path, path: str) -> str:
    place = root / path
    if place.is_symlink() and not _target(place).is_relative_to(root):
        raise _odd(path, "the output has a link to something outside", "write the file itself")
    if not place.exists() or not stat.S_ISREG(place.stat().st_mode):
        raise _odd(path, "it is no regular file", "write regular files and folders only")
    if not os.access(place, os.R_OK):
        raise _odd(path, "the output has a file that can't be read", "let its owner read it")
    return path


def _target(link: Path) -> Path:
    """Return where a link leads; one that leads round in a circle leads nowhere."""
    try:
        return link.resolve()
    except (OSError, RuntimeError):
        return Path(os.devnull)


def _is_text(name: str) -> bool:
    """Tell whether a name is UTF-8: one that isn't is no text, and results are."""
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _odd(path: str, what: str, fix: str) -> InputError:
    shown = path if path.isprintable() else ascii(path)
    return InputError(what, shown if len(shown) <= 200 else f"{shown[:200]}…", fix)
