"""From messages to rows: the fields of a value are columns, and what is known of the message beside it, on wish."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from runners.contract import InputError
from runners.sources.parameters import TOMBSTONE, StreamSource
from runners.sources.reading import batch_of
from runners.sources.streams.log import Message, Place
from runners.sources.streams.position import MOST_NOTES, Poison
from runners.sources.streams.registry import Registry, Unreadable
from runners.sources.streams.values import decoder

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_NAMES = 10_000
"""Names of fields that are remembered as names."""
VALUE = "value"
"""The column of a value that is no object: a text, a number, a list."""


class Rows:
    """Makes rows of messages, and keeps count of those that can't be read: of the first it knows where they are."""

    def __init__(self, source: StreamSource) -> None:
        """Make what reads a source's formats.

        Raises:
            InputError: a format needs a registry.
        """
        registry = Registry(source.registry) if source.registry else None
        self._source, self._keys = source, source.key
        self._value = decoder(source.value, registry, "source.stream.value")
        self._key = decoder(source.key_format, registry, "source.stream.key_format")
        self.read = self.skipped = self.tombstones = 0
        self.poison: list[Poison] = []
        self._names: set[str] = set()
        self._columns = [(f"_{name}", _BESIDE[name]) for name in source.metadata]

    def batches(self, place: Place, messages: Sequence[Message]) -> Iterator[Any]:
        """Yield the rows of messages, in their order; batches hold either values or tombstones."""
        records: list[dict[str, Any]] = []
        were_gone = False
        for message in messages:
            try:
                record = self._record(message)
            except Unreadable as error:
                self._note(place, message, str(error))
                continue
            is_gone = message.value is None
            if records and is_gone != were_gone:
                yield self._batch(records, were_gone)
                records = []
            were_gone = is_gone
            self.tombstones += is_gone
            records.append(record if not self._source.metadata else record | self._beside(place, message, record))
        self.read += len(messages)
        if records:
            yield self._batch(records, were_gone)

    def _record(self, message: Message) -> dict[str, Any]:
        if message.value is None and not self._keys:
            raise Unreadable("it has no value")
        value = {} if message.value is None else self._value(message.value)
        record = value if isinstance(value, dict) else {VALUE: value}
        if not record.keys() <= self._names:
            self._check(record)
        return self._keyed(record, message) if self._keys else record

    def _check(self, record: Mapping[Any, Any]) -> None:
        if any(not isinstance(name, str) or not name.strip() for name in record):
            raise Unreadable("a field of it has no name")
        if len(self._names) < _MOST_NAMES:
            self._names |= record.keys()

    def _keyed(self, record: dict[str, Any], message: Message) -> dict[str, Any]:
        """Return a record with the columns of its key: of the value, or else of the message's key."""
        if all(record.get(name) is not None for name in self._keys):
            return record
        told = self._key(message.key) if message.key is not None else None
        if not isinstance(told, Mapping):
            told = {self._keys[0]: told} if len(self._keys) == 1 else {}
        lacking = {name: told.get(name) for name in self._keys if record.get(name) is None}
        if gone := [name for name, value in lacking.items() if value is None]:
            raise Unreadable(f"neither its value nor its key tells {gone[0]}, which names a row")
        return record | lacking

    def _beside(self, place: Place, message: Message, record: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: made(place, message) for name, made in self._columns}
        if taken := told.keys() & record.keys():
            fix = f"leave {min(taken)[1:]} out of it"
            what = f"a message of {place} has a field {min(taken)} itself"
            raise InputError(what, "source.stream.metadata", fix)
        return told

    def _batch(self, records: Sequence[Mapping[str, Any]], is_gone: bool) -> Any:
        names = list(dict.fromkeys(name for record in records for name in record))
        columns = [[record.get(name) for record in records] for name in names]
        if self._keys:
            names, columns = [*names, TOMBSTONE], [*columns, [is_gone] * len(records)]
        if not names:  # objects without a field are rows all the same
            names, columns = [VALUE], [[None] * len(records)]
        return batch_of(names, columns)

    def _note(self, place: Place, message: Message, why: str) -> None:
        self.skipped += 1
        if len(self.poison) < MOST_NOTES:
            self.poison.append(Poison(place, message.offset, why[:200]))


def _moment(_place: Place, message: Message) -> datetime | None:
    if message.timestamp is None or not 0 <= message.timestamp < 253_402_300_800_000:
        return None
    return _BEGIN + timedelta(milliseconds=message.timestamp)


def _headers(_place: Place, message: Message) -> str:
    """Return the headers as a JSON list of pairs: a name may be there twice."""
    return json.dumps([[name, _text(value)] for name, value in message.headers], ensure_ascii=False)


def _text(value: bytes | str | None) -> str | None:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


_BESIDE: Mapping[str, Callable[[Place, Message], Any]] = {
    "topic": lambda place, _message: place.topic,
    "partition": lambda place, _message: place.partition,
    "offset": lambda _place, message: message.offset,
    "timestamp": _moment,
    "key": lambda _place, message: _text(message.key),
    "headers": _headers,
}
