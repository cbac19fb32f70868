"""Layers: what a step has added to a root, as an archive whose bytes follow from names, modes and contents alone."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: the digest and the size of its file, the digest of the archive within, and what it is for."""

    digest: str
    size: int
    diff_id: str
    what: str


def paths_of(root: Path) -> list[str]:
    """Return all paths below a root, sorted by their bytes; folders before what is in them."""
    found = (path.relative_to(root).as_posix() for path in root.rglob("*"))
    return sorted((path for path in found if not path.endswith(".pyc")), key=str.encode)


def write_layer(root: Path, paths: Collection[str], blobs: Path, epoch: int, what: str) -> Layer:
    """Write a layer of some paths among the blobs of a layout."""
    place = blobs / ".layer"
    with place.open("wb") as file:
        within = hashlib.sha256()
        with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
            _archive(root, paths, _Hashing(packed, within.update), epoch)
    digest = _sha256(place)
    size = place.stat().st_size
    place.rename(blobs / digest)
    return Layer(f"sha256:{digest}", size, f"sha256:{within.hexdigest()}", what)


class _Hashing(io.RawIOBase):
    """A file that is hashed as it is written."""

    def __init__(self, file: BinaryIO | gzip.GzipFile, see: Callable[[bytes], None]) -> None:
        self._file, self._see = file, see

    def writable(self) -> bool:
        """Tell that it can be written."""
        return True

    def write(self, data: Any) -> int:
        """Write, and see, some bytes."""
        self._see(bytes(data))
        return self._file.write(data)


def _archive(root: Path, paths: Collection[str], file: _Hashing, epoch: int) -> None:
    with tarfile.open(mode="w|", fileobj=file, format=tarfile.PAX_FORMAT, bufsize=_PIECE) as archive:
        for path, one in _members(root, paths, epoch):
            if one.isreg():
                with path.open("rb") as content:
                    archive.addfile(one, content)
            else:
                archive.addfile(one)


def _members(root: Path, paths: Collection[str], epoch: int) -> Iterator[tuple[Path, tarfile.TarInfo]]:
    for name in paths:
        path = root / name
        one = tarfile.TarInfo(name)
        mode = path.lstat().st_mode
        one.mtime = epoch
        if path.is_symlink():
            one.type, one.linkname, one.mode = tarfile.SYMTYPE, str(path.readlink()), 0o777
        elif path.is_dir():
            one.type, one.mode = tarfile.DIRTYPE, mode & 0o7777 if mode & 0o002 else 0o755
        elif path.is_file():
            one.size, one.mode = path.stat().st_size, 0o755 if mode & 0o100 else 0o644
        else:
            continue
        yield path, one


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
