"""`datasets`: data pulled from a source, profiled, held to its schema, and kept as a version."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from reconciler.model.kinds.spec import Block, Cron, JobSpec, Names, reference
from reconciler.model.re2 import re2_fault

SIGN = r"^[^\"\r\n0-9]$"
"""What may part the fields of a file, or a number's digits."""
_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"integer": (int,), "number": (int, float), "boolean": (bool,)}
)
"""What the values of an `enum` are of, by the column's type; of all other types they are texts."""


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


def _expression(value: str) -> str:
    if fault := re2_fault(value):
        raise ValueError(f"expected an RE2 expression: {fault}")
    return value


class SqlSource(Block):
    """Rows of a database, read by SQLAlchemy."""

    url: str = Field(description="A SQLAlchemy URL; keep its password in ${secret:NAME}.")
    query: str = Field(min_length=1, description="The SELECT whose rows are the dataset.")


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


class Source(Block):
    """Where data comes from: exactly one of `sql` and `files`."""

    KINDS: ClassVar[tuple[str, ...]] = ("sql", "files")

    sql: SqlSource | None = Field(default=None, description="Rows of a database.")
    files: FileSource | None = Field(default=None, description="Tables or images in files.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in self.KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(self.KINDS[:-1])} and {self.KINDS[-1]}")
        return self


class DatasetSource(Source):
    """Where a dataset comes from: exactly one of `sql`, `files` and `derived`."""

    KINDS = ("sql", "files", "derived")

    derived: DerivedSource | None = Field(default=None, description="A query over other datasets.")


class Column(Block):
    """What a column may hold. Row-wise checks; `missing` and `distinct` are checks of the whole column."""

    type: Literal["integer", "number", "string", "boolean", "datetime"] = Field(description="What its values are.")
    minimum: int | float | None = Field(default=None, description="The lowest value that is accepted.")
    maximum: int | float | None = Field(default=None, description="The highest value that is accepted.")
    enum: tuple[str | int | float | bool, ...] | None = Field(
        default=None, max_length=1000, description="The only values that are accepted."
    )
    pattern: Annotated[str, AfterValidator(_expression)] | None = Field(
        default=None,
        max_length=500,
        description="An RE2 expression that is found in every text, anywhere: ^ and $ hold it to the whole.",
        examples=["^[A-Z]{2}[0-9]{6}$"],
    )
    missing: float = Field(default=0.0, ge=0, le=1, description="Highest share of missing values.")
    unique: bool = Field(default=False, description="Whether no value may be there twice.")
    sensitive: bool = Field(
        default=False, description="Whether its values are shown nowhere: in no report, profile, picture or proposal."
    )

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        """Tell what the runner would refuse, before anything runs."""
        low, high = self.minimum, self.maximum
        if (low is not None or high is not None) and self.type not in ("integer", "number"):
            raise ValueError(f"minimum and maximum are for numbers, and the type is {self.type}")
        if low is not None and high is not None and low > high:
            raise ValueError(f"minimum {low} is above maximum {high}")
        if self.pattern is not None and self.type != "string":
            raise ValueError(f"a pattern is for strings, and the type is {self.type}")
        if self.enum == ():
            raise ValueError("an empty enum accepts no value: list some, or leave it out")
        alien = [value for value in self.enum or () if type(value) not in _TYPES.get(self.type, (str,))]
        if alien:
            raise ValueError(f"enum holds {alien[0]!r}, which is no {self.type}")
        return self


class Dataset(JobSpec):
    """A versioned dataset. Without `columns` a schema is inferred and proposed as a change to the spec."""

    kind: ClassVar[str] = "datasets"

    source: DatasetSource = Field(description="Where the data comes from.")
    columns: dict[str, Column] | None = Field(
        default=None, description="The schema, by column; unset, one is inferred and proposed."
    )
    extra_columns: Literal["allow", "refuse"] = Field(
        default="refuse", description="Whether columns that the schema doesn't name are let in."
    )
    minimum_rows: int = Field(default=1, ge=0, description="With fewer rows a version isn't accepted.")
    identifier: str | None = Field(default=None, description="The column that names a row.")
    target: str | None = Field(default=None, description="The column that models predict.")
    timestamp: str | None = Field(default=None, description="The column that says when a row was true.")
    partition: Names = Field(default=(), description="Columns by whose values the files are divided.")
    refresh: Cron | None = Field(default=None, description="When to pull again; unset, only when the spec changes.")
    keep: int | None = Field(default=None, ge=1, description="Accepted versions to keep; unset, all.")

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Return the addresses of the datasets that this one is derived from, by their names in its query."""
        return self.source.derived.inputs if self.source.derived else {}

    @cached_property
    def ingest_params(self) -> dict[str, Any]:
        """Return the parameters of the `ingest` runner."""
        fields = {
            "source", "columns", "extra_columns", "minimum_rows", "identifier", "target", "timestamp", "partition",
        }  # fmt: skip
        return self.model_dump(mode="json", include=fields, exclude_none=True)
