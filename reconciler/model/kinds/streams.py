"""Streams: the messages of a log that a dataset reads, each once."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.model.kinds.hidden import check_hidden
from reconciler.model.kinds.spec import Block
from reconciler.model.quantity import Duration
from runners.contract.one_or_many import Names

Format = Literal["json", "avro", "protobuf", "text"]
Metadata = Literal["topic", "partition", "offset", "timestamp", "key", "headers"]


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("expected a moment such as 2026-01-31T09:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("a moment says in which zone it is: end it with Z, or +02:00")
    return moment.astimezone(UTC).isoformat()


Moment = Annotated[str, AfterValidator(_moment)]
"""A moment of a zone, in ISO 8601."""


class StreamSource(Block):
    """Messages of Kafka's topics, or of NATS's streams, each read once: the position stands in the version itself."""

    protocol: Literal["kafka", "nats"] = Field(description="What the servers speak.")
    url: str = Field(
        min_length=1,
        description="Where the servers are: of Kafka `host:port` of some brokers, of NATS their URLs, by commas.",
        examples=["kafka-1.example.com:9092,kafka-2.example.com:9092", "nats://nats.example.com:4222"],
    )
    topics: Names = Field(
        min_length=1, description="The topics to read; of NATS the streams.", examples=["payments", ["eu", "us"]]
    )
    subject: str | None = Field(
        default=None, min_length=1, description="Of NATS: which subjects of the streams to read; unset, all."
    )
    value: Format = Field(
        default="json", description="How values are written. Avro and Protobuf are read by a schema registry."
    )
    registry: str | None = Field(
        default=None,
        pattern=r"^https?://|^\$\{secret:",
        description="The schema registry that knows the schemas whose numbers messages begin with.",
        examples=["https://registry.example.com"],
    )
    options: dict[str, str] = Field(
        default={},
        description="How the servers are reached, in the words of librdkafka or of NATS (user, password, token); keep "
        "what is secret in ${secret:NAME}.",
        examples=[{"security.protocol": "SASL_SSL", "sasl.password": "${secret:KAFKA}"}],
    )
    start: Literal["earliest", "latest"] | Moment = Field(
        default="earliest", description="Where the first version begins: a moment, or an end of what is there."
    )
    end: Moment | None = Field(
        default=None, description="The moment before which the last message is read, for a range that is past."
    )
    key: Names = Field(
        default=(),
        description="The columns that name a row: a later message takes the place of an earlier one, and one without "
        "a value takes it away. Unset, each message is a row.",
    )
    key_format: Format = Field(
        default="text", description="How the messages' keys are written, where a value doesn't tell the key's columns."
    )
    metadata: Annotated[tuple[Metadata, ...], Field(max_length=6)] = Field(
        default=(), description="What of a message is a column, too, called `_offset` and so on.", examples=[["offset"]]
    )
    poison: Literal["refuse", "skip"] = Field(
        default="refuse",
        description="What becomes of messages that can't be read: the version is refused, or they are passed over and "
        "counted.",
    )
    gaps: Literal["refuse", "skip"] = Field(
        default="refuse",
        description="What happens where messages were dropped before they were read: nothing is read, or the others "
        "are.",
    )
    rows: int = Field(default=10_000_000, ge=1, description="The most messages of one refresh; the next one goes on.")
    within: Duration | None = Field(default=None, description="How long one refresh reads; unset, to the end.")
    rate: float | None = Field(default=None, gt=0, description="The most messages a second; unset, as many as come.")

    @model_validator(mode="after")
    def _fits_its_protocol(self) -> Self:
        if self.subject is not None and self.protocol != "nats":
            raise ValueError("subject is of nats, and the protocol is kafka")
        if {"avro", "protobuf"} & {self.value, self.key_format} and self.registry is None:
            raise ValueError("avro and protobuf are read by a schema registry: give registry")
        if self.end is not None and self.end == self.start:
            raise ValueError("start and end are one moment: nothing is between them")
        return self

    @model_validator(mode="after")
    def _tells_no_secret(self) -> Self:
        check_hidden("options", self.options)
        return self

    @property
    def told(self) -> dict[str, Any]:
        """Return what a job is told of it: spans in seconds."""
        params = self.model_dump(mode="json", exclude_none=True)
        if self.within is not None:
            params["within"] = self.within.total_seconds()
        return params
