"""A log in memory: messages are put, dropped and compacted in it, and read as from servers; and versions made of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runners.sources.parameters import StreamSource
from runners.sources.streams import Stream
from runners.sources.streams.log import Bounds, Chunk, Message, Place
from tests.unit.runners.sources.streams.versions import Versions

TOPIC = "payments"


@dataclass
class MemoryLog:
    """One topic; `made` tells it from others of its name. What is put at the same time counts its milliseconds."""

    partitions: int = 2
    made: int = 1
    held: dict[Place, dict[int, Message]] = field(default_factory=dict)
    limits: dict[Place, Bounds] = field(default_factory=dict)
    closed: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        for number in range(self.partitions):
            self.held[Place(TOPIC, number)], self.limits[Place(TOPIC, number)] = {}, Bounds(0, 0)

    def put(self, partition: int, value: Any, key: Any = None) -> int:
        """Put a message; return its offset. What is no bytes is written as JSON."""
        place = Place(TOPIC, partition)
        first, offset = self.limits[place]
        told = value if value is None or isinstance(value, bytes) else json.dumps(value).encode()
        name = None if key is None else json.dumps(key).encode()
        self.held[place][offset] = Message(offset, offset, name, told, [("a", b"1"), ("a", b"\xff")])
        self.limits[place] = Bounds(first, offset + 1)
        return offset

    def drop(self, partition: int, before: int) -> None:
        """Let go of the oldest."""
        place = Place(TOPIC, partition)
        self.limits[place] = Bounds(before, self.limits[place].end)
        self.held[place] = {offset: one for offset, one in self.held[place].items() if offset >= before}

    def bounds(self) -> Mapping[Place, Bounds]:
        return dict(self.limits)

    def identities(self) -> Mapping[str, str]:
        return {TOPIC: str(self.made)}

    def offsets_at(self, moment: datetime) -> Mapping[Place, int]:
        since = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000
        found = {place: [at for at in sorted(held) if at >= since] for place, held in self.held.items()}
        return {place: one[0] if one else self.limits[place].end for place, one in found.items()}

    def chunks(self, place: Place, start: int, end: int, most: int) -> Iterator[Chunk]:
        for at in range(start, end, min(most, 3)):
            until = min(end, at + min(most, 3))
            yield Chunk([self.held[place][one] for one in range(at, until) if one in self.held[place]], until)

    def close(self) -> None:
        self.closed += 1


class World(Versions):
    """A log, and the versions that are made of it; only one that is accepted is gone on with."""

    def __init__(self, root: Path, monkeypatch: Any, **source: Any) -> None:
        """Keep versions in a folder."""
        super().__init__(root)
        self.log = MemoryLog()
        self.source = {"protocol": "kafka", "url": "none:1", "topics": [TOPIC], **source}
        monkeypatch.setattr(Stream, "of", lambda source: Stream(source, self._connect))

    def _connect(self, _source: StreamSource) -> MemoryLog:
        return self.log
