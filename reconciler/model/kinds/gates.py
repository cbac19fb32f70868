"""Gates of a promotion: conditions that a candidate has to hold, a block of `promotions`."""

from typing import Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block


class Gate(Block):
    """A condition on one metric of the candidate, over all rows or on every slice of a column.

    `minimum` and `maximum` bound its own figure: the best trial whose validation rows hold them is chosen, and its
    test rows have to hold them too. `worse_than_live` compares it with the live model on the test rows.
    """

    metric: str = Field(
        description="A metric of the trials, or of the versions of a dataset or of labels; of a spec a number in it, "
        "such as `replicas.maximum`."
    )
    minimum: float | None = Field(default=None, description="The lowest value that passes.")
    maximum: float | None = Field(default=None, description="The highest value that passes.")
    slice: str | None = Field(default=None, description="Hold it on every value of this column.")
    worse_than_live: float | None = Field(
        default=None, ge=0, description="How much worse than the live model it may be, on the same rows."
    )
    confidence: float | None = Field(
        default=None,
        ge=0.5,
        le=0.99,
        description="How sure that has to be: the interval's bound passes, not the figure alone. 0.95 lets 5 of 100 "
        "candidates pass that are just too much worse.",
    )
    rows: Literal["test", "recent"] = Field(
        default="test",
        description="On which rows it is compared: the candidate's test rows, or those of recent requests whose "
        "outcomes are known (`replay`).",
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.minimum is None and self.maximum is None and self.worse_than_live is None:
            raise ValueError("give at least one of minimum, maximum and worse_than_live")
        if self.confidence is not None and self.worse_than_live is None:
            raise ValueError("confidence says how sure worse_than_live has to be: give worse_than_live, too")
        if self.rows == "recent" and (self.worse_than_live is None or self._bounds_itself or self.slice is not None):
            raise ValueError("rows: recent is for worse_than_live alone: bound other figures by gates of their own")
        return self

    @property
    def _bounds_itself(self) -> bool:
        return self.minimum is not None or self.maximum is not None
