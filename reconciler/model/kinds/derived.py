"""Derived sources: rows that are made of other datasets."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from reconciler.model.kinds.spec import Block, reference
from reconciler.model.quantity import Duration
from runners.contract.one_or_many import Names

SqlName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A table's name that needs no quotes."""


class Standing(Block):
    """Features of a table, of which for each event the last ones count that were known at its time."""

    key: dict[str, str] = Field(
        min_length=1,
        max_length=16,
        description="By the columns of the events, the columns of the features that hold the same.",
        examples=[{"customer": "id"}],
    )
    time: str = Field(min_length=1, description="The column that says since when a row is true.", examples=["day"])
    arrived: str | None = Field(
        default=None,
        min_length=1,
        description="The column that says when a row came to be known: one that came late counts from then on.",
        examples=["loaded_at"],
    )
    columns: Names = Field(min_length=1, description="The columns to take.")
    prefix: str = Field(default="", max_length=60, description="What goes before their names.", examples=["rate_"])
    within: Duration | None = Field(default=None, description="How old a row may be; unset, of any age.")
    before: bool = Field(default=False, description="Whether rows of the event's own moment count as too late.")


class PointInTime(Block):
    """Events, each with the features that were known at its time, and none from later."""

    events: SqlName = Field(description="The input whose rows are the events: each is there once.")
    time: str = Field(min_length=1, description="The column of the events that says when one happened.")
    features: dict[SqlName, Standing] = Field(
        min_length=1, max_length=31, description="The inputs that hold features, by their names."
    )


class ByParts(Block):
    """How a query over growing datasets grows: it is put to their new parts alone."""

    by: Literal["parts"] = Field(description="What is new: parts of the inputs.")


class DerivedSource(Block):
    """Rows that a query makes of other datasets: joins, windows, features. It is made anew when one of them changes."""

    inputs: dict[SqlName, reference("datasets")] = Field(  # type: ignore[valid-type]
        min_length=1,
        max_length=32,
        description="The datasets, by the names of tables that they have in the query.",
        examples=[{"loans": "datasets/loans"}],
        json_schema_extra={"x-reference": "datasets"},
    )
    query: str | None = Field(
        default=None,
        min_length=1,
        max_length=100_000,
        description="One SELECT in DuckDB's SQL. It sees its inputs alone, and neither chance nor the clock.",
    )
    point_in_time: PointInTime | None = Field(
        default=None, description="In the place of a query: events, each with the features that were known at its time."
    )
    incremental: ByParts | None = Field(
        default=None,
        description="Whether only the new parts of growing inputs are read, where the query works row by row; unset, "
        "each version is made of all rows.",
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.query is None) == (self.point_in_time is None):
            raise ValueError("give exactly one of query and point_in_time")
        told = self.point_in_time
        for name in (told.events, *told.features) if told else ():
            if name not in self.inputs:
                raise ValueError(f"point_in_time names {name}, which is none of inputs: {', '.join(self.inputs)}")
        return self

    @property
    def told(self) -> dict[str, Any]:
        """Return what a job is told of it: spans in seconds."""
        params = self.model_dump(mode="json", exclude_none=True)
        for name, standing in self.point_in_time.features.items() if self.point_in_time else ():
            if standing.within is not None:
                params["point_in_time"]["features"][name]["within"] = standing.within.total_seconds()
        return params
