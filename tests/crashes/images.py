"""Images of a world: how it stood at each call, as a daemon that is killed there leaves it."""

import copy
import copyreg
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from reconciler.providers.memory import Call, VirtualClock, World

_READING = frozenset({"list", "read", "url", "logs", "head", "tree", "descends", "export"})

# A frozen mapping has no way to be copied of its own.
copyreg.pickle(MappingProxyType, lambda proxy: (MappingProxyType, (dict(proxy),)))


def copied(world: World) -> World:
    """Return a world of its own that stands as another one does, with nobody watching."""
    with world._guard:
        found = World(VirtualClock(world.clock.now()))
        found._rooms = copy.deepcopy(world._rooms)
    return found


def fingerprint(world: World) -> str:
    """Return the same text for worlds that stand exactly alike, their times included."""
    with world._guard:
        rooms = {kind.__name__: vars(room) for kind, room in world._rooms.items()}
        return hashlib.sha256(_written((rooms, world.clock.now())).encode()).hexdigest()


def _written(value: Any) -> str:
    """Write a value the one way that equal values share."""
    if is_dataclass(value) and not isinstance(value, type):
        value = {item.name: getattr(value, item.name) for item in fields(value)}
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{_written(k)}:{_written(v)}' for k, v in value.items()))}}}"
    if isinstance(value, set | frozenset):
        return f"<{','.join(sorted(map(_written, value)))}>"
    return f"[{','.join(map(_written, value))}]" if isinstance(value, list | tuple) else repr(value)


def changed(call: Call, answer: Any) -> bool:
    """Tell whether a call may have changed the world; after one that hasn't, it stands as it did before."""
    if call.verb == "settle" or (call.port, call.verb) == ("status", "write"):
        return bool(answer)
    return call.verb not in _READING


@dataclass
class Image:
    """How things stood when a daemon was killed, and the points at which it would have left them so."""

    world: World
    points: list[str] = field(default_factory=list)


class Camera:
    """Watches a world through its seams and keeps an image of every state that a call found or left."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.images: dict[tuple[int, datetime], Image] = {}
        self._writes = 0
        self._seen: Counter[str] = Counter()
        world.before, world.after = self._before, self._after

    def _before(self, call: Call) -> None:
        with self.world._guard:
            self._seen[str(call)] += 1
            self._keep(f"before {call} #{self._seen[str(call)]}")

    def _after(self, call: Call, answer: Any) -> Any:
        with self.world._guard:
            self._writes += changed(call, answer)
            self._keep(f"after {call} #{self._seen[str(call)]}")
        return answer

    def _keep(self, point: str) -> None:
        key = (self._writes, self.world.clock.now())
        if key not in self.images:
            self.images[key] = Image(copied(self.world))
        self.images[key].points.append(point)
