"""The folders of runs on the disk: what jobs write, and checkouts of what was accepted."""

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from reconciler import untrusted
from reconciler.disk import writing
from reconciler.git.export import export
from reconciler.git.objects import ObjectStore
from reconciler.git.trees import EXECUTABLE, FILE, list_tree
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import RunName
from reconciler.providers.data.git.stamps import is_sealed, seal
from runners.contract.mistakes import shown
from runners.contract.names import is_file_name

STALE = 3600.0
"""Seconds after which what a crash has left is nobody's any more."""
DEEPEST = 60
"""Folders within one another in an output."""
_UNREACHABLE = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG)
"""How the way to a file may end by what a job has left there, and not by a fault of the disk."""
Output = dict[str, tuple[Path, str]]
"""The files of an output by their paths in it, each with its mode in Git."""


class Folders:
    """The folders of all runs below one folder of the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.trash = root / "trash"

    def work(self, run: RunName) -> Path:
        """Return where a run's job writes."""
        return self.root / "work" / run

    def version(self, run: RunName) -> Path:
        """Return where the checkout of an accepted run lies."""
        return self.root / "versions" / run

    def make(self, run: RunName) -> Path:
        """Make the folder that a run's job writes to, unless it is there.

        Raises:
            Unavailable: the disk can't be written.
        """
        folder = self.work(run)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def put(self, run: RunName, files: Mapping[str, bytes]) -> None:
        """Put files into the folder that a run's job wrote to, in the place of what it left there, links included.

        Raises:
            Unavailable: the disk can't be written.
        """
        for name, content in files.items():
            place = self.make(run) / name
            if place.is_dir() and not place.is_symlink():
                self.remove(place)
            with writing(place):
                self.trash.mkdir(parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile(dir=self.trash, delete=False) as draft:
                    draft.write(content)
                Path(draft.name).chmod(0o644)
                Path(draft.name).replace(place)

    def keep(self, run: RunName) -> None:
        """Turn what a run's job wrote into the checkout of its version, unless there is one.

        Raises:
            Unavailable: the disk can't be written.
        """
        work, version = self.work(run), self.version(run)
        with writing(version):
            version.parent.mkdir(parents=True, exist_ok=True)
            if not version.exists():
                with suppress(FileNotFoundError):
                    work.rename(version)
                    seal(version)
        self.remove(work)

    def check_out(self, objects: ObjectStore, tree: str, run: RunName) -> None:
        """Write a tree to the checkout of a run's version, unless it is there as it was made.

        Raises:
            Unavailable: the disk can't be written, or the tree can't be read.
        """
        folder = self.version(run)
        with writing(folder):
            is_whole = folder.is_dir() and is_sealed(folder, list_tree(objects, tree).files.keys())
        if not is_whole:
            self.remove(folder)
            export(objects, tree, folder, self.trash)
            with writing(folder):
                seal(folder)

    def remove(self, folder: Path) -> None:
        """Take a folder away at once, then delete what was in it.

        Raises:
            Unavailable: the disk can't be written.
        """
        if not folder.exists():
            return
        with writing(folder):
            self.trash.mkdir(parents=True, exist_ok=True)
            bin_ = Path(tempfile.mkdtemp(dir=self.trash))
            with suppress(FileNotFoundError):
                folder.rename(bin_ / "gone")
            _delete(bin_)

    def sweep(self, alive: Collection[RunName], accepted: Collection[RunName]) -> None:
        """Clear away what a crash left: old trash, and work folders of runs that have no branch.

        That of an accepted run becomes the checkout of its version, as the merge that was broken off would have had it.

        Raises:
            Unavailable: the disk can't be written.
        """
        oldest = time.time() - STALE
        for stale in self.trash.glob("*"):
            if stale.lstat().st_mtime < oldest:
                _delete(stale)
        for folder in (self.root / "work").glob("*/*/*"):
            run = RunName(folder.relative_to(self.root / "work").as_posix())
            if run in accepted:
                self.keep(run)
            elif run not in alive and folder.lstat().st_mtime < oldest:
                self.remove(folder)

    def check(self, run: RunName, largest: int) -> None:
        """See that what a run's job has written can be kept.

        Raises:
            FileNotFoundError: it is being removed.
            Refused: it can't.
            Unavailable: the disk can't be read.
        """
        try:
            if self.work(run).exists():
                look(self.work(run), largest)
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno in _UNREACHABLE:
                raise Refused(f"the output can't be read: {error.strerror}", "let its owner read all of it") from error
            raise Unavailable(f"the folder {self.root} can't be read: {error.strerror}", "see its disk") from error

    def has_file(self, run: RunName, path: str) -> bool:
        """Tell whether a run's job has written a file of this path; what can't be reached isn't there."""
        if not all(is_file_name(part) for part in path.split("/")):
            return False
        try:
            return stat.S_ISREG((self.work(run) / path).stat().st_mode)
        except OSError as error:
            if error.errno in _UNREACHABLE:
                return False
            raise Unavailable(f"the folder {self.root} can't be read: {error.strerror}", "see its disk") from error

    def open_file(self, run: RunName, path: str) -> bytes:
        """Read a file that a run's job has written.

        Raises:
            FileNotFoundError: there is none, or the path leads out of the run's folder.
            Refused: it is no regular file, or a large one.
        """
        if not all(is_file_name(part) for part in path.split("/")) or (self.work(run) / path).is_dir():
            raise FileNotFoundError(f"the run {run} has no file {path}")
        return untrusted.read(self.work(run) / path, below=self.root)


def _delete(folder: Path) -> None:
    """Delete a folder as far as that may be: one whose folders lie a thousand deep stays in the trash."""
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)


