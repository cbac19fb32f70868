"""What a dataset's rows are held to beyond single columns: keys, rules, and the version before."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from reconciler.model.kinds.spec import Block, reference
from runners.contract.one_or_many import Names

RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""What a rule is called wherever it is told that it is broken."""
RuleText = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
"""An expression of DuckDB's SQL."""


def key_groups(groups: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """See that each group of columns names several, each once.

    Raises:
        ValueError: one doesn't.
    """
    for names in groups:
        if len(names) < 2:
            raise ValueError(f"{', '.join(names) or 'an empty list'} is no group: of one column say unique: true there")
        if len(set(names)) < len(names):
            raise ValueError(f"{', '.join(names)} names a column twice")
    return groups


class ForeignKey(Block):
    """Columns whose values together are there in the key of another dataset. Rows in which one is missing pass."""

    columns: Names = Field(description="The columns here.", min_length=1, max_length=16, examples=["customer"])
    dataset: reference("datasets") = Field(description="The other dataset.")  # type: ignore[valid-type]
    key: Names = Field(
        description="The columns there, in the same order.", min_length=1, max_length=16, examples=["id"]
    )

    @model_validator(mode="after")
    def _has_pairs(self) -> Self:
        if len(self.columns) != len(self.key):
            raise ValueError(
                f"columns names {len(self.columns)} and key names {len(self.key)}: give each its other half"
            )
        return self


class Volume(Block):
    """How many rows a version may have, as a share of those of the one before."""

    minimum: float = Field(default=0.0, ge=0, le=1, description="The fewest.", examples=[0.8])
    maximum: float | None = Field(default=None, ge=1, description="The most; unset, any.", examples=[2])


class ColumnDrift(Block):
    """How far a column may be from what it was. What chance alone would do breaks no limit."""

    distance: float | None = Field(
        default=None, gt=0, le=1, description="Jensen-Shannon distance of the values, 0 to 1.", examples=[0.1]
    )
    mean: float | None = Field(
        default=None, gt=0, description="Change of the mean, in standard deviations of before.", examples=[0.5]
    )
    missing: float | None = Field(
        default=None, gt=0, le=1, description="Change of the share of missing values.", examples=[0.05]
    )


class Drift(Block):
    """How far a version may be from the one that was accepted before it; the first one is held to nothing."""

    rows: Volume | None = Field(default=None, description="Limits of the number of rows.")
    columns: dict[str, ColumnDrift] = Field(default={}, max_length=1000, description="Limits by column.")
    false_alarms: float = Field(
        default=0.01, gt=0, lt=0.5, description="The share of refreshes that are refused though nothing has changed."
    )
