"""Sources: where the rows of a dataset, or the outcomes of a monitor, come from."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from reconciler.model.kinds.spec import Block, Cron, reference
from reconciler.model.quantity import Duration, parse_duration
from runners.contract.one_or_many import Names

SIGN = r"^[^\"\r\n0-9]$"
"""What may part the fields of a file, or a number's digits."""

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


def _check_text(encoding: str, dates: str | None) -> None:
    try:
        "".encode(encoding)
    except LookupError:
        raise ValueError(f"there is no encoding {encoding}") from None
    if dates is None:
        return
    moment = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        read = datetime.strptime(moment.strftime(dates), dates)  # noqa: DTZ007, only the day is looked at
    except ValueError as error:
        raise ValueError(f"dates `{dates}` is no format of strptime: {error}") from None
    if read.date() != moment.date():
        raise ValueError(f"dates `{dates}` doesn't tell the day, the month and the year, as %d/%m/%Y does")


class SqlSource(Block):
    """Rows of a database, read by SQLAlchemy."""

    url: str = Field(description="A SQLAlchemy URL; keep its password in ${secret:NAME}.")
    query: str = Field(min_length=1, description="The SELECT whose rows are the dataset.")


class Incremental(Block):
    """How a table grows: a refresh reads what is newer than a watermark, and what may still change."""

    watermark: str = Field(
        min_length=1,
        description="The column that never falls from one row to a newer one, or to a newer state of a row.",
        examples=["updated_at"],
    )
    lag: Duration | Annotated[int, Field(ge=0)] = Field(
        default_factory=lambda: parse_duration("0s"),
        description="How far below the highest watermark rows come or change late; a number is in the column's unit.",
        examples=["1h", 1000],
    )
    key: Names = Field(default=(), description="The columns that name a row: a newer row takes the place of the older.")
    deleted: str | None = Field(
        default=None,
        description="The column that marks a row as deleted: true, or anything where it holds no truth. It isn't kept.",
        examples=["deleted_at"],
    )
    compare_keys: bool = Field(
        default=False, description="Whether each refresh reads all keys, and takes away the rows whose key is gone."
    )
    full: Cron | None = Field(default=None, description="When to read all rows again; unset, only where it has to be.")

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if (self.deleted or self.compare_keys) and not self.key:
            raise ValueError("give the key by which it is known which row is deleted")
        return self

    @property
    def span(self) -> float:
        """Return the lag in seconds, or in the column's own unit."""
        return self.lag.total_seconds() if isinstance(self.lag, timedelta) else self.lag


class GrowingSource(SqlSource):
    """Rows of a database, all of them or what came since."""

    incremental: Incremental | None = Field(
        default=None, description="How the table grows; unset, each refresh reads all of it."
    )
    statement_timeout: Duration | None = Field(
        default=None, description="How long the database may take for one statement; unset, until the job's timeout."
    )

    @property
    def told(self) -> dict[str, Any]:
        """Return what a job is told of it: spans in seconds, and not when all is read, which changes nothing of how."""
        params = self.model_dump(mode="json", exclude_none=True)
        if self.statement_timeout is not None:
            params["statement_timeout"] = self.statement_timeout.total_seconds()
        if self.incremental:
            params["incremental"].pop("full", None)
            params["incremental"]["lag"] = self.incremental.span
        return params


class FileSource(Block):
    """Files read by fsspec: a table, or a folder of images."""

    url: str = Field(description="An fsspec URL; a glob or a folder reads all that it holds.")
    format: Literal["parquet", "csv", "jsonl", "images"] = Field(description="How the files are to be read.")
    label_from: Literal["folder", "none"] = Field(
        default="none", description="For images: whether the name of an image's folder is its label."
    )
    encoding: str = Field(
        default="utf-8", max_length=40, description="How text is encoded: a codec of Python's.", examples=["cp1252"]
    )
    delimiter: str | None = Field(
        default=None, pattern=SIGN, description="What parts the columns of CSV; unset, it is guessed."
    )
    decimal: Literal[".", ","] = Field(default=".", description="The sign before a text's decimals.")
    thousands: str | None = Field(
        default=None, pattern=SIGN, description="The sign between a text's thousands.", examples=["."]
    )
    dates: str | None = Field(
        default=None,
        max_length=40,
        description="How texts write moments, beside ISO 8601: a format of strptime.",
        examples=["%d/%m/%Y"],
    )
    nulls: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] | None = Field(
        default=None,
        max_length=50,
        description="What stands for a missing value in CSV, beside nothing at all.",
        examples=[["N/A", "NULL", "-", "#REF!"]],
    )
    partitions: Literal["hive"] | None = Field(
        default=None, description="Whether folders called `column=value` are columns, too; unset, they aren't."
    )

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        others = {"encoding", "decimal", "thousands", "dates"} if self.format not in ("csv", "jsonl") else set()
        others |= {"delimiter", "nulls"} if self.format != "csv" else set()
        if told := sorted(others & self.model_fields_set):
            raise ValueError(f"{told[0]} is for files of text, and the format is {self.format}")
        if self.partitions and self.format == "images":
            raise ValueError("partitions are of tables, and the format is images")
        if self.thousands == self.decimal:
            raise ValueError(f"thousands and decimal are both `{self.decimal}`")
        _check_text(self.encoding, self.dates)
        return self


