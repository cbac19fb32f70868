"""How the composed specs of two commits differ, field by field."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from reconciler.model.ids import Address
from reconciler.model.resource import Desired
from reconciler.yaml.positions import Path

Fields = Mapping[Path, Any]
"""Every field of a spec by its path, defaults among them: a value may become the default."""


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
    """Return the fields below a value by their paths; what is null or empty is no field."""
    if not isinstance(value, Mapping):
        return {} if value is None else {path: value}
    found: dict[Path, Any] = {}
    for key, item in value.items():
        found |= _flat(item, (*path, str(key)))
    return found


def difference(before: Desired | None, after: Desired) -> list[Line]:
    """Return what differs, sorted by address and field; a resource that is new or gone is one line.

    Of a spec that is broken in one of them nobody knows how it differs.

    Args:
        before: what one commit asks for; None where there was none.
        after: what another asks for.
    """
    old = before.resources if before else {}
    same = {address for address, resource in after.resources.items() if old.get(address) is resource}
    left_out = same | after.broken.keys() | (before.broken.keys() if before else set())
    return between(_fields(before, left_out), _fields(after, left_out))


def _fields(desired: Desired | None, left_out: AbstractSet[Address]) -> dict[Address, Fields]:
    """Return the fields of all resources but some."""
    kept = desired.resources if desired else {}
    return {
        address: _flat(resource.spec.model_dump(mode="json"))
        for address, resource in kept.items()
        if address not in left_out
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
