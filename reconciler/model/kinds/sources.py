"""Sources: where the rows of a dataset, or the outcomes of a monitor, come from."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from reconciler.model.kinds.derived import DerivedSource
from reconciler.model.kinds.hidden import check_hidden
from reconciler.model.kinds.predictions import PredictionsSource
from reconciler.model.kinds.spec import Block, Cron
from reconciler.model.kinds.streams import StreamSource
from reconciler.model.quantity import Duration, parse_duration
from runners.contract.one_or_many import Names

SlotName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,63}$")]
"""The name of a replication slot."""
Dates = Annotated[str, StringConstraints(max_length=40)]
"""A format of strptime."""
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
SIGN = r"^[^\"\r\n0-9]$"
"""What may part the fields of a file, or a number's digits."""


def _check_text(encoding: str, dates: str | Mapping[str, str] | None) -> None:
    try:
        "".encode(encoding)
    except LookupError:
        raise ValueError(f"there is no encoding {encoding}") from None
    for format_ in dates.values() if isinstance(dates, Mapping) else [dates] if dates is not None else []:
        _check_dates(format_)


def _check_dates(dates: str) -> None:
    moment = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    try:
        # Where a day is told without a year, Python 3.13 warns and later ones fail: it isn't read.
        is_whole = "%d" not in dates or re.search("%[yYGcx]", dates)
        read = datetime.strptime(moment.strftime(dates), dates) if is_whole else None  # noqa: DTZ007, the day alone
    except (ValueError, re.error) as error:  # the latter of a part that is there twice
        raise ValueError(f"dates `{dates}` is no format of strptime: {error}") from None
    if read is None or read.date() != moment.date():
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


class ByFiles(Block):
    """How a folder of files grows: a refresh reads what is new or was changed, and drops what is gone."""

    by: Literal["files"] = Field(description="What is new: files.")
    full: Cron | None = Field(default=None, description="When to read all files again; unset, only where it has to be.")


_TEXTS, _CSV, _EXCEL = ("csv", "jsonl", "json"), ("csv",), ("excel",)
_OF_FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "encoding": (*_TEXTS, "texts"),
        **dict.fromkeys(("decimal", "thousands", "dates"), (*_TEXTS, *_EXCEL)),
        **dict.fromkeys(("delimiter", "comment", "quote", "escape"), _CSV),
        **dict.fromkeys(("nulls", "names"), (*_CSV, *_EXCEL)),
        "skip": ("csv", "jsonl", "excel"),
        "compression": _TEXTS,
        "records": ("json",),
        "nested": ("jsonl", "json"),
        "sheet": _EXCEL,
    }
)
"""Of which formats a field is."""


class ChangesSource(Block):
    """A table of PostgreSQL that is followed: a snapshot, and then every change from the server's own log."""

    url: str = Field(description="A URL of PostgreSQL; keep its password in ${secret:NAME}.")
    table: str = Field(
        min_length=1,
        max_length=127,
        description="The table, as schema.table; without a schema, of public.",
        examples=["public.loans"],
    )
    slot: SlotName | None = Field(
        default=None,
        description="The replication slot to read by, which is made where there is none; unset, one that is called "
        "after the dataset and its environment.",
    )
    publication: Annotated[str, StringConstraints(min_length=1, max_length=63)] | None = Field(
        default=None, description="The publication that has the table; unset, one is made beside the slot."
    )
    when_lost: Literal["snapshot", "refuse"] = Field(
        default="snapshot",
        description="What a refresh does where the server has thrown away changes that it would need: take a new "
        "snapshot, or stall until a person has decided.",
    )
    unbounded: bool = Field(
        default=False,
        description="Whether a slot may be made on a server that bounds by nothing what it keeps for slots.",
    )
    follow: bool = Field(
        default=True,
        description="Whether changes are followed. With false a refresh reads all rows, and drops the slot and the "
        "publication that were made for the dataset: so before a dataset is deleted.",
    )
    statement_timeout: Duration | None = Field(
        default=None, description="How long the database may take for one statement; unset, until the job's timeout."
    )
    full: Cron | None = Field(default=None, description="When to take a new snapshot; unset, only where it has to be.")

    @property
    def told(self) -> dict[str, Any]:
        """Return what a job is told of it: spans in seconds, and not when all is read, which changes nothing of how."""
        params = self.model_dump(mode="json", exclude_none=True, exclude={"full"})
        if self.statement_timeout is not None:
            params["statement_timeout"] = self.statement_timeout.total_seconds()
        return params


