"""`datasets`: data pulled from a source, profiled, held to its schema, and kept as a version."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.model.kinds.constraints import Drift, ForeignKey, RuleName, RuleText, key_groups
from reconciler.model.kinds.pins import Pin
from reconciler.model.kinds.sources import ByFiles, ChangesSource, DatasetSource, Incremental
from reconciler.model.kinds.spec import Block, Cron, JobSpec
from reconciler.model.quantity import Duration
from reconciler.model.re2 import re2_fault
from runners.contract.mistakes import shown
from runners.contract.one_or_many import Names
from runners.contract.split import DatasetSplit

_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"integer": (int,), "number": (int, float), "boolean": (bool,)}
)
"""What the values of an `enum` are of, by the column's type; of all other types they are texts."""

BEYOND_COLUMNS = ("unique", "foreign_keys", "rules", "drift")
"""What a dataset is held to beside its columns: it needs all rows of a table, or another version."""


def _expression(value: str) -> str:
    if fault := re2_fault(value):
        raise ValueError(f"expected an RE2 expression: {fault}")
    return value


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
    environments: tuple[Literal["training", "serving"], ...] | None = Field(
        default=None,
        max_length=2,
        description="Where it is there: [training] is a column that no request has, and no model is asked for; unset, "
        "both.",
        examples=[["training"]],
    )
    unit: str | None = Field(
        default=None, min_length=1, max_length=60, description="What its numbers count.", examples=["years"]
    )
    description: str | None = Field(default=None, max_length=500, description="What it means, in words for people.")

    @model_validator(mode="after")
    def _is_in_training(self) -> Self:
        if self.environments is not None and "training" not in self.environments:
            raise ValueError("a dataset is what models learn from: say environments: [training], or leave it out")
        return self

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
            raise ValueError(f"enum holds {shown(alien[0])}, which is no {self.type}")
        return self


