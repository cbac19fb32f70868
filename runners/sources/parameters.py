"""Where data comes from, as a job is told it."""

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from runners.parameters import Block
from runners.tables.types import USUAL, Spellings

Format = Literal["json", "avro", "protobuf", "text"]
Metadata = Literal["topic", "partition", "offset", "timestamp", "key", "headers"]
TOMBSTONE = "setpoint_tombstone"
"""The column that marks a message without a value, where messages have keys."""


class Growing(Block):
    """How the rows of a source that grows take each other's place.

    `key` names a row: a newer one takes the place of the older. A row whose `deleted` is true, or is there at all where
    it is no truth, takes the older one away. With `compare_keys` all keys are read, and rows whose key is gone go.
    """

    key: tuple[str, ...] = ()
    deleted: str | None = None
    compare_keys: bool = False

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if (self.deleted or self.compare_keys) and not self.key:
            raise ValueError("without a key nobody knows which row is deleted")
        return self


class Incremental(Growing):
    """How a table grows: by a column that never falls from one row to a newer one.

    `lag` is how far back rows may still come or change, in seconds, or in the column's own unit where it holds numbers.
    """

    watermark: str
    lag: float = Field(default=0.0, ge=0)


class SqlSource(Block):
    """Rows of a database; `url` may hold `${secret:NAME}`. A statement takes `statement_timeout` seconds at most."""

    url: str
    query: str
    statement_timeout: float | None = Field(default=None, gt=0)
    incremental: Incremental | None = None


class ByFiles(Block):
    """How files grow: by new ones. One that was changed takes the place of what it was, and one that is gone goes."""

    by: Literal["files"]


class ChangesSource(Block):
    """A table of PostgreSQL, followed by the log of its changes; `url` may hold `${secret:NAME}`.

    `slot` and `publication` are what it is read by; without them, names that tell whose they are. `when_lost` says what
    becomes of changes that the server has thrown away: a new snapshot, or a refusal. Without `follow` it is read as a
    whole, and what was made in the source in order to follow it is taken away.
    """

    url: str
    table: str
    slot: str | None = None
    publication: str | None = None
    when_lost: Literal["snapshot", "refuse"] = "snapshot"
    unbounded: bool = False
    follow: bool = True
    statement_timeout: float | None = Field(default=None, gt=0)


class FileSource(Block):
    """A file, a folder or a glob, by fsspec URL; it may hold `${secret:NAME}`."""

    url: str
    format: Literal["parquet", "csv", "jsonl", "json", "excel", "images", "audio", "texts"]
    label_from: Literal["folder", "none"] = "none"
    encoding: str = "utf-8"
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    thousands: str | None = Field(default=None, min_length=1, max_length=1)
    dates: str | dict[str, str] | None = None
    nulls: tuple[str, ...] | None = None
    partitions: Literal["hive"] | None = None
    incremental: ByFiles | None = None
    names: tuple[str, ...] | None = Field(default=None, min_length=1)
    skip: int | None = Field(default=None, ge=1)
    comment: str | None = Field(default=None, min_length=1, max_length=10)
    quote: str | None = Field(default=None, pattern=r"^(none|[^\s\w])$")
    escape: str | None = Field(default=None, min_length=1, max_length=1)
    compression: Literal["gzip", "bzip2", "xz", "zstd", "none"] | None = None
    records: str | None = Field(default=None, min_length=1)
    nested: Literal["columns"] | None = None
    sheet: str | int | None = None

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        if self.thousands == self.decimal:
            raise ValueError(f"thousands and decimal are both {self.decimal}")
        if (self.quote or self.escape) and not self.delimiter:
            raise ValueError("quote and escape need a delimiter")
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {self.encoding}") from None
        return self


class TableSource(Block):
    """A table of Delta Lake or Iceberg, by its URL or in a catalog; texts may hold `${secret:NAME}`."""

    format: Literal["delta", "iceberg"]
    url: str | None = None
    catalog: str | None = None
    name: str | None = None
    version: int | None = None
    columns: tuple[str, ...] | None = None
    storage: dict[str, str] = Field(default={})

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.url is None) == (self.catalog is None) or (self.catalog is None) != (self.name is None):
            raise ValueError("give url, or catalog and name")
        return self


