"""A folder of the disk as a tree of specs: what lies there, committed or not, for `setpoint validate`."""

import hashlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from reconciler.git.export import LARGEST_POINTER, LFS, unfit
from reconciler.git.init import taken
from reconciler.model.ids import CommitId

ROOTS = ("specs", "environments")
MOST = 50_000
"""Paths that are looked at where there is no repository."""


class FolderTree:
    """The files of a folder, read once. Ids are digests of paths and times, which is enough for one look.

    Args:
        folder: the folder that holds `specs/` and `environments/`.
    """

    commit = CommitId("")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = [path for root in ROOTS for path in sorted((folder / root).rglob("*"))]
        self._names = {path: path.relative_to(folder).as_posix() for path in found}
        self.odd: Mapping[str, str] = {name: "symlink" for path, name in self._names.items() if path.is_symlink()}
        self.files: Mapping[str, str] = {
            name: _id(path, name) for path, name in self._names.items() if name not in self.odd and path.is_file()
        }
        self._paths = {self.files[name]: path for path, name in self._names.items() if name in self.files}

    def read(self, blob: str) -> bytes:
        """Return a file's content."""
        return self._paths[blob].read_bytes()

    def read_all(self, blobs: list[str]) -> list[bytes]:
        """Return the contents of several files."""
        return [self.read(blob) for blob in blobs]

    def size(self, blob: str) -> int:
        """Return a file's size in bytes."""
        return self._paths[blob].stat().st_size

    def tree_id(self, folder: str) -> str | None:
        """Return an id for a folder below this one, or None where there is none."""
        path = self._folder / folder
        return hashlib.sha256(folder.encode()).hexdigest() if path.is_dir() else None

    def inside(self, folder: str) -> frozenset[str]:
        """Return the paths of all that is no folder below a folder, from there on; of an empty name, all paths.

        What Git ignores isn't there, as no commit has it.
        """
        found = taken(self._folder, folder)
        if found is None:
            place = self._folder / folder
            found = tuple(path.relative_to(place).as_posix() for path in islice(place.rglob("*"), MOST))
        return frozenset(path for path in found if not (self._folder / folder / path).is_dir())

    def unfit(self, folder: str) -> tuple[str, str] | None:
        """Say what of a folder can't be handed to a job, and what to do about it; None where all can.

        What Git ignores isn't looked at, as no commit has it; where nobody would commit it, nothing is.
        """
        found = {name: self._folder / folder / name for name in taken(self._folder, folder) or ()}
        links = {name: str(path.readlink()) for name, path in found.items() if path.is_symlink()}
        submodules = [name.rstrip("/") for name, path in found.items() if name not in links and path.is_dir()]
        files = [name for name, path in found.items() if name not in links and path.is_file()]
        return unfit(files, links, submodules, [name for name in files if _is_pointer(found[name])])


def _is_pointer(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(LFS)) == LFS and path.stat().st_size <= LARGEST_POINTER


def _id(path: Path, name: str) -> str:
    stat = path.stat()
    return hashlib.sha256(f"{name}\0{stat.st_mtime_ns}\0{stat.st_size}".encode()).hexdigest()
