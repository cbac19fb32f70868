"""An index of a folder: what each entry says, read again only when the entry has changed."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

Value = TypeVar("Value")

_RACY = 50_000_000
_RACY_COARSE = 2_000_000_000


class Index(Generic[Value]):
    """The readable entries of a folder by name, fresh after each `refresh`.

    A change is seen by the entry's time of modification: of a folder, when a file in it was created, replaced or
    removed. An entry that was read so soon after its last change that another change could have left the same time is
    read again next time, as Git does with its index ("racy Git").

    Args:
        folder: the folder; it need not be there.
        read: reads one entry; None when it can't be understood.
    """

    def __init__(self, folder: Path, read: Callable[[Path], Value | None]) -> None:
        self._folder = folder
        self._read = read
        self._entries: dict[str, tuple[int, bool, Value | None]] = {}
        self.version = 0
        """Rises whenever what an entry says has changed."""

    def refresh(self) -> None:
        """Look at every entry's time of modification, and read what has changed."""
        seen: dict[str, tuple[int, bool, Value | None]] = {}
        for name, stamp in _stamps(self._folder):
            known = self._entries.get(name)
            seen[name] = known if known and known[0] == stamp and known[1] else self._look(name, stamp)
        if seen.keys() != self._entries.keys():
            self.version += 1
        self._entries = seen

    def refresh_one(self, name: str) -> Value | None:
        """Read one entry anew; return what it says."""
        try:
            stamp = (self._folder / name).lstat().st_mtime_ns
        except FileNotFoundError:
            self.version += self._entries.pop(name, None) is not None
            return None
        self._entries[name] = self._look(name, stamp)
        return self._entries[name][2]

    def _look(self, name: str, stamp: int) -> tuple[int, bool, Value | None]:
        racy = _RACY_COARSE if stamp % 1_000_000 == 0 else _RACY
        is_settled = time.time_ns() - stamp > racy
        value = self._read(self._folder / name)
        known = self._entries.get(name)
        self.version += known is None or known[2] != value
        return stamp, is_settled, value

    def get(self, name: str) -> Value | None:
        """Return what an entry said when it was last read; None when it is not there or unreadable."""
        known = self._entries.get(name)
        return known[2] if known else None

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield every readable entry with its name."""
        for name, (_, _, value) in self._entries.items():
            if value is not None:
                yield name, value

    def names(self) -> Mapping[str, object]:
        """Return the names of all entries, readable or not."""
        return self._entries


def _stamps(folder: Path) -> list[tuple[str, int]]:
    """Return every entry's name and time of modification; one that goes meanwhile is left out."""
    found: list[tuple[str, int]] = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                found.append((entry.name, entry.stat(follow_symlinks=False).st_mtime_ns))
    return found