class StreamSource(Block):
    """Messages of Kafka's topics, or of the streams of NATS JetStream; all texts of `options` may hold secrets.

    `rows`, `within` and `rate` bound one reading: messages, seconds, and messages a second. `key` names the columns by
    which a newer message takes the place of an older one, and one without a value takes it away.
    """

    protocol: Literal["kafka", "nats"]
    url: str
    topics: tuple[str, ...] = Field(min_length=1)
    subject: str | None = None
    value: Format = "json"
    registry: str | None = None
    options: dict[str, str] = Field(default={})
    start: str = "earliest"
    end: str | None = None
    key: tuple[str, ...] = ()
    key_format: Format = "text"
    metadata: tuple[Metadata, ...] = ()
    poison: Literal["refuse", "skip"] = "refuse"
    gaps: Literal["refuse", "skip"] = "refuse"
    rows: int = Field(default=10_000_000, ge=1)
    within: float | None = Field(default=None, gt=0)
    rate: float | None = Field(default=None, gt=0)

    HOW: ClassVar[frozenset[str]] = frozenset(
        {"url", "topics", "registry", "options", "poison", "gaps", "rows", "within", "rate"}
    )
    """What changes no row that was read before."""

    @property
    def asked(self) -> dict[str, Any]:
        """Return all of it that rows follow from."""
        return self.model_dump(mode="json", exclude=set(self.HOW))

    @property
    def growing(self) -> Growing:
        """Return how its rows take each other's place."""
        return Growing(key=self.key, deleted=TOMBSTONE if self.key else None)


class Standing(Block):
    """Features of which the last ones known count.

    `key` leads from columns of the events to those of the features, `time` says since when a row is true, and `arrived`
    when it came to be known. What is older than `within` seconds counts no more. With `before` no row of the
    event's own moment counts.
    """

    key: dict[str, str] = Field(min_length=1)
    time: str
    arrived: str | None = None
    columns: tuple[str, ...] = Field(min_length=1)
    prefix: str = ""
    within: float | None = Field(default=None, gt=0)
    before: bool = False

    def name_of(self, column: str) -> str:
        """Return what a column of the features is called beside the event's."""
        return self.prefix + column


class PointInTime(Block):
    """A row for each event, with the features that were known at its time, by the names of the inputs."""

    events: str
    time: str
    features: dict[str, Standing] = Field(min_length=1)


class ByParts(Block):
    """How a query over growing datasets grows: by what it makes of their new parts, where it works row by row."""

    by: Literal["parts"]


class DerivedSource(Block):
    """A query over other datasets, or a join to what was known: their addresses, by the names that they have in it."""

    inputs: dict[str, str]
    query: str | None = None
    point_in_time: PointInTime | None = None
    incremental: ByParts | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.query is None) == (self.point_in_time is None):
            raise ValueError("give exactly one of query and point_in_time")
        return self


class PredictionsSource(Block):
    """What a model says of the rows of another dataset: their addresses, and the columns that are kept beside it."""

    of: str
    by: str
    keep: tuple[str, ...] = ()


class Source(Block):
    """Where data comes from: exactly one of its kinds."""

    KINDS: ClassVar[tuple[str, ...]] = ("sql", "files", "table")

    sql: SqlSource | None = None
    files: FileSource | None = None
    table: TableSource | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in self.KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(self.KINDS[:-1])} and {self.KINDS[-1]}")
        return self

    @property
    def growth(self) -> Incremental | None:
        """Return how a table of a database grows, where it is read only as far as it did."""
        return self.sql.incremental if self.sql else None

    @property
    def spellings(self) -> Spellings:
        """Return how the source's texts spell numbers and moments."""
        files = self.files
        if files is None:
            return USUAL
        told = {"dates_of": files.dates} if isinstance(files.dates, dict) else {"dates": files.dates}
        return Spellings(decimal=files.decimal, thousands=files.thousands, **told)


class DatasetSource(Source):
    """Where a dataset comes from: it may be made of others, or follow a table."""

    KINDS = ("sql", "files", "table", "derived", "changes", "stream", "predictions")

    derived: DerivedSource | None = None
    changes: ChangesSource | None = None
    stream: StreamSource | None = None
    predictions: PredictionsSource | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """Return all of it that rows follow from."""
        unasked = {name for name in ("stream", "predictions") if getattr(self, name) is None}
        told = self.model_dump(mode="json", exclude=unasked)
        if self.files and self.files.sheet is None:  # so that what was asked for before there were sheets is the same
            del told["files"]["sheet"]
        told |= {"predictions": {"keep": self.predictions.keep}} if self.predictions else {}
        return told | ({"stream": self.stream.asked} if self.stream else {})

    @property
    def where_it_grows(self) -> str:
        """Return the field that says how it grows."""
        return "source.stream" if self.stream else "source.sql.incremental"

    @property
    def is_growing(self) -> bool:
        """Tell whether a server tells what is new in it."""
        return bool(self.growth or self.changes or self.stream)

    @property
    def moving(self) -> frozenset[str]:
        """Return the columns whose values are others in newer rows by nature: watermarks, and where a message stood."""
        beside = self.stream.metadata if self.stream else ()
        return frozenset([self.growth.watermark] if self.growth else [f"_{name}" for name in beside])

    @property
    def fixed(self) -> frozenset[str]:
        """Return the columns that hold one value in every row of a version by nature: which model said so."""
        return frozenset({"model"}) if self.predictions else frozenset()

    @property
    def goes_on(self) -> bool:
        """Tell whether a version goes on with the one before, whoever tells what is new."""
        of_files = self.files.incremental if self.files else None
        by_parts = self.predictions or (self.derived and self.derived.incremental)
        return self.is_growing or bool(of_files or by_parts)
