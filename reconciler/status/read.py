"""What the status branch holds: the last status of every resource, and what operators asked for.

status/<kind>/<name>.yaml        a resource's conditions and facts: the inventory
controls/<kind>/<name>.yaml      {suspended, requested, reason}: `setpoint suspend`, `resume`, `reconcile`
controls/approved/<digest>.yaml  a set of deletions that a person approved
reports/<run>/...                reports and pictures
leaderboards/<name>/...          the pages of a leaderboard after the first, which stands in the status
pools/<name>.md, .svg            a pool's jobs by team, and what each team used over time
pass.yaml, README.md             the last pass, and all of it for people
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.model.facts import IsMoment, shapes
from reconciler.model.ids import NAME, Address, CommitId
from reconciler.model.kinds import KINDS
from reconciler.model.moment import moment_of
from reconciler.model.observed import Control, Controls
from reconciler.model.text import printable
from reconciler.status.formats import Newer, check, demand_none
from reconciler.yaml.dump import dump
from reconciler.yaml.parse import Unreadable, mapping

LARGEST = 16 * 2**20
"""Bytes of the largest file of the status branch that is read as YAML."""
_HEAVIEST = 1_000_000
"""Values in it, with aliases written out."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class StatusFiles(Protocol):
    """One commit of the status branch."""

    @property
    def files(self) -> Mapping[str, str]:
        """Return the blob id of every file by its path."""

    def read(self, path: str) -> bytes:
        """Return the content of a file."""

    def size(self, path: str) -> int:
        """Return a file's size in bytes without reading it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One reading of the status branch: documents by address, controls, and the blob id of every file.

    `flaws` says of each file that somebody broke what is wrong with it. In its place stands what it said when it was
    last read, or nothing; controls that can't be read hold their resource as it is. `newer` are the flaws of those
    that a daemon of a newer version wrote: nobody may go on from here without being able to read them.
    """

    statuses: Mapping[Address, Mapping[str, Any]] = field(default_factory=dict)
    controls: Controls = field(default_factory=Controls)
    last_pass: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    flaws: Mapping[str, str] = field(default_factory=dict)
    newer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """What one file says, or said before it was broken; `flaw` tells why it can't be read."""

    document: Mapping[str, Any]
    flaw: str = ""
    is_newer: bool = False


class RecordedFiles:
    """Reads the status branch, parsing each blob once, and none that it wrote itself."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, _Read]] = {}
        self._written: dict[bytes, Mapping[str, Any]] = {}
        self._last = Recorded()

    def dump(self, document: Mapping[str, Any]) -> bytes:
        """Write a document as YAML, and remember until the next reading what that says."""
        text = dump(document)
        self._written[text] = document
        return text

    def read(self, status: StatusFiles) -> Recorded:
        """Read statuses and controls from one status commit; the very same value while its files are the same."""
        if status.files is self._last.files:
            self._written.clear()
            return self._last
        kept = {path: self._read(path, blob, status) for path, blob in status.files.items() if _is_read(path)}
        self._known = {path: (status.files[path], read) for path, read in kept.items()}
        self._written.clear()
        self._last = Recorded(
            {Address(_stem(path)): _told(read) for path, read in kept.items() if path.startswith("status/")},
            _controls(kept),
            kept["pass.yaml"].document if "pass.yaml" in kept else {},
            status.files,
            {path: read.flaw for path, read in kept.items() if read.flaw},
            tuple(read.flaw for path, read in kept.items() if read.is_newer and not path.startswith("controls/")),
        )
        return self._last

    def last_pass(self, status: StatusFiles) -> Mapping[str, Any]:
        """Read the last pass alone; where somebody broke it, what it said before.

        Raises:
            NewerStatus: a newer version of Setpoint wrote it.
        """
        blob = status.files.get("pass.yaml")
        if blob is None:
            return {}
        self._known["pass.yaml"] = (blob, read := self._read("pass.yaml", blob, status))
        demand_none([read.flaw] if read.is_newer else ())
        return read.document

    def is_approved(self, status: StatusFiles, name: str) -> bool:
        """Tell whether a person approved of something, in words that are known here."""
        path = approval_path(name)
        return path in status.files and not self._read(path, status.files[path], status).is_newer

    def _read(self, path: str, blob: str, status: StatusFiles) -> _Read:
        known_blob, known = self._known.get(path, ("", _Read({})))
        if known_blob == blob:
            return known
        try:
            document = self._document(status, path)
            check(path, document)
            return _Read(_shaped(path, document))
        except Unreadable as error:
            place = f"{path}:{error.line}:{error.column}" if error.line else path
            hint = f" ({error.hint})" if error.hint else ""
            is_newer = isinstance(error, Newer)
            said = f"{place}: {printable(error.message, 300)}{hint}"
            return _Read({} if is_newer else known.document, said, is_newer)

    def _document(self, status: StatusFiles, path: str) -> Mapping[str, Any]:
        size = status.size(path)
        if size > LARGEST:
            what = f"the file is too large: {size / 2**20:.1f} MiB, and it may have {LARGEST // 2**20} MiB"
            raise Unreadable(what, "it is no place for data")
        text = status.read(path)
        written = self._written.get(text)
        return mapping(text, _HEAVIEST) if written is None else written


def _told(read: _Read) -> Mapping[str, Any]:
    """Return what a status says; of one that was never read, that it can't be."""
    if read.document or not read.flaw:
        return read.document
    reason = "NewerFormat" if read.is_newer else "Unreadable"
    condition = {"type": "Ready", "status": "False", "reason": reason, "message": read.flaw}
    return {"state": "stalled", "conditions": [condition]}


