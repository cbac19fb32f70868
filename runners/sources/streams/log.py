"""What Kafka and NATS have in common: logs of numbered messages, in partitions, whose oldest are dropped."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

PATIENCE = 30.0
"""Seconds that a server may be silent while messages are known to be there."""
CHUNK = 10_000
"""The most messages that are taken at once."""


class Place(NamedTuple):
    """A partition of a topic; a stream of NATS has one, 0."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}"


class Bounds(NamedTuple):
    """Which offsets a partition has: from the first to before the end."""

    first: int
    end: int


class Message(NamedTuple):
    """One message; `timestamp` in milliseconds since 1970. Of NATS the key is its subject."""

    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class Chunk(NamedTuple):
    """Messages that follow one another, and the offset at which to go on: some offsets have no message."""

    messages: Sequence[Message]
    next: int


class Log(Protocol):
    """A connection to the servers of some topics.

    All verbs raise InputError where what is asked for isn't there or isn't allowed, and SourceUnavailable where the
    servers don't answer.
    """

    def bounds(self) -> Mapping[Place, Bounds]:
        """Return the partitions of all topics, and the offsets that they have now."""

    def identities(self) -> Mapping[str, str]:
        """Return what tells each topic from another one that gets its name later."""

    def offsets_at(self, moment: datetime) -> Mapping[Place, int]:
        """Return the offset of the first message at or after a moment in each partition, or its end."""

    def chunks(self, place: Place, start: int, end: int, most: int) -> Iterator[Chunk]:
        """Yield the messages from an offset to before another, in their order, some at a time."""

    def close(self) -> None:
        """Let go of the servers."""
