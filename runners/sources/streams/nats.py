"""NATS JetStream: streams are read from a sequence on by consumers that the server forgets by itself.

Such a consumer is no state that anybody relies on: it acknowledges nothing and lives in memory. The server numbers
what it delivers; where a number is missing, messages were lost on the way, and a new consumer begins behind the last
that came.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

import nats
from nats.aio.msg import Msg
from nats.errors import Error, NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from runners.contract import InputError, SourceUnavailable
from runners.sources.parameters import StreamSource
from runners.sources.streams.log import PATIENCE, Bounds, Chunk, Message, Place
from runners.staging import reveal

_FETCH = 2_000
_FORGOTTEN = 60.0
"""Seconds after which the server forgets a consumer that nobody asks."""
_OPTIONS = frozenset({"user", "password", "token", "user_credentials", "nkeys_seed_str", "domain", "prefix"})
_GONE = (b"DEL", b"PURGE")
"""What the operation of a message in a bucket of keys and values is called, where it takes the key away."""
_T = TypeVar("_T")


class Nats:
    """Streams of a server."""

    def __init__(self, source: StreamSource) -> None:
        """Connect.

        Raises:
            InputError: an option is none, or the server lets nobody in by those.
            SourceUnavailable: the server doesn't answer.
        """
        if alien := sorted(set(source.options) - _OPTIONS):
            fix = f"there are {', '.join(sorted(_OPTIONS))}"
            raise InputError(f"NATS has no option {alien[0]}", "source.stream.options", fix)
        self._source, self._runner = source, asyncio.Runner()
        self._told: list[str] = []
        options = {name: reveal(value) for name, value in source.options.items()}
        for_stream = {name: options.pop(name) for name in ("domain", "prefix") if name in options}
        try:
            self._client = self._run(self._connect(options))
        except SourceUnavailable:
            self._runner.close()
            if any("authorization" in one.lower() for one in self._told):
                what = "the server lets nobody in by these credentials"
                raise InputError(what, "source.stream.options", "correct the credentials") from None
            raise
        self._stream = self._client.jetstream(timeout=PATIENCE, **for_stream)

    def bounds(self) -> Mapping[Place, Bounds]:
        """Return all streams, and the sequences that they have now."""
        states = {topic: self._run(self._stream.stream_info(topic)).state for topic in self._source.topics}
        return {Place(topic, 0): Bounds(max(1, one.first_seq), one.last_seq + 1) for topic, one in states.items()}

    def identities(self) -> Mapping[str, str]:
        """Return when each stream was made."""
        return {topic: str(self._run(self._stream.stream_info(topic)).created) for topic in self._source.topics}

    def offsets_at(self, moment: datetime) -> Mapping[Place, int]:
        """Return the sequence of the first message at or after a moment in each stream, or its end."""
        bounds = self.bounds()
        since = {"deliver_policy": DeliverPolicy.BY_START_TIME, "opt_start_time": moment.isoformat()}
        found = {}
        for place in bounds:
            with self._consumer(place, since) as consumer:
                first = self._run(self._fetch(consumer, 1))
            found[place] = first[0].metadata.sequence.stream if first else bounds[place].end
        return found

    def chunks(self, place: Place, start: int, end: int, most: int) -> Iterator[Chunk]:
        """Yield the messages from a sequence to before another, in their order, some at a time."""
        at = start
        while at < end:
            since = {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": at}
            with self._consumer(place, since) as consumer:
                for chunk in self._unbroken(consumer, end, min(most, _FETCH)):
                    yield chunk
                    at = chunk.next

    def _unbroken(self, consumer: Any, end: int, most: int) -> Iterator[Chunk]:
        """Yield what a consumer gives, until one is missing: then a new consumer begins there."""
        at, heard = 0, 0
        while at < end:
            found = self._run(self._fetch(consumer, most))
            whole = _unbroken(found, heard)
            if found and not whole:
                return
            at, heard = self._next(consumer, whole, end), heard + len(whole)
            told = [_message(one) for one in whole]
            yield Chunk([one for one in told if one.offset < end], at)

    def close(self) -> None:
        """Let go of the server."""
        self._run(self._client.close())
        self._runner.close()

    def _next(self, consumer: Any, found: Sequence[Msg], end: int) -> int:
        """Return where to go on: at the end, where nothing is left before it."""
        if found:
            last = found[-1].metadata
            return end if last.num_pending == 0 else min(end, last.sequence.stream + 1)
        if self._run(consumer.consumer_info()).num_pending:
            raise SourceUnavailable(
                f"the server gave nothing for {PATIENCE:.0f} s", self._source.url, "see that it runs"
            )
        return end

    @contextmanager
    def _consumer(self, place: Place, since: Mapping[str, Any]) -> Iterator[Any]:
        """Make a consumer, and delete it; where that fails, the server forgets it by itself."""
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            inactive_threshold=_FORGOTTEN,
            mem_storage=True,
            num_replicas=1,
            **since,
        )
        subject = self._source.subject or ">"
        asked = self._stream.pull_subscribe(subject, stream=place.topic, config=config, pending_msgs_limit=-1)
        try:
            yield self._run(asked)
        finally:
            with suppress(InputError, SourceUnavailable):
                self._run(self._stream.delete_consumer(place.topic, config.name or ""))  # which the client has set

    async def _fetch(self, consumer: Any, most: int) -> list[Msg]:
        try:
            found: list[Msg] = await consumer.fetch(most, timeout=1.0)
        except NatsTimeoutError:
            return []
        return found

    async def _connect(self, options: Mapping[str, str]) -> Any:
        async def note(error: Exception) -> None:
            self._told.append(str(error))

        url = [one.strip() for one in reveal(self._source.url).split(",")]
        attempts: Any = {"max_reconnect_attempts": 2, "connect_timeout": 10, "allow_reconnect": True}
        return await asyncio.wait_for(
            nats.connect(url, error_cb=note, name="setpoint", **attempts, **options), PATIENCE
        )

    def _run(self, asked: Awaitable[_T]) -> _T:
        """Wait for an answer.

        Raises:
            InputError: there is no such stream, or it isn't to be read.
            SourceUnavailable: the server doesn't answer.
        """

        async def answer() -> _T:
            return await asked

        try:
            return self._runner.run(answer())
        except NotFoundError:
            what = f"there is no stream {' or '.join(self._source.topics)}"
            raise InputError(what, "source.stream.topics", "correct it, or make it first") from None
        except APIError as error:
            what = error.description or "the server refuses"
            if (error.code or 0) >= 500:
                raise SourceUnavailable(what, self._source.url, "see that JetStream runs there") from None
            raise InputError(what, "source.stream", "correct what is asked for") from None
        except NoRespondersError:
            raise SourceUnavailable(
                "the server has no JetStream", self._source.url, "start it with --jetstream"
            ) from None
        except (Error, OSError, TimeoutError) as error:
            what = f"the server doesn't answer ({type(error).__name__})"
            raise SourceUnavailable(what, self._source.url, "see that it runs and can be reached") from None


def _unbroken(found: Sequence[Msg], heard: int) -> list[Msg]:
    """Return the messages up to the first that misses the one before it."""
    whole = []
    for number, one in enumerate(found, heard + 1):
        if one.metadata.sequence.consumer != number:
            break
        whole.append(one)
    return whole


def _message(one: Msg) -> Message:
    told = one.metadata
    headers = [(name, value.encode()) for name, value in (one.headers or {}).items()]
    is_gone = not one.data or any(name == "KV-Operation" and value in _GONE for name, value in headers)
    timestamp = int(told.timestamp.timestamp() * 1000)
    return Message(told.sequence.stream, timestamp, one.subject.encode(), None if is_gone else one.data, headers)
