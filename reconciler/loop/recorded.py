"""What the status branch holds: the last status of every resource, and what operators asked for.

status/<kind>/<name>.yaml        a resource's conditions and facts: the inventory
controls/<kind>/<name>.yaml      {suspended, requested, reason}: `setpoint suspend`, `resume`, `reconcile`
controls/approved/<digest>.yaml  a set of deletions that a person approved
reports/<run>/...                reports and pictures
pass.yaml, README.md             the last pass, and all of it for people
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml

from reconciler.model.ids import Address
from reconciler.model.kinds import KINDS
from reconciler.model.observed import Control, Controls

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One reading of the status branch: documents by address, controls, and the blob id of every file."""

    statuses: Mapping[Address, Mapping[str, Any]] = field(default_factory=dict)
    controls: Controls = field(default_factory=Controls)
    last_pass: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


class RecordedFiles:
    """Reads the status branch, parsing each blob once."""

    def __init__(self) -> None:
        self._parsed: dict[str, Mapping[str, Any]] = {}

    def read(self, files: Mapping[str, str], read: Callable[[str], bytes]) -> Recorded:
        """Read statuses and controls from the files of one status commit, given by path and blob id."""
        kept = {
            path: self._parsed.get(blob) or parse(read(blob))
            for path, blob in files.items()
            if path.startswith(("status/", "controls/")) or path == "pass.yaml"
        }
        self._parsed = {files[path]: document for path, document in kept.items()}
        statuses = {
            Address(path.removeprefix("status/").removesuffix(".yaml")): document
            for path, document in kept.items()
            if path.startswith("status/")
        }
        return Recorded(statuses, _controls(kept), kept.get("pass.yaml", {}), files)


def parse(text: bytes) -> Mapping[str, Any]:
    """Parse a YAML mapping; anything else, by hand or by accident, counts as empty."""
    try:
        document = yaml.load(text, _LOADER)
    except yaml.YAMLError:
        return {}
    return document if isinstance(document, dict) else {}


def dump(document: Mapping[str, Any]) -> bytes:
    """Write a mapping as YAML, keys in their order."""
    text: bytes = yaml.dump(document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, encoding="utf-8", width=120)
    return text


def control_path(address: Address) -> str:
    """Return where the controls of a resource lie on the status branch."""
    return f"controls/{address}.yaml"


def approval_path(digest: str) -> str:
    """Return where the approval of a set of deletions lies on the status branch."""
    return f"controls/approved/{digest}.yaml"


def _controls(documents: Mapping[str, Mapping[str, Any]]) -> Controls:
    resources: dict[Address, Control] = {}
    approved: set[str] = set()
    for path, document in documents.items():
        kind, _, name = path.removeprefix("controls/").removesuffix(".yaml").partition("/")
        if not path.startswith("controls/"):
            continue
        if kind == "approved":
            approved.add(name)
        elif kind in KINDS:
            resources[Address(f"{kind}/{name}")] = _control(document)
    return Controls(resources, frozenset(approved))


def _control(document: Mapping[str, Any]) -> Control:
    requested = document.get("requested")
    if isinstance(requested, str):
        try:
            requested = datetime.fromisoformat(requested)
        except ValueError:
            requested = None
    moment = requested if isinstance(requested, datetime) else None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return Control(bool(document.get("suspended")), moment, str(document.get("reason") or ""))