class FileSource(Block):
    """Files read by fsspec: a table, or a folder of images, of audio, or of texts."""

    FOLDERS: ClassVar[tuple[str, ...]] = ("images", "audio", "texts")

    url: str = Field(description="An fsspec URL; a glob or a folder reads all that it holds.")
    format: Literal["parquet", "csv", "jsonl", "json", "excel", "images", "audio", "texts"] = Field(
        description="How the files are to be read: jsonl has an object in each line, json is one document, excel a "
        "sheet of a workbook (.xlsx, .xlsm); of the last three each file is a row."
    )
    label_from: Literal["folder", "none"] = Field(
        default="none", description="For images, audio and texts: whether the name of a file's folder is its label."
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
    dates: Dates | Annotated[dict[ColumnName, Dates], Field(min_length=1, max_length=1_000)] | None = Field(
        default=None,
        description="How texts write moments, beside ISO 8601: a format of strptime, or one for each of some columns.",
        examples=["%d/%m/%Y", {"born": "%d.%m.%Y", "paid": "%m/%d/%Y"}],
    )
    nulls: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] | None = Field(
        default=None,
        max_length=50,
        description="What stands for a missing value in CSV and Excel, beside nothing at all.",
        examples=[["N/A", "NULL", "-", "#REF!"]],
    )
    names: tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...] | None = Field(
        default=None,
        min_length=1,
        max_length=10_000,
        description="The columns' names, where files of CSV or sheets have no header line.",
        examples=[["id", "amount"]],
    )
    skip: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="How many lines of CSV or JSON Lines, or rows of a sheet, come before what is read.",
    )
    comment: str | None = Field(
        default=None,
        pattern=r"^[^\s\"\w]{1,10}$",
        description="What a line of CSV begins with that is passed over.",
        examples=["#"],
    )
    quote: str | None = Field(
        default=None,
        pattern=r"^(none|[^\s\w])$",
        description="The sign around values of CSV in the place of the double quote, or none.",
        examples=["'", "none"],
    )
    escape: str | None = Field(
        default=None,
        pattern=r"^[^\s\w]$",
        description="The sign of CSV after which the next one is data; unset, a quote is doubled.",
        examples=["\\"],
    )
    compression: Literal["gzip", "bzip2", "xz", "zstd", "none"] | None = Field(
        default=None,
        description="How the files are packed; unset, as they are called: .gz, .bz2, .xz, .zst.",
    )
    records: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Of json: where in the document the list of rows is, by keys with dots between them; unset, it is "
        "the document.",
        examples=["data.items"],
    )
    nested: Literal["columns"] | None = Field(
        default=None,
        description="What becomes of objects in an object of JSON: columns, called by the keys with dots between them; "
        "unset, each is a text.",
    )
    sheet: Annotated[str, StringConstraints(min_length=1, max_length=100)] | Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="Of excel: the sheet, by its name, or by its number from 1 on, hidden ones counted; unset, the "
        "only one that isn't hidden.",
        examples=["Loans", 2],
    )
    partitions: Literal["hive"] | None = Field(
        default=None, description="Whether folders called `column=value` are columns, too; unset, they aren't."
    )

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        told = self.model_fields_set - {name for name in self.model_fields_set if getattr(self, name) is None}
        for name in sorted(told & _OF_FORMATS.keys()):
            if self.format not in _OF_FORMATS[name]:
                formats = " or ".join(_OF_FORMATS[name])
                raise ValueError(f"{name} is for the format {formats}, and the format is {self.format}")
        if (self.quote or self.escape) and not self.delimiter:
            raise ValueError("give the delimiter, too: with quote or escape it isn't guessed")
        if self.names and len(set(self.names)) < len(self.names):
            raise ValueError("names holds a name twice")
        if self.partitions and self.format in self.FOLDERS:
            raise ValueError(f"partitions are of tables, and the format is {self.format}")
        if self.thousands == self.decimal:
            raise ValueError(f"thousands and decimal are both `{self.decimal}`")
        _check_text(self.encoding, self.dates)
        return self


class GrowingFiles(FileSource):
    """Files read by fsspec, all of them or what came since."""

    incremental: ByFiles | None = Field(
        default=None, description="How the files grow; unset, each refresh reads all of them."
    )

    @model_validator(mode="after")
    def _grows_by_whole_files(self) -> Self:
        if self.incremental and self.format in self.FOLDERS:
            raise ValueError(f"incremental is for tables, and the format is {self.format}")
        if self.incremental and "::" in self.url:
            raise ValueError(
                "an archive is read as a whole: leave out incremental, or keep its files beside each other"
            )
        return self

    @property
    def told(self) -> dict[str, Any]:
        """Return what a job is told of it: not when all is read, which changes nothing of how."""
        params = self.model_dump(mode="json", exclude_none=True)
        params.get("incremental", {}).pop("full", None)
        return params


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
        check_hidden("storage", self.storage)
        return self


class Source(Block):
    """Where data comes from: exactly one of `sql`, `files` and `table`."""

    KINDS: ClassVar[tuple[str, ...]] = ("sql", "files", "table")

    sql: SqlSource | None = Field(default=None, description="Rows of a database.")
    files: FileSource | None = Field(default=None, description="Tables, images, audio or texts in files.")
    table: TableSource | None = Field(default=None, description="A table of Delta Lake or Iceberg.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in self.KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(self.KINDS[:-1])} and {self.KINDS[-1]}")
        return self


class DatasetSource(Source):
    """Where a dataset comes from: exactly one of its kinds."""

    KINDS = ("sql", "files", "table", "derived", "changes", "stream", "predictions")

    sql: GrowingSource | None = Field(default=None, description="Rows of a database.")
    files: GrowingFiles | None = Field(default=None, description="Tables or images in files.")
    derived: DerivedSource | None = Field(default=None, description="A query over other datasets.")
    changes: ChangesSource | None = Field(
        default=None, description="A table of PostgreSQL that is followed by the log of its changes."
    )
    stream: StreamSource | None = Field(default=None, description="Messages of Kafka or NATS, each read once.")
    predictions: PredictionsSource | None = Field(
        default=None, description="What a model says of the rows of another dataset."
    )
