"""Where data comes from, as a job is told it."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from runners.parameters import Block
from runners.tables.types import USUAL, Spellings


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
    nulls: tuple[str, ...] | None = None
    partitions: Literal["hive"] | None = None

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        if self.thousands == self.decimal:
            raise ValueError(f"thousands and decimal are both {self.decimal}")
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {self.encoding}") from None
        return self


class DerivedSource(Block):
    """A query over other datasets: their addresses, by the names that they have in it."""

    inputs: dict[str, str]
    query: str


class Source(Block):
    """Where data comes from: exactly one of its kinds."""

    KINDS: ClassVar[tuple[str, ...]] = ("sql", "files")

    sql: SqlSource | None = None
    files: FileSource | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in self.KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(self.KINDS[:-1])} and {self.KINDS[-1]}")
        return self

    @property
    def spellings(self) -> Spellings:
        """Return how the source's texts spell numbers and moments."""
        files = self.files
        if files is None:
            return USUAL
        return Spellings(decimal=files.decimal, thousands=files.thousands, dates=files.dates)


class DatasetSource(Source):
    """Where a dataset comes from: it may be made of others."""

    KINDS = ("sql", "files", "derived")

    derived: DerivedSource | None = None
