"""Taking files: those of a source that came or were changed, each read whole as it was at one moment.

All are listed before they are read and once more afterwards. One that was written meanwhile is read anew, as its rows
could be of two states of it; so is one that couldn't be read, if it was being written. What comes after the first
listing is left to the next refresh.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from runners.contract import InputError, SourceUnavailable
from runners.ingest.origins import Origins, Shape
from runners.ingest.parameters import Parameters
from runners.ingest.spool import Spool
from runners.sources.files import batches_of
from runners.sources.objects import Object, Objects, list_objects, mark_now
from runners.sources.parameters import FileSource

TIMES = 3
"""How often a file is read at most, if it is written while that is done."""


@dataclass(frozen=True)
class Read:
    """A file that was read, and what is in it."""

    object: Object
    spool: Spool

    @property
    def shape(self) -> Shape:
        """Return its columns, and the types that fit each."""
        return tuple(self.spool.fits.items())


@dataclass
class Taken:
    """What was taken of a source: the files that were read, in the order of their names, and those that are as before.

    `again` tells how many were read more than once.
    """

    read: list[Read] = field(default_factory=list)
    kept: tuple[str, ...] = ()
    again: int = 0


def take(files: FileSource, params: Parameters, before: Origins, place: Path) -> Taken:
    """Read the files of a source that aren't as they were.

    Args:
        files: the source.
        params: what is declared of its columns.
        before: the files of the version before.
        place: where what was read lies, a folder for each file.

    Raises:
        InputError: the source is wrong, or a file can't be understood.
        SourceUnavailable: the source is out of reach, or a file is written again and again.
    """
    return _Taking(files, params, place).all(before)


class _Taking:
    """Files on their way to the disk, the newest state of each."""

    def __init__(self, files: FileSource, params: Parameters, place: Path) -> None:
        self._files, self._params, self._place = files, params, place
        self._count = 0
        self._read: dict[str, Read] = {}

    def all(self, before: Origins) -> Taken:
        """Read what is new or was changed, again where it is written meanwhile."""
        objects = list_objects(self._files)
        kept = tuple(one.name for one in objects.listed if _is_as_before(one, before))
        waiting = {name: one for name, one in objects.by_name.items() if name not in set(kept)}
        wanted, again = tuple(waiting), set[str]()
        for _ in range(TIMES):
            for one in waiting.values():
                self._take(objects, one)
            if not wanted:
                break
            objects = list_objects(self._files)
            waiting = self._moved(wanted, objects)
            if not waiting:
                break
            again |= waiting.keys()
        else:
            what = f"it was written each of the {TIMES} times that it was read"
            raise SourceUnavailable(what, min(waiting), "let whoever writes it finish, or write files of other names")
        return Taken([one for _, one in sorted(self._read.items())], kept, len(again))

    def _take(self, objects: Objects, one: Object) -> None:
        """Read a file; what fails because it is being written is read anew later.

        Raises:
            InputError: it can't be understood.
            SourceUnavailable: the store doesn't answer.
        """
        self._forget(one.name)
        self._count += 1
        folder = self._place / str(self._count)
        folder.mkdir()
        spool = Spool(folder, self._params.columns or {}, self._params.source.spellings)
        try:
            spool.fill(batches_of(objects.found, one.path, self._files), is_text=self._files.format == "csv")
        except (InputError, SourceUnavailable):
            if not _is_moved(objects, one):
                raise
            shutil.rmtree(folder)
            return
        self._read[one.name] = Read(one, spool)

    def _moved(self, wanted: Iterable[str], objects: Objects) -> dict[str, Object]:
        """Return the files that aren't what was read any more; those that are gone are let go."""
        now, moved = objects.by_name, {}
        for name in wanted:
            if name not in now:
                self._forget(name)
            elif name not in self._read or self._read[name].object.mark != now[name].mark:
                moved[name] = now[name]
        return moved

    def _forget(self, name: str) -> None:
        if read := self._read.pop(name, None):
            shutil.rmtree(read.spool.folder)


def _is_as_before(one: Object, before: Origins) -> bool:
    known = before.files.get(one.name)
    return known is not None and known.mark is not None and known.mark == one.mark


def _is_moved(objects: Objects, one: Object) -> bool:
    """Tell whether a file was written or taken away since it was listed."""
    try:
        return mark_now(objects.found, one.path) != one.mark
    except FileNotFoundError:
        return True
    except OSError:
        return False
