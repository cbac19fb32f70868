"""The files of endpoints' records: each read again only when it has changed, and one that is broken said to be.

    endpoints/<name>.json   an endpoint
    leaving/<name>~<n>.json a deleted one, until the last of its processes has ended

Whatever else lies there has the name of no deployment, and is passed over.
"""

import os
import re
from pathlib import Path

from reconciler import untrusted
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import NAME, Address, address
from reconciler.model.text import printable
from reconciler.providers.serving.local.records import EndpointRecord

ENDPOINTS, LEAVING = "endpoints", "leaving"
_NAMES = {ENDPOINTS: re.compile(rf"{NAME.pattern}\.json"), LEAVING: re.compile(rf"{NAME.pattern}~\d+\.json")}
_FIX = "restore it, or remove it to have its endpoint made anew"


class RecordFiles:
    """Reads the records below a folder; a file that hasn't changed is not read again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Path, tuple[tuple[int, int], EndpointRecord]] = {}
        self._broken: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def all(self, folder: str) -> tuple[dict[Path, EndpointRecord], dict[Address, str]]:
        """Read the records of a folder; return those that can be read, and of the others what is wrong and what to do.

        Args:
            folder: `ENDPOINTS` or `LEAVING`.
        """
        found: dict[Path, EndpointRecord] = {}
        broken: dict[Address, str] = {}
        for path in self._paths(folder):
            try:
                if record := self.read(path):
                    found[path] = record
            except Unavailable as error:
                broken[deployment_of(path)] = f"{error.message}: {error.hint}"
        return found, broken

    def read(self, path: Path) -> EndpointRecord | None:
        """Read one record; None where there is none.

        Raises:
            Unavailable: it is there and can't be understood.
        """
        try:
            told = path.lstat()
            stamp = told.st_ino, told.st_mtime_ns
            known = self._known.get(path)
            if known and known[0] == stamp:
                return known[1]
            why = self._why_broken(path, (*stamp, told.st_ctime_ns))
        except FileNotFoundError:
            self._known.pop(path, None)
            return None
        if why:
            raise Unavailable(why, _FIX)
        return self._known[path][1]

    def remember(self, path: Path, record: EndpointRecord) -> None:
        """Take note of what was just written to a file."""
        told = path.lstat()
        self._known[path] = ((told.st_ino, told.st_mtime_ns), record)

    def _why_broken(self, path: Path, stamp: tuple[int, int, int]) -> str:
        """Read a record that has changed, and say why it can't be understood; a broken one is looked at once."""
        broken = self._broken.get(path)
        if broken and broken[0] == stamp:
            return broken[1]
        self._known.pop(path, None)
        try:
            self._known[path] = (stamp[:2], _record(path))
        except Refused as error:
            self._broken[path] = (stamp, error.message)
            return error.message
        self._broken.pop(path, None)
        return ""

    def _paths(self, folder: str) -> list[Path]:
        try:
            with os.scandir(self._folder / folder) as entries:
                return sorted(Path(entry.path) for entry in entries if _NAMES[folder].fullmatch(entry.name))
        except FileNotFoundError:
            return []


def deployment_of(path: Path) -> Address:
    """Return the deployment whose record a file is, by its name."""
    return address("deployments", path.stem.partition("~")[0])


def _record(path: Path) -> EndpointRecord:
    """Read a record.

    Raises:
        FileNotFoundError: there is none.
        Refused: it can't be understood.
    """
    try:
        record = EndpointRecord.from_json(untrusted.parse(untrusted.read(path)))
    except Refused as error:
        why = error.message
    except (AttributeError, KeyError, TypeError, ValueError):
        why = "it is no endpoint's"
    else:
        if record.deployment == deployment_of(path):
            return record
        why = f"it is that of {printable(record.deployment, 80)}"
    raise Refused(f"the record {path} can't be understood, {why}")
