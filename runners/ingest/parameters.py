"""What an `ingest` job is told: the source, and the schema that the data is held to.

The twin of the fields of a dataset's spec, which a runner doesn't know: see `reconciler.model.kinds.datasets`.
"""

from collections.abc import Mapping
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from runners.contract import InputError
from runners.tables.types import USUAL, Spellings, Type


class Block(BaseModel):
    """A strict, frozen part of the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SqlSource(Block):
    """Rows of a database; `url` may hold `${secret:NAME}`."""

    url: str
    query: str


class FileSource(Block):
    """A file, a folder or a glob, by fsspec URL; it may hold `${secret:NAME}`."""

    url: str
    format: Literal["parquet", "csv", "jsonl", "images"]
    label_from: Literal["folder", "none"] = "none"
    encoding: str = "utf-8"
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    thousands: str | None = Field(default=None, min_length=1, max_length=1)
    dates: str | None = None

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        if self.thousands == self.decimal:
            raise ValueError(f"thousands and decimal are both {self.decimal}")
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {self.encoding}") from None
        return self


class Source(Block):
    """Where the data comes from: exactly one of the two."""

    sql: SqlSource | None = None
    files: FileSource | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.sql is None) == (self.files is None):
            raise ValueError("give exactly one of sql and files")
        return self

    @property
    def spellings(self) -> Spellings:
        """Return how the source's texts spell numbers and moments."""
        files = self.files
        if files is None:
            return USUAL
        return Spellings(decimal=files.decimal, thousands=files.thousands, dates=files.dates)


class Column(Block):
    """What a column may hold.

    `pattern` is an RE2 expression that is searched anywhere in the text, as JSON Schema does. `missing` is the highest
    share of missing values, 0 to 1.
    """

    type: Type
    minimum: int | float | None = None
    maximum: int | float | None = None
    enum: tuple[str | int | float | bool, ...] | None = None
    pattern: str | None = None
    missing: float = 0.0
    unique: bool = False
    sensitive: bool = False

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        bounds = [bound for bound in (self.minimum, self.maximum) if bound is not None]
        if bounds and self.type not in ("integer", "number"):
            raise ValueError(f"minimum and maximum are for numbers, and the type is {self.type}")
        if len(bounds) == 2 and bounds[0] > bounds[1]:
            raise ValueError(f"minimum {bounds[0]:g} is above maximum {bounds[1]:g}")
        if self.pattern is not None and self.type != "string":
            raise ValueError(f"a pattern is for strings, and the type is {self.type}")
        alien = [value for value in self.enum or () if not _is_of(value, self.type)]
        if alien:
            raise ValueError(f"enum holds {alien[0]!r}, which is no {self.type}")
        return self


def _is_of(value: str | int | float | bool, type_: Type) -> bool:
    if type_ == "boolean" or isinstance(value, bool):
        return type_ == "boolean" and isinstance(value, bool)
    if type_ in ("integer", "number"):
        return isinstance(value, int) or (isinstance(value, float) and type_ == "number")
    return isinstance(value, str)


class Parameters(Block):
    """The parameters of one ingestion."""

    source: Source
    columns: dict[str, Column] | None = None
    extra_columns: Literal["allow", "refuse"] = "refuse"
    minimum_rows: int = Field(default=1, ge=0)
    identifier: str | None = None
    target: str | None = None
    timestamp: str | None = None
    partition: tuple[str, ...] = ()


Model = TypeVar("Model", bound=BaseModel)


def understood(model: type[Model], params: Mapping[str, Any]) -> Model:
    """Read a job's parameters.

    Raises:
        InputError: they don't fit; the first problem is told with its place, the others are counted.
    """
    try:
        return model.model_validate(params)
    except ValidationError as error:
        first, *others = error.errors(include_url=False)
        more = f" (and {len(others)} more)" if others else ""
        place = ".".join(map(str, first["loc"]))
        raise InputError(first["msg"] + more, place, "correct this field of the spec") from error
