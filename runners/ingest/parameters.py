"""What an `ingest` job is told: the source, and the schema that the data is held to.

The twin of the fields of a dataset's spec, which a runner doesn't know: see `reconciler.model.kinds.datasets`.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from runners.contract.split import DatasetSplit
from runners.parameters import Block
from runners.sources.parameters import DatasetSource
from runners.tables.types import Type


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

    source: DatasetSource
    columns: dict[str, Column] | None = None
    extra_columns: Literal["allow", "refuse"] = "refuse"
    minimum_rows: int = Field(default=1, ge=0)
    identifier: str | None = None
    target: str | None = None
    timestamp: str | None = None
    partition: tuple[str, ...] = ()
    split: DatasetSplit | None = None
