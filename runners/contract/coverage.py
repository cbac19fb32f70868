"""Coverage: how often what a model answers beside its prediction is to hold the truth, as an experiment asks for it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LEAST, MOST = 0.5, 0.999


class AskedCoverage(BaseModel):
    """In how many of 100 rows the truth is to be between `lower` and `upper`, or in the `set` of classes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    share: float = Field(
        ge=LEAST, le=MOST, description="The share of rows whose truth is in what is answered, such as 0.9."
    )
    by: Literal["class", "prediction"] | None = Field(
        default=None,
        description="For what the share holds beside all rows together: each class, or the low, middle and high third "
        "of predicted numbers, each of which then has a width of its own.",
    )
