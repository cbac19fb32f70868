"""Archives as folders: an entry that its name hides from a listing, or that stands for another, is told.

fsspec lists what an archive holds as if it were a folder. A name that no folder could have isn't listed there, two
entries of one name are one, and a link is a file that holds its target's path: a dataset would lack rows that nobody
misses. So an archive is looked through before, and refused as a whole.
"""

import re
import stat
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from fsspec.archive import AbstractArchiveFileSystem

from runners.contract import InputError
from runners.contract.text import printable
from runners.sources.room import room

LONGEST_NAME = 100
"""Characters of an entry's name that are told."""
DEEPEST = 100
"""Folders that an entry may lie in."""
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_ENCRYPTED = 0x1
"""The flag of an entry that a password is needed for: APPNOTE.TXT, 4.4.4."""
_UNIX = 3
"""The system whose modes an entry has: APPNOTE.TXT, 4.4.2."""
_DRIVE = re.compile(r"[A-Za-z]:")
_PACK = "pack the archive anew: plain files with names that lie within it, each once"


def check_archive(files: Any, where: str) -> None:
    """Look an archive through; any other file system is let pass.

    Args:
        files: the file system that a URL has opened.
        where: the URL as the spec has it.

    Raises:
        InputError: an entry has a name that leads elsewhere or that another has, isn't a plain file or can't be
            unpacked.
    """
    if isinstance(found := getattr(files, "zip", None), zipfile.ZipFile):
        entries = found.infolist()
        _check(((entry.orig_filename, _odd_in_zip(entry)) for entry in entries), where)
        _check_once([entry.orig_filename for entry in entries], where)
    elif isinstance(found := getattr(files, "tar", None), tarfile.TarFile):
        members = found.getmembers()
        _check(((member.name, _odd_in_tar(member)) for member in members), where)


def check_room(files: Any, paths: Iterable[str], where: str) -> None:
    """See that there is room for what is unpacked of an archive; any other file system is let pass.

    Raises:
        InputError: there isn't.
    """
    if not isinstance(files, AbstractArchiveFileSystem):
        return
    size = sum(files.info(path)["size"] for path in paths)
    if size > (most := room()):
        what = f"the archive's files have {size:,} bytes, and there is room for {most:,}"
        raise InputError(what, where, "give less in an archive, or the jobs' temporary folder (TMPDIR) more room")


def _check(entries: Iterable[tuple[str, str]], where: str) -> None:
    told = [f"{shown(name)} {what}" for name, odd in entries if (what := _odd_name(name) or odd)]
    if told:
        more = f", and so with {len(told) - 1:,} more" if len(told) > 1 else ""
        raise InputError(f"the archive's entry {told[0]}{more}", where, _PACK)


def _odd_name(name: str) -> str:
    """Tell what is wrong with an entry's name; empty where nothing is."""
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or _DRIVE.match(name):
        return "has an absolute path"
    if "\\" in name:
        return "has a path with backslashes"
    if ".." in parts:
        return "leads out of the archive"
    if "" in parts or "\0" in name:
        return "has a name that no file can have"
    return f"lies in more than {DEEPEST} folders" if len(parts) > DEEPEST else ""


def _odd_in_zip(entry: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == _UNIX else 0
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link" if kind == stat.S_IFLNK else "is no plain file"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    is_known = entry.compress_type in _METHODS
    return "" if is_known else f"is packed by method {entry.compress_type}, which isn't known here"


def _odd_in_tar(member: tarfile.TarInfo) -> str:
    return "" if member.isreg() or member.isdir() or member.islnk() or member.issym() else "is no plain file"


def _check_once(names: Iterable[str], where: str) -> None:
    """Refuse names that mean the same place, or a file where another's folder is."""
    files: set[PurePosixPath] = set()
    folders: set[PurePosixPath] = set()
    for name in names:
        path = PurePosixPath(name)
        folders.update(path.parents)
        if name.endswith("/"):
            folders.add(path)
        elif path in files:
            raise InputError(f"the archive has several entries {shown(name)}", where, _PACK)
        else:
            files.add(path)
    if both := sorted(files & folders):
        raise InputError(f"the archive's entry {shown(str(both[0]))} is a file and a folder", where, _PACK)


def shown(name: str) -> str:
    """Return an entry's name as it can be told: on one line, of a bounded length, its odd signs escaped."""
    return f"'{printable(name, LONGEST_NAME)}'"