_CREDENTIAL = re.compile(r"secret|password|token|account.key|sas", re.IGNORECASE)
_SECRET = "${secret:"


class TableSource(Block):
    """A table of Delta Lake or Iceberg, read at one version."""

    format: Literal["delta", "iceberg"] = Field(description="What the table is kept in.")
    url: str | None = Field(
        default=None,
        description="Where it is: its folder, or of Iceberg the metadata file (`*.metadata.json`) where the folder has "
        "no `version-hint.text`.",
        examples=["s3://lake/loans"],
    )
    catalog: str | None = Field(
        default=None,
        pattern=r"^https?://|^\$\{secret:",
        description="Of Iceberg: the URL of its REST catalog.",
        examples=["https://catalog.example.com"],
    )
    name: str | None = Field(default=None, description="The table's name in the catalog.", examples=["risk.loans"])
    version: int | None = Field(
        default=None, ge=0, description="Delta's version or Iceberg's snapshot; unset, the newest at each refresh."
    )
    columns: Names | None = Field(default=None, description="The columns to read; unset, all.")
    storage: dict[str, str] = Field(
        default={},
        description="How its store is reached, in the words of delta-rs or PyIceberg; keep what is secret in "
        "${secret:NAME}.",
        examples=[{"AWS_ENDPOINT_URL": "https://s3.example.com", "AWS_SECRET_ACCESS_KEY": "${secret:LAKE}"}],
    )

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.url is None) == (self.catalog is None):
            raise ValueError("give exactly one of url and catalog")
        if (self.catalog is None) != (self.name is None):
            raise ValueError("catalog and name belong together: give both, or neither")
        if self.catalog is not None and self.format == "delta":
            raise ValueError("a catalog is of Iceberg: give the url of a table of Delta Lake")
        if self.columns == ():
            raise ValueError("columns names none: list some, or leave it out")
        return self

    @model_validator(mode="after")
    def _tells_no_secret(self) -> Self:
        for name, value in self.storage.items():
            if _CREDENTIAL.search(name) and value and _SECRET not in value:
                raise ValueError(f"storage.{name} can be read by whoever reads the repository: write ${{secret:NAME}}")
        return self


SqlName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A table's name that needs no quotes."""


class DerivedSource(Block):
    """Rows that a query makes of other datasets: joins, windows, features. It is made anew when one of them changes."""

    inputs: dict[SqlName, reference("datasets")] = Field(  # type: ignore[valid-type]
        min_length=1,
        max_length=32,
        description="The datasets, by the names of tables that they have in the query.",
        examples=[{"loans": "datasets/loans"}],
        json_schema_extra={"x-reference": "datasets"},
    )
    query: str = Field(
        min_length=1,
        max_length=100_000,
        description="One SELECT in DuckDB's SQL. It sees its inputs alone, and neither chance nor the clock.",
    )


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
        for name, value in self.options.items():
            if _CREDENTIAL.search(name) and value and _SECRET not in value:
                raise ValueError(f"options.{name} can be read by whoever reads the repository: write ${{secret:NAME}}")
        return self

    @property
    def told(self) -> dict[str, Any]:
        """Return what a job is told of it: spans in seconds."""
        params = self.model_dump(mode="json", exclude_none=True)
        if self.within is not None:
            params["within"] = self.within.total_seconds()
        return params


class Source(Block):
    """Where data comes from: exactly one of `sql`, `files` and `table`."""

    KINDS: ClassVar[tuple[str, ...]] = ("sql", "files", "table")

    sql: SqlSource | None = Field(default=None, description="Rows of a database.")
    files: FileSource | None = Field(default=None, description="Tables or images in files.")
    table: TableSource | None = Field(default=None, description="A table of Delta Lake or Iceberg.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in self.KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(self.KINDS[:-1])} and {self.KINDS[-1]}")
        return self


class DatasetSource(Source):
    """Where a dataset comes from: exactly one of `sql`, `files`, `table`, `derived` and `stream`."""

    KINDS = ("sql", "files", "table", "derived", "stream")

    sql: GrowingSource | None = Field(default=None, description="Rows of a database.")
    derived: DerivedSource | None = Field(default=None, description="A query over other datasets.")
    stream: StreamSource | None = Field(default=None, description="Messages of Kafka or NATS, each read once.")