def _is_read(path: str) -> bool:
    """Tell whether a file is one of those that are parsed; others may lie beside them."""
    room, _, rest = path.partition("/")
    kind, _, name = rest.removesuffix(".yaml").partition("/")
    known = path.endswith(".yaml") and NAME.fullmatch(name) is not None
    if room == "status":
        return known and kind in KINDS
    return path == "pass.yaml" or (room == "controls" and known and (kind in KINDS or kind == "approved"))


def _stem(path: str) -> str:
    return path.partition("/")[2].removesuffix(".yaml")


def parse(text: bytes) -> Mapping[str, Any]:
    """Parse a YAML mapping; anything else, by hand or by accident, counts as empty."""
    try:
        return mapping(text, _HEAVIEST)
    except Unreadable:
        return {}


_WORDS: Mapping[type, str] = {list: "a list", dict: "a mapping", str: "a text"}


def _shaped(path: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document as it is, if it has the shape that those who read it rely on.

    Raises:
        Unreadable: it hasn't.
    """
    if path == "pass.yaml":
        _demand(document, "", {"problems": list, "notes": list, "commit": str})
    if not path.startswith("status/"):
        return document
    facts, conditions = document.get("facts", {}), document.get("conditions", [])
    if not isinstance(conditions, list) or not all(isinstance(item, dict) for item in conditions):
        raise _odd("conditions", "a list of mappings")
    if not isinstance(facts, dict):
        raise _odd("facts", "a mapping")
    _demand(facts, "facts.", shapes(path.split("/")[1]))
    return document


def _demand(told: Mapping[str, Any], where: str, shapes: Mapping[str, type]) -> None:
    for key, shape in shapes.items():
        value = told.get(key)
        if value is None:
            continue
        if shape is IsMoment and moment_of(value) is None:
            raise _odd(f"{where}{key}", "a moment such as 2026-01-07T12:00:00+00:00")
        if shape is not IsMoment and not isinstance(value, shape):
            raise _odd(f"{where}{key}", _WORDS[shape])


def _odd(what: str, wanted: str) -> Unreadable:
    return Unreadable(f"`{what}` isn't {wanted}", "the daemon writes this file, and nobody else")


def control_path(address: Address) -> str:
    """Return where the controls of a resource lie on the status branch."""
    return f"controls/{address}.yaml"


def approval_path(digest: str) -> str:
    """Return where the approval of a set of deletions lies on the status branch."""
    return f"controls/approved/{digest}.yaml"


def commit_of(last_pass: Mapping[str, Any]) -> CommitId | None:
    """Return the commit that a pass saw, if it says one."""
    told = last_pass.get("commit")
    return CommitId(told) if isinstance(told, str) and _COMMIT.fullmatch(told) else None


def _controls(read: Mapping[str, _Read]) -> Controls:
    resources: dict[Address, Control] = {}
    approved: set[str] = set()
    for path, file in read.items():
        room, _, name = path.removesuffix(".yaml").partition("/")
        kind = name.partition("/")[0]
        if room != "controls":
            continue
        if kind == "approved" and file.is_newer:
            continue
        if kind == "approved":
            approved.add(name.partition("/")[2])
        else:
            resources[Address(name)] = _control(file)
    return Controls(resources, frozenset(approved))


def _control(file: _Read) -> Control:
    """Return what a file asks for; what can't be read may have asked for a halt, and halts."""
    if file.flaw:
        return Control(True, None, f"its controls can't be read: {file.flaw}: correct the file, or remove it")
    reason = file.document.get("reason")
    words = printable(reason, 500) if isinstance(reason, str) else ""
    return Control(bool(file.document.get("suspended")), moment_of(file.document.get("requested")), words)
