"""Kafka's protocol, by librdkafka: partitions are assigned and read from an offset, and none is committed."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import confluent_kafka as kafka
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from runners.contract import InputError, SourceUnavailable
from runners.sources.parameters import StreamSource
from runners.sources.streams.log import CHUNK, PATIENCE, Bounds, Chunk, Message, Place
from runners.staging import reveal

_LOG = logging.getLogger(__name__)
_TURN = 0.1
_LASTING = {
    KafkaError._AUTHENTICATION,  # noqa: SLF001, that is how librdkafka's own codes are called
    KafkaError._SSL,  # noqa: SLF001
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.UNSUPPORTED_SASL_MECHANISM,
}
"""Codes that a second try doesn't change."""
_ABSENT = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError.TOPIC_EXCEPTION}  # noqa: SLF001
_EOF, _DROPPED = KafkaError._PARTITION_EOF, KafkaError._AUTO_OFFSET_RESET  # noqa: SLF001


class Kafka:
    """Topics of a cluster."""

    def __init__(self, source: StreamSource) -> None:
        """Make what will connect.

        Raises:
            InputError: an option isn't one of librdkafka's.
        """
        self._source = source
        self._refusal: KafkaError | None = None
        shared: dict[str, Any] = {name: reveal(value) for name, value in source.options.items()}
        shared |= {"bootstrap.servers": reveal(source.url), "client.id": "setpoint", "error_cb": self._note}
        ours = {
            "group.id": "setpoint",  # asked for by the library; no group is joined, and nothing committed
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "allow.auto.create.topics": False,
            "fetch.wait.max.ms": 50,
        }
        try:
            self._consumer = kafka.Consumer({**shared, **ours}, logger=_LOG)
            self._admin = AdminClient(shared, logger=_LOG)
        except KafkaException as error:
            what = f"librdkafka takes no such options: {_text(error)}"
            raise InputError(what, "source.stream.options", "correct them") from None

    def bounds(self) -> Mapping[Place, Bounds]:
        """Return the partitions of all topics, and the offsets that they have now."""
        found = {}
        with self._telling():
            for topic in self._source.topics:
                told = self._consumer.list_topics(topic, PATIENCE).topics[topic]
                if told.error is not None:
                    raise KafkaException(told.error)
                for partition in sorted(told.partitions):
                    asked = kafka.TopicPartition(topic, partition)
                    found[Place(topic, partition)] = Bounds(*self._consumer.get_watermark_offsets(asked, PATIENCE))
        return found

    def identities(self) -> Mapping[str, str]:
        """Return the id that each topic got when it was made; nothing of one on brokers that give none."""
        with self._telling():
            asked = self._admin.describe_topics(kafka.TopicCollection(list(self._source.topics)))
            told = {topic: future.result(PATIENCE).topic_id for topic, future in asked.items()}
        return {topic: str(one) for topic, one in told.items() if one is not None}

    def offsets_at(self, moment: datetime) -> Mapping[Place, int]:
        """Return the offset of the first message at or after a moment in each partition, or its end."""
        bounds = self.bounds()
        asked = [kafka.TopicPartition(*place, int(moment.timestamp() * 1000)) for place in bounds]
        with self._telling():
            found = self._consumer.offsets_for_times(asked, PATIENCE)
        told = {Place(one.topic, one.partition): one.offset for one in found}
        return {place: told[place] if told[place] >= 0 else bounds[place].end for place in bounds}

    def chunks(self, place: Place, start: int, end: int, most: int) -> Iterator[Chunk]:
        """Yield the messages from an offset to before another, in their order, some at a time."""
        with self._telling():
            self._consumer.assign([kafka.TopicPartition(*place, start)])
            try:
                yield from self._taken(place, start, end, min(most, CHUNK))
            finally:
                self._consumer.unassign()

    def _taken(self, place: Place, at: int, end: int, most: int) -> Iterator[Chunk]:
        """Yield what comes of a partition, until nothing has for too long."""
        heard = time.monotonic()
        while at < end:
            chunk = _chunk(self._consumer.consume(min(most, end - at), _TURN), at, end)
            if chunk.next != at:
                at = chunk.next
                yield chunk
                heard = time.monotonic()
            elif time.monotonic() > heard + PATIENCE:
                raise self._silent(place, at)

    def close(self) -> None:
        """Let go of the servers."""
        self._consumer.close()

    def _note(self, error: KafkaError) -> None:
        """Remember what librdkafka says of connections: to its caller it only says that time is up."""
        if error.code() in _LASTING:
            self._refusal = error

    def _silent(self, place: Place, at: int) -> SourceUnavailable:
        what = f"the servers gave nothing of {place} from offset {at} on for {PATIENCE:.0f} s"
        return SourceUnavailable(what, self._source.url, "see that they answer from where the pool's jobs run")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what librdkafka says into the contract's errors.

        Raises:
            InputError: a topic isn't there or isn't to be read by whom is told.
            SourceUnavailable: the servers don't answer.
        """
        try:
            yield
        except (KafkaException, TimeoutError) as error:
            told = error.args[0] if error.args and isinstance(error.args[0], KafkaError) else None
            code, what = (told.code(), told.str()) if told else (None, "the servers don't answer in time")
            if code in _ABSENT:
                raise InputError(what, "source.stream.topics", "correct the topic, or make it first") from None
            if (refusal := self._refusal) or code in _LASTING:
                what = refusal.str() if refusal else what
                raise InputError(what, "source.stream.options", "correct the credentials, or allow reading") from None
            if code == _DROPPED:
                what = "messages were dropped by the topic's retention while they were being read"
            fix = "see that they answer from where the pool's jobs run"
            raise SourceUnavailable(what, self._source.url, fix) from None


def _chunk(found: Sequence[Any], at: int, end: int) -> Chunk:
    """Return the messages before the end; an error among them ends what may be taken.

    Raises:
        KafkaException: the first is an error.
    """
    messages: list[Message] = []
    for one in found:
        error = one.error()
        if error is None:
            offset = one.offset()
            if offset >= end:
                return Chunk(messages, end)
            kind, timestamp = one.timestamp()
            messages.append(Message(offset, timestamp if kind else None, one.key(), one.value(), one.headers() or ()))
            at = offset + 1
        elif error.code() == _EOF:
            at = max(at, min(end, one.offset()))
        else:
            raise KafkaException(error)
    return Chunk(messages, at)


def _text(error: KafkaException) -> str:
    told = error.args[0] if error.args else ""
    return str(told.str() if isinstance(told, KafkaError) else told)
