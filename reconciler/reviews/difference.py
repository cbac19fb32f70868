"""How the composed specs of two commits differ, field by field."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from reconciler.model.ids import Address
from reconciler.model.resource import Desired
from reconciler.yaml.positions import Path

Fields = Mapping[Path, Any]
"""Every field of a spec that isn't at its default, by its path."""


class Line(NamedTuple):
    """One difference: `+` is new, `-` is gone, `~` has changed. The path is empty where the whole resource is meant."""

    sign: str
    address: Address
    path: Path
    before: Any = None
    after: Any = None

    @property
    def field(self) -> str:
        """Return the path as people write it, `rollout.hold`."""
        return ".".join(map(str, self.path))


def _flat(value: Any, path: Path = ()) -> dict[Path, Any]:
    if not isinstance(value, Mapping) or not value:
        return {path: value}
    found: dict[Path, Any] = {}
    for key, item in value.items():
        found |= _flat(item, (*path, str(key)))
    return found


def difference(before: Desired | None, after: Desired) -> list[Line]:
    """Return what differs, sorted by address and field; a resource that is new or gone is one line.

    Args:
        before: what one commit asks for; None where there was none.
        after: what another asks for.
    """
    old = before.resources if before else {}
    same = {address for address, resource in after.resources.items() if old.get(address) is resource}
    return between(_fields(before, same), _fields(after, same))


def _fields(desired: Desired | None, same: set[Address]) -> dict[Address, Fields]:
    """Return the fields of all resources but those that both commits share as one value."""
    kept = desired.resources if desired else {}
    return {
        address: _flat(resource.spec.model_dump(mode="json", exclude_defaults=True))
        for address, resource in kept.items()
        if address not in same
    }


def between(before: Mapping[Address, Fields], after: Mapping[Address, Fields]) -> list[Line]:
    """Return what differs between the fields of resources."""
    lines: list[Line] = []
    for address in sorted(before.keys() | after.keys()):
        if address not in before or address not in after:
            lines.append(Line("+" if address in after else "-", address, ()))
            continue
        old, new = before[address], after[address]
        for path in sorted(old.keys() | new.keys(), key=str):
            if old.get(path) != new.get(path):
                sign = "+" if path not in old else "-" if path not in new else "~"
                lines.append(Line(sign, address, path, old.get(path), new.get(path)))
    return lines
