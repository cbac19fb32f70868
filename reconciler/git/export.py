"""Writing a tree to a folder of the disk, so that nothing in it reaches out of that folder."""

import os
import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path

from reconciler.disk import draft_of
from reconciler.git.objects import ObjectStore
from reconciler.git.trees import SUBMODULE, SYMLINK, Entry, Listing, list_tree
from reconciler.model.errors import Refused
from runners.contract.mistakes import shown
from runners.contract.names import is_file_name

LFS = b"version https://git-lfs.github.com/spec/"
"""How a pointer of Git LFS begins: what Git has in the place of a file whose content lies elsewhere."""
LARGEST_POINTER = 1024
"""Bytes of a pointer at the most, by its specification."""


def export(objects: ObjectStore, tree_id: str, folder: Path, drafts: Path | None = None) -> Path:
    """Write a tree to a folder, whole or not at all; one that is there is left as it is.

    Args:
        objects: where the tree is read.
        tree_id: the tree's id.
        folder: the folder that is to be.
        drafts: where it lies until it is whole, on the same disk; beside it, if not given.

    Raises:
        Refused: the tree holds a submodule, a pointer of Git LFS, a name that climbs out of it, or a link out of it.
        Unavailable: the disk can't be written, or the tree can't be read.
    """
    if folder.is_dir():
        return folder
    listing = list_tree(objects, tree_id)
    links = links_of(objects, listing.odd)
    submodules = [path for path, entry in listing.odd.items() if entry.mode == SUBMODULE]
    if found := unfit(listing.files, links, submodules, pointers_of(objects, listing.files, listing.sizes)):
        raise Refused(*found)
    with draft_of(folder, drafts) as draft:
        _write(objects, listing, links, draft)
    return folder


def links_of(objects: ObjectStore, odd: Mapping[str, Entry]) -> dict[str, str]:
    """Return where the symbolic links among some entries point to.

    Raises:
        Unavailable: they can't be read.
    """
    paths = [path for path, entry in odd.items() if entry.mode == SYMLINK]
    targets = objects.read_all([odd[path].id for path in paths])
    return dict(zip(paths, map(os.fsdecode, targets), strict=True))


def pointers_of(objects: ObjectStore, files: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    """Return which files are pointers of Git LFS.

    Args:
        objects: where they are read.
        files: their blobs by path.
        sizes: how many bytes a blob has; of those that are larger than a pointer none is read.

    Raises:
        FileNotFoundError: one isn't there.
        Unavailable: they can't be read.
    """
    small = [path for path, blob in files.items() if len(LFS) < sizes.get(blob, 0) <= LARGEST_POINTER]
    contents = objects.read_all([files[path] for path in small])
    return [path for path, content in zip(small, contents, strict=True) if content.startswith(LFS)]


def unfit(
    files: Iterable[str], links: Mapping[str, str], submodules: Iterable[str], pointers: Iterable[str] = ()
) -> tuple[str, str] | None:
    """Say what of a folder can't be written to another place, and what to do about it; None where all can.

    Args:
        files: the paths of its files, below it.
        links: where its symbolic links point to, by their paths.
        submodules: the paths of its submodules.
        pointers: the paths of those files that are pointers of Git LFS.
    """
    for path in submodules:
        return f"{path} is a submodule", "copy its files into the repository"
    for path in pointers:
        return (
            f"{path} is a Git LFS pointer, not the file itself",
            "`git lfs untrack` and commit the file; or keep it with the data, and have the job read it there",
        )
    for path in (*files, *links):
        if not all(is_file_name(part) for part in path.split("/")):
            return f"{shown(path)} can't be the path of a file", "rename the file"
    for path, target in links.items():
        if not _stays_inside(path, target):
            return f"{path} is a symbolic link out of its folder", "copy what it points to into the folder"
        if any(way in links for way in _ways(posixpath.join(posixpath.dirname(path), target))):
            return f"{path} is a symbolic link through another", "point it to the file itself"
    return None


def _stays_inside(path: str, target: str) -> bool:
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return not posixpath.isabs(target) and end != ".." and not end.startswith("../")


def _ways(path: str) -> list[str]:
    """Return every place that the kernel looks at on its way along a path, `..` taken one by one."""
    at: list[str] = []
    seen = []
    for part in path.split("/"):
        if part == "..":
            at = at[:-1]
        elif part not in ("", "."):
            at = [*at, part]
        seen.append("/".join(at))
    return seen


def _write(objects: ObjectStore, listing: Listing, links: Mapping[str, str], folder: Path) -> None:
    for inner in listing.folders:
        (folder / inner).mkdir()
    for path, blob in listing.files.items():
        with (folder / path).open("xb") as file:
            objects.copy(blob, file)
        if path in listing.executable:
            (folder / path).chmod(0o755)
    for path, target in links.items():
        (folder / path).symlink_to(target)
