"""A folder of small JSON files, each whole or not at all, and read again only when it has changed."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from reconciler import untrusted
from reconciler.model.errors import Refused
from reconciler.model.ids import file_name

Value = TypeVar("Value")
Stamp = tuple[int, int, int]
"""What tells a file from another one of its name: every write makes a new one."""


class JsonFolder(Generic[Value]):
    """Files by the name of what they are about, as of the last `refresh`.

    Args:
        folder: where they are; it need not be there.
        read: reads what a file says; raises KeyError, TypeError or ValueError where it says something else.
        write: the other way round.
    """

    def __init__(
        self, folder: Path, read: Callable[[Mapping[str, Any]], Value], write: Callable[[Value], Mapping[str, Any]]
    ) -> None:
        self._folder = folder
        self._read = read
        self._write = write
        self._files: dict[str, tuple[Stamp, Value | None]] = {}
        self.version = 0
        """Rises whenever what the files say has changed."""

    def refresh(self) -> None:
        """See what has changed."""
        seen: dict[str, tuple[Stamp, Value | None]] = {}
        for name, stamp in _stamps(self._folder):
            known = self._files.get(name)
            seen[name] = known if known and known[0] == stamp else (stamp, self._read_file(name))
        self.version += seen != self._files
        self._files = seen

    def look(self, name: str) -> Value | None:
        """Read one file anew; return what it says, None where it isn't there or can't be understood."""
        try:
            stamp = _stamp((self._folder / _file(name)).stat())
        except FileNotFoundError:
            self.version += self._files.pop(_file(name), None) is not None
            return None
        if self._files.get(_file(name), (None,))[0] != stamp:
            self._files[_file(name)] = (stamp, self._read_file(_file(name)))
            self.version += 1
        return self.get(name)

    def get(self, name: str) -> Value | None:
        """Return what is known of one name; None where nothing is, or nothing that can be understood."""
        return self._files.get(_file(name), (None, None))[1]

    def values(self) -> Iterator[Value]:
        """Yield all that is known."""
        return (value for _, value in self._files.values() if value is not None)

    def put(self, name: str, value: Value) -> None:
        """Write what is known of a name."""
        path = self._folder / _file(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(self._write(value)), encoding="utf-8")
        part.replace(path)
        self._files[path.name] = (_stamp(path.stat()), value)
        self.version += 1

    def remove(self, name: str) -> None:
        """Forget a name."""
        (self._folder / _file(name)).unlink(missing_ok=True)
        self.version += self._files.pop(_file(name), None) is not None

    def _read_file(self, name: str) -> Value | None:
        try:
            return self._read(untrusted.parse(untrusted.read(self._folder / name)))
        except (FileNotFoundError, KeyError, TypeError, ValueError, Refused):
            return None


def _file(name: str) -> str:
    return f"{file_name(name)}.json"


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _stamps(folder: Path) -> list[tuple[str, Stamp]]:
    """Return every file's name and stamp; one that goes meanwhile is left out."""
    try:
        names = [name for name in os.listdir(folder) if name.endswith(".json")]  # noqa: PTH208 - thousands, each pass
    except FileNotFoundError:
        return []
    found: list[tuple[str, Stamp]] = []
    for name in names:
        with suppress(FileNotFoundError):
            found.append((name, _stamp((folder / name).lstat())))
    return found
