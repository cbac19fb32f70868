"""A stream as a source that grows: its cursor is the position that stands in the version's manifest."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from runners.contract import InputError, Violation
from runners.sources.cursors import Growth
from runners.sources.parameters import StreamSource
from runners.sources.reading import Reading
from runners.sources.streams.log import CHUNK, Bounds, Log, Place
from runners.sources.streams.plan import Plan, plan
from runners.sources.streams.position import Position, from_json
from runners.sources.streams.rows import Rows

SHOWN = 5
"""Messages and gaps that are told one by one in a sentence."""


@dataclass(frozen=True)
class Stream:
    """Topics that are read from a position on; `connect` opens them."""

    source: StreamSource
    connect: Callable[[StreamSource], Log]

    @classmethod
    def of(cls, source: StreamSource) -> "Stream":
        """Return the stream of a source, by its protocol.

        Raises:
            InputError: what speaks it isn't installed.
        """
        try:
            if source.protocol == "kafka":
                from runners.sources.streams.kafka import Kafka

                return cls(source, Kafka)
            from runners.sources.streams.nats import Nats
        except ModuleNotFoundError as error:
            fix = "pip install 'setpoint[streams]' where the pool's jobs run"
            raise InputError(f"{error.name} is not installed", "source.stream.protocol", fix) from error
        return cls(source, Nats)

    def cursor(self, read: Mapping[str, Any]) -> Position | None:
        """Return the position of a former reading; None where what it read is no part of what is asked for.

        Raises:
            ValueError: it can't be understood.
        """
        found = from_json(read)
        if found is None or found.asked != self._asked:
            return None
        return found if {place.topic for place in found.ranges} <= set(self.source.topics) else None

    @property
    def _asked(self) -> str:
        return hashlib.sha256(json.dumps(self.source.asked, sort_keys=True).encode()).hexdigest()[:32]

    @contextmanager
    def open(self, since: Position | None) -> Iterator[Growth]:
        """Open the messages from a position on, or from where the source says.

        Raises:
            InputError: the topics or their messages are wrong, at once or while they are read.
            SourceUnavailable: the servers don't answer, at once or while they are read.
        """
        rows, log = Rows(self.source), self.connect(self.source)
        try:
            ids = log.identities()
            _same(ids, since)
            planned = self._plan(log, since)
            started = since or Position({}, {}, self._asked)
            turn = _Turn(self.source, log, rows, planned, replace(started, ids=ids))
            reading = Reading(turn.batches(), is_text=False, read_from=f"{self.source.url}: {self._topics}")
            growing = self.source.growing
            yield Growth(reading, growing, turn.read, is_log=True, told=turn.told, violations=turn.violations)
        finally:
            log.close()

    @property
    def _topics(self) -> str:
        return ", ".join(self.source.topics)

    def _plan(self, log: Log, since: Position | None) -> Plan:
        now = log.bounds()
        starts, ends = self._starts(log, now), {}
        if self.source.end:
            ends = dict(log.offsets_at(datetime.fromisoformat(self.source.end)))
        found = plan(now, starts, ends, since, self.source.rows)
        if found.gaps and self.source.gaps == "refuse":
            told = ", ".join(f"{one.place} from {one.start:,} to {one.end - 1:,}" for one in found.gaps[:SHOWN])
            more = f" and {len(found.gaps) - SHOWN} more" if len(found.gaps) > SHOWN else ""
            what = f"messages were dropped before they were read: {told}{more}"
            fix = "let the topic keep messages longer, refresh more often, and set gaps: skip to go on without them"
            raise InputError(what, "source.stream.gaps", fix)
        return found

    def _starts(self, log: Log, now: Mapping[Place, Bounds]) -> Mapping[Place, int]:
        if self.source.start == "earliest":
            return {place: bounds.first for place, bounds in now.items()}
        if self.source.start == "latest":
            return {place: bounds.end for place, bounds in now.items()}
        return log.offsets_at(datetime.fromisoformat(self.source.start))


def _same(ids: Mapping[str, str], since: Position | None) -> None:
    """See that topics are those that were read before, and not others of their names.

    Raises:
        InputError: one isn't: its offsets mean other messages.
    """
    for topic, known in (since.ids if since else {}).items():
        if topic in ids and ids[topic] != known:
            fix = "begin anew by another `start`, or make a dataset of its own"
            raise InputError(f"{topic} was deleted and made anew since it was read", "source.stream.topics", fix)


@dataclass
class _Turn:
    """One reading: takes what is planned, within its time and at its rate, and knows how far it came."""

    source: StreamSource
    log: Log
    rows: Rows
    planned: Plan
    since: Position
    reached: dict[Place, int] = field(default_factory=dict)
    began: float = 0.0

    def batches(self) -> Iterator[Any]:
        """Yield the rows of all messages, one partition after the other."""
        self.began = time.monotonic()
        for place, bounds in self.planned.ranges.items():
            self.reached[place] = bounds.first
            if self._is_late() or bounds.first == bounds.end:
                continue
            for chunk in self.log.chunks(place, *bounds, self._most):
                yield from self.rows.batches(place, chunk.messages)
                self.reached[place] = chunk.next
                self._wait()
                if self._is_late():
                    break

    @property
    def _most(self) -> int:
        """Return how many messages may come at once, so that a second's are."""
        return CHUNK if self.source.rate is None else max(1, min(CHUNK, int(self.source.rate)))

    def _is_late(self) -> bool:
        return self.source.within is not None and time.monotonic() - self.began >= self.source.within

    def _wait(self) -> None:
        if self.source.rate is not None:
            time.sleep(max(0.0, self.rows.read / self.source.rate - (time.monotonic() - self.began)))

    def read(self) -> Mapping[str, Any]:
        """Return the position that was reached, for the manifest."""
        known = self.since.ranges
        ranges = {
            place: Bounds(known[place].first if place in known else self.planned.ranges[place].first, end)
            for place, end in self.reached.items()
        }
        skipped, poison = self.since.skipped + self.rows.skipped, [*self.since.poison, *self.rows.poison]
        gaps = [*self.since.gaps, *self.planned.gaps]
        return replace(self.since, ranges={**known, **ranges}, skipped=skipped, poison=poison, gaps=gaps).as_json()

    def told(self) -> Mapping[str, Any]:
        """Return what the result tells of the reading."""
        ranges = self.planned.ranges.items()
        left = self.planned.left + sum(bounds.end - self.reached[place] for place, bounds in ranges)
        told: dict[str, Any] = {"messages": self.rows.read, "left": left, "tombstones": self.rows.tombstones}
        told |= {"skipped": self.rows.skipped, "skipped_in_all": self.since.skipped + self.rows.skipped}
        told["dropped"] = sum(one.end - one.start for one in self.planned.gaps)
        told["first_skipped"] = [f"{one.place}@{one.offset}: {one.why}" for one in islice(self.rows.poison, SHOWN)]
        told["gaps"] = [f"{one.place} from {one.start} to {one.end - 1}" for one in islice(self.planned.gaps, SHOWN)]
        return {"stream": {name: value for name, value in told.items() if value or name == "messages"}}

    def violations(self) -> tuple[Violation, ...]:
        """Return that messages couldn't be read, where that is refused."""
        if not self.rows.skipped or self.source.poison == "skip":
            return ()
        shown = "; ".join(f"{one.place}@{one.offset}: {one.why}" for one in islice(self.rows.poison, SHOWN))
        what = f"{self.rows.skipped:,} of {self.rows.read:,} messages can't be read: {shown}"
        fix = "set source.stream.poison: skip to go on without them, or read from behind them"
        return (Violation(where="source.stream", what=what, fix=fix),)