class Dataset(JobSpec):
    """A versioned dataset. Without `columns` a schema is inferred and proposed as a change to the spec."""

    kind: ClassVar[str] = "datasets"

    source: DatasetSource = Field(description="Where the data comes from.")
    columns: dict[str, Column] | None = Field(
        default=None, description="The schema, by column; unset, one is inferred and proposed."
    )
    extra_columns: Literal["allow", "refuse"] = Field(
        default="refuse",
        json_schema_extra={"deprecated": True},
        description="The former word for `new_columns`, which says more.",
    )
    new_columns: Literal["refuse", "propose", "allow"] | None = Field(
        default=None,
        description="What becomes of columns that the schema doesn't name: the version is refused; it is taken without "
        "them, and they are proposed; or they are let in. Unset, refuse.",
    )
    unique: Annotated[tuple[Names, ...], AfterValidator(key_groups)] = Field(
        default=(),
        max_length=32,
        description="Columns whose values together name a row: no two rows have the same ones. Rows in which one is "
        "missing aren't held to it.",
        examples=[[["shop", "day"]]],
    )
    foreign_keys: tuple[ForeignKey, ...] = Field(
        default=(), max_length=32, description="Columns whose values are there in another dataset."
    )
    rules: dict[RuleName, RuleText] | None = Field(
        default=None,
        max_length=100,
        description="What holds in every row, by name: expressions of DuckDB's SQL over the row's columns. As in a "
        "CHECK of SQL, one that is NULL holds.",
        examples=[{"ends_after_it_begins": "ended >= began"}],
    )
    drift: Drift | None = Field(
        default=None, description="How far a version may be from the one that was accepted before it."
    )
    minimum_rows: int = Field(default=1, ge=0, description="With fewer rows a version isn't accepted.")
    identifier: str | None = Field(default=None, description="The column that names a row.")
    target: str | None = Field(default=None, description="The column that models predict.")
    timestamp: str | None = Field(default=None, description="The column that says when a row was true.")
    partition: Names = Field(default=(), description="Columns by whose values the files are divided.")
    split: DatasetSplit | None = Field(
        default=None, description="Which rows train, rank trials, and test, for every experiment; unset, each says."
    )
    refresh: Cron | None = Field(default=None, description="When to pull again; unset, only when the spec changes.")
    keep: int | None = Field(default=None, ge=1, description="Accepted versions to keep; unset, all.")
    keep_for: Duration | None = Field(
        default=None,
        description="How long to keep accepted versions but the newest; unset, for ever.",
        examples=["90d"],
    )
    pin: Pin | None = Field(
        default=None,
        description="The version to stand on, usually in an environment's patch: then nothing is made anew here.",
    )

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        if not self.is_album or self.source.files is None:
            return self
        told = [name for name in BEYOND_COLUMNS if getattr(self, name)]
        if told:
            raise ValueError(f"{told[0]} is for tables, and the source holds {self.source.files.format}")
        return self

    @model_validator(mode="after")
    def _proposes_by_all_rows(self) -> Self:
        if self.goes_on and self.takes_new == "propose":
            what = "new_columns: propose needs all rows, and the source is read only as far as it grew"
            other = "leave out incremental of the source"
            other = "follow it no more" if self.source.changes else other
            other = "propose them of a dataset that is derived from this one" if self.source.stream else other
            other = "its columns are told by what is kept and by the model" if self.source.predictions else other
            raise ValueError(f"{what}: refuse or allow them, or {other}")
        return self

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        told = self.new_columns
        if told and "extra_columns" in self.model_fields_set and self.extra_columns != told:
            raise ValueError(
                f"new_columns is {told} and extra_columns is {self.extra_columns}: leave extra_columns out"
            )
        return self

    @property
    def is_album(self) -> bool:
        """Tell whether its rows are a manifest of files, images or audio: the rows of texts hold the texts."""
        return self.source.files is not None and self.source.files.format in ("images", "audio")

    @property
    def takes_new(self) -> Literal["refuse", "propose", "allow"]:
        """Return what becomes of columns that the schema doesn't name, by whichever word it is said."""
        return self.new_columns or self.extra_columns

    @cached_property
    def training_only(self) -> frozenset[str]:
        """Return the columns that no request has."""
        told = {name: column.environments for name, column in (self.columns or {}).items()}
        return frozenset(name for name, places in told.items() if places is not None and "serving" not in places)

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Return the addresses of the datasets that this one is made of, by their names in its query or as inputs."""
        if self.source.predictions:
            return {"rows": self.source.predictions.of}
        return self.source.derived.inputs if self.source.derived else {}

    @property
    def growth(self) -> Incremental | ByFiles | ChangesSource | None:
        """Return how the source grows, where it is read only as far as it did."""
        source = self.source.sql or self.source.files
        return source.incremental if source else self.source.changes

    @property
    def grows_by_parts(self) -> bool:
        """Tell whether a query over other datasets, or a model, is put to their new parts alone."""
        derived = self.source.derived
        return self.source.predictions is not None or bool(derived and derived.incremental)

    @property
    def goes_on(self) -> bool:
        """Tell whether a version goes on with the one before, whoever tells what is new."""
        return bool(self.growth or self.grows_by_parts or self.source.stream)

    @cached_property
    def keyed(self) -> Mapping[str, str]:
        """Return the addresses of the datasets that its foreign keys lead to, by their roles as inputs."""
        return {f"key-{key.dataset.rsplit('/', 1)[-1]}": key.dataset for key in self.foreign_keys}

    @cached_property
    def ingest_params(self) -> dict[str, Any]:
        """Return the parameters of the `ingest` runner."""
        fields = {
            "source", "columns", "extra_columns", "minimum_rows", "identifier", "target", "timestamp", "partition",
            "split", "new_columns", "rules", "drift",
        }  # fmt: skip
        fields |= {name for name in ("unique", "foreign_keys") if getattr(self, name)}  # else runs keep their names
        params = self.model_dump(mode="json", include=fields, exclude_none=True)
        source = self.source
        growing = {
            "sql": source.sql,
            "files": source.files,
            "derived": source.derived,
            "changes": source.changes,
            "stream": source.stream,
            "predictions": source.predictions,
        }
        told = {kind: of_kind.told for kind, of_kind in growing.items() if of_kind}
        return params | ({"source": told} if told else {})
