"""Seals: by which it is seen at a glance whether anybody has written to a version's checkout since it was made."""

import os
import stat
from collections.abc import Set
from pathlib import Path

SEALED = 1_000_000_000
"""The time of change, in seconds, that all files of a checkout bear: a file of another one was changed."""


def seal(folder: Path) -> None:
    """Take the right to write from all files of a version, and give them the time by which a change is seen."""
    for place, _, files in os.walk(folder):
        for name in files:
            file = Path(place, name)
            if not file.is_symlink():
                file.chmod(file.stat().st_mode & ~0o222)
                os.utime(file, (SEALED, SEALED))


def is_sealed(folder: Path, paths: Set[str]) -> bool:
    """Tell whether a version's checkout holds these files, and none that anybody has written to since it was made.

    It looks at the files' names, rights and times. Who reads them compares their digests.
    """
    files = {Path(place, name) for place, inner, files in os.walk(folder) for name in (*files, *_links(place, inner))}
    return {file.relative_to(folder).as_posix() for file in files} == paths and all(map(_is_sealed, files))


def _links(place: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(place, name).is_symlink()]


def _is_sealed(file: Path) -> bool:
    told = file.lstat()
    return stat.S_ISREG(told.st_mode) and not told.st_mode & 0o222 and told.st_mtime_ns == SEALED * 10**9
