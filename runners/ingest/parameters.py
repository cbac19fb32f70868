"""What an `ingest` job is told: the source, and the schema that the data is held to.

The twin of the fields of a dataset's spec, which a runner doesn't know: see `reconciler.model.kinds.datasets`.
"""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from runners.contract.mistakes import shown
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
    environments: tuple[Literal["training", "serving"], ...] | None = None
    unit: str | None = None
    description: str | None = None

    @property
    def is_training_only(self) -> bool:
        """Tell whether no request has it."""
        return self.environments is not None and "serving" not in self.environments

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
            raise ValueError(f"enum holds {shown(alien[0])}, which is no {self.type}")
        return self


def _is_of(value: str | int | float | bool, type_: Type) -> bool:
    if type_ == "boolean" or isinstance(value, bool):
        return type_ == "boolean" and isinstance(value, bool)
    if type_ in ("integer", "number"):
        return isinstance(value, int) or (isinstance(value, float) and type_ == "number")
    return isinstance(value, str)


Group = tuple[str, ...]
"""Columns whose values count together."""


class ForeignKey(Block):
    """Columns whose values together are there in the key of another dataset, which is an input of the job."""

    columns: Group
    dataset: str
    key: Group


class Volume(Block):
    """How many rows there may be, as a share of those of the version before."""

    minimum: float = 0.0
    maximum: float | None = None


class ColumnDrift(Block):
    """How far a column may be from what it was in the version before."""

    distance: float | None = None
    mean: float | None = None
    missing: float | None = None


class Drift(Block):
    """How far a version may be from the one that was accepted before it."""

    rows: Volume | None = None
    columns: dict[str, ColumnDrift] = Field(default={})
    false_alarms: float = 0.01


class Parameters(Block):
    """The parameters of one ingestion."""

    source: DatasetSource
    columns: dict[str, Column] | None = None
    extra_columns: Literal["allow", "refuse"] = "refuse"
    new_columns: Literal["refuse", "propose", "allow"] | None = None
    unique: tuple[Group, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: dict[str, str] = Field(default={})
    drift: Drift | None = None
    minimum_rows: int = Field(default=1, ge=0)
    identifier: str | None = None
    target: str | None = None
    timestamp: str | None = None
    partition: tuple[str, ...] = ()
    split: DatasetSplit | None = None

    @property
    def takes_new(self) -> Literal["refuse", "propose", "allow"]:
        """Return what becomes of columns that the schema doesn't name."""
        return self.new_columns or self.extra_columns

    @property
    def sensitive(self) -> frozenset[str]:
        """Return the columns whose values are shown nowhere."""
        return frozenset(name for name, column in (self.columns or {}).items() if column.sensitive)

    @property
    def named(self) -> frozenset[str]:
        """Return the columns that have a role, or that a key names."""
        roles = (self.identifier, self.target, self.timestamp, *self.partition)
        keys = [name for group in (*self.unique, *(key.columns for key in self.foreign_keys)) for name in group]
        return frozenset(name for name in (*roles, *keys) if name)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose version it is: of which dataset, in which environment."""

    dataset: str
    environment: str


NOBODY = Owner("", "")