def scan(folder: Path, largest: int) -> Output:
    """Return every file below a folder with its mode in Git, by its path there. Links to files inside are followed.

    Raises:
        Refused: something can't be kept in Git: a link out of the folder or to a folder, a pipe, a name such as `.git`;
            or all together have more than `largest` bytes.
        Unavailable: the disk has no room for them.
    """
    found, size = look(folder, largest)
    free = shutil.disk_usage(folder).free
    if size > free:
        raise Unavailable(f"the output has more than the {free / 2**30:.1f} GiB that the disk has left", "free some")
    return found


def look(folder: Path, largest: int) -> tuple[Output, int]:
    """Return what `scan` does and how many bytes it has, whether or not the disk has room for them.

    Raises:
        Refused: something can't be kept in Git, or it is more than `largest` bytes.
    """
    root = folder.resolve()
    found: Output = {}
    size = 0
    for entry in _walk(root):
        path = Path(entry.path).relative_to(root).as_posix()
        if not is_file_name(entry.name):
            raise Refused(f"the output has a file {shown(path)}, which can't be kept", "leave it out, or rename it")
        if path.count("/") >= DEEPEST:
            raise Refused(f"the output has more than {DEEPEST} folders within one another", "leave fewer levels")
        if entry.is_symlink() and _leads_out(Path(entry.path), root):
            raise Refused(f"the output has a link {path} to something outside", "write the file itself")
        if not entry.is_file():
            raise Refused(f"{path} in the output is no regular file", "write regular files and folders only")
        size += entry.stat().st_size
        if size > largest:
            what = f"the output has more than {largest / 2**30:g} GiB"
            raise Refused(what, "write less, or give `data` in environment.yaml a larger `largest_output`")
        is_executable = entry.stat().st_mode & stat.S_IXUSR
        found[path] = (Path(entry.path), EXECUTABLE if is_executable else FILE)
    return found, size


def _leads_out(link: Path, root: Path) -> bool:
    try:
        return not link.resolve().is_relative_to(root)
    except RuntimeError:  # it leads round in a circle
        return True


def _walk(folder: Path, depth: int = 0) -> Iterator["os.DirEntry[str]"]:
    """Yield all that is no folder, and folders that aren't entered, for their name or their depth."""
    with os.scandir(folder) as entries:
        inside = sorted(entries, key=lambda entry: entry.name)
    for entry in inside:
        if entry.is_dir(follow_symlinks=False) and is_file_name(entry.name) and depth < DEEPEST:
            yield from _walk(Path(entry.path), depth + 1)
        else:
            yield entry
