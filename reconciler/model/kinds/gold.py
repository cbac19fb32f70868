"""Gold questions: examples whose answers are known, among those that people are asked about."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block, reference


class Gold(Block):
    """Questions whose answers are known, mixed in among the others: how often each annotator is right is told."""

    labels: reference("labels") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Labels that hold the known answers, such as those of experts.",
        json_schema_extra={"x-reference": "labels"},
    )
    url: str | None = Field(
        default=None,
        max_length=2000,
        description="Instead of labels, an fsspec URL of a table with the columns id and label.",
    )
    format: Literal["csv", "jsonl", "parquet"] = Field(default="csv", description="What the table at url is.")
    share: float = Field(default=0.1, gt=0, le=0.5, description="Share of all examples asked about that are such ones.")
    minimum: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Accuracy on them that an annotator has to have: one whose 95 % interval ends below it is told.",
    )
    under: Literal["told", "left-out"] = Field(
        default="told", description="Whether answers of such an annotator still count, or are left out of the labels."
    )

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if (self.labels is None) == (self.url is None):
            raise ValueError("give either labels, which hold the known answers, or url, a table of them")
        if self.under == "left-out" and self.minimum is None:
            raise ValueError("under: left-out leaves out who is below minimum: give minimum")
        if self.labels is not None and self.format != "csv":
            raise ValueError("format is that of the table at url: leave it out")
        return self

    @property
    def place(self) -> dict[str, Any]:
        """Return where a job reads the known answers, where they are no labels of ours."""
        return {} if self.url is None else {"url": self.url, "format": self.format}
