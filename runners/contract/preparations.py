"""Preparations: what is done with a column before a model learns from it, by names from a closed vocabulary.

Each becomes a part of the model's own graph. What the trainer makes of them stands in `runners/train/prepared`.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Part = Literal["year", "month", "day", "weekday", "hour", "minute", "elapsed"]
"""What of a moment a model may learn from, in UTC; Monday is weekday 0. `elapsed` is in days."""
PARTS: tuple[Part, ...] = ("year", "month", "day", "weekday", "hour", "elapsed")
"""The parts where none are named."""


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Impute(_Block):
    """What a missing number becomes; unset, the median of the training rows."""

    by: Literal["median", "mean", "most_frequent", "constant"] = Field(default="median", description="What it becomes.")
    value: float | None = Field(default=None, description="The number, with `by: constant`.")
    indicator: bool = Field(default=False, description="Whether a column of its own says where one was missing.")

    @model_validator(mode="after")
    def _has_its_value(self) -> Self:
        if (self.by == "constant") != (self.value is not None):
            raise ValueError("give a value with `by: constant`, and with nothing else")
        return self


class Clip(_Block):
    """The bounds of a number: given, or as quantiles of the training rows."""

    minimum: float | None = Field(default=None, description="What is lower becomes this.")
    maximum: float | None = Field(default=None, description="What is higher becomes this.")
    lower: float | None = Field(default=None, ge=0, le=1, description="The quantile that is the minimum.")
    upper: float | None = Field(default=None, ge=0, le=1, description="The quantile that is the maximum.")

    @model_validator(mode="after")
    def _has_bounds(self) -> Self:
        low, high = (self.minimum, self.lower), (self.maximum, self.upper)
        if low == high == (None, None):
            raise ValueError("clip at a minimum, a maximum, or the quantiles lower and upper")
        if None not in low or None not in high:
            raise ValueError("give each end as a number or as a quantile, not both")
        for least, most in ((self.minimum, self.maximum), (self.lower, self.upper)):
            if least is not None and most is not None and least >= most:
                raise ValueError(f"{least:g} is not below {most:g}, so that all values would be one")
        return self


class Encode(_Block):
    """How categories become numbers; one that the training rows don't hold is none of them."""

    by: Literal["one_hot", "ordinal", "hashing", "target"] = Field(
        description="A column for each category, its place, its bucket by a hash, or how the target is where it is."
    )
    most: int = Field(default=100, ge=1, le=1000, description="Categories that are told apart, the most frequent.")
    buckets: int = Field(default=64, ge=2, le=1024, description="Buckets of `hashing`.")
    smoothing: float = Field(default=20.0, ge=0, description="Rows' worth of the overall mean, in `target`.")


class Moments(_Block):
    """What of a moment a model learns from."""

    parts: tuple[Part, ...] = Field(default=PARTS, min_length=1, description="Which parts, in UTC.")
    since: str = Field(default="1970-01-01", max_length=40, description="From when `elapsed` counts its days.")

    @model_validator(mode="after")
    def _since_a_moment(self) -> Self:
        try:
            datetime.fromisoformat(self.since)
        except ValueError:
            raise ValueError(f"since `{self.since}` is no moment: write one by ISO 8601, such as 2020-01-01") from None
        return self


class Text(_Block):
    """How a free text becomes numbers, by its words or by runs of its characters."""

    by: Literal["tfidf", "hashing"] = Field(
        default="tfidf", description="The most frequent terms, weighed by how rare they are; or buckets of words."
    )
    of: Literal["words", "characters"] = Field(default="words", description="What a term is made of.")
    terms: int = Field(default=256, ge=1, le=2048, description="Terms, or buckets of `hashing`.")
    shortest: int = Field(default=1, ge=1, le=5, description="The fewest words or characters of a term.")
    longest: int = Field(default=1, ge=1, le=5, description="The most words or characters of a term.")

    @model_validator(mode="after")
    def _makes_terms(self) -> Self:
        if self.shortest > self.longest:
            raise ValueError(f"shortest {self.shortest} is above longest {self.longest}")
        if self.by == "hashing" and (self.of, self.longest) != ("words", 1):
            raise ValueError("hashing is of single words: say by: tfidf for longer terms, or for characters")
        return self


class Picture(_Block):
    """What is done to the numbers of a picture, once it is decoded and has its size."""

    shrink: int = Field(default=1, ge=1, le=16, description="Pixels a side whose mean becomes one.")
    normalise: Literal["channel", "picture"] | None = Field(
        default=None,
        description="To mean 0 and deviation 1: each channel over the training pictures, or each picture by itself.",
    )

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.shrink == 1 and self.normalise is None:
            raise ValueError("give shrink, normalise, or both")
        return self


class Step(_Block):
    """One preparation of a column: exactly one of these."""

    impute: Impute | None = Field(default=None, description="What a missing number becomes.")
    clip: Clip | None = Field(default=None, description="Bounds of a number.")
    log: Literal[True] | None = Field(default=None, description="The logarithm of 1 + |x|, with the sign of x.")
    scale: Literal["standard", "robust"] | None = Field(
        default=None, description="To mean 0 and deviation 1, or to median 0 and quartiles 1 apart."
    )
    encode: Encode | None = Field(default=None, description="Categories as numbers.")
    datetime: Moments | None = Field(default=None, description="Parts of a moment as numbers.")
    text: Text | None = Field(default=None, description="A free text as numbers.")
    picture: Picture | None = Field(default=None, description="What is done to the numbers of a picture.")
    drop: Literal[True] | None = Field(default=None, description="The column is not learned from.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        told = [name for name in STEPS if getattr(self, name) is not None]
        if len(told) != 1:
            raise ValueError(f"give exactly one of {', '.join(STEPS[:-1])} and {STEPS[-1]}")
        return self

    @property
    def name(self) -> str:
        """Return what is done."""
        return next(name for name in STEPS if getattr(self, name) is not None)


STEPS: tuple[str, ...] = tuple(Step.model_fields)
"""The names of all preparations."""
OF_NUMBERS = frozenset({"impute", "clip", "log", "scale"})
"""Those that take numbers and give numbers: they may follow one another, and follow the parts of a moment."""


def flaw(steps: tuple[Step, ...]) -> str:
    """Say what doesn't go together in the preparations of one column; nothing where all do."""
    names = [step.name for step in steps]
    for before, after in pairwise(names):
        if before == "drop" or after == "drop":
            return "what is dropped needs no other preparation"
        if after not in OF_NUMBERS:
            return f"{after} takes the column as it came: let it be the first, or the only one"
        if before in ("encode", "text", "picture"):
            return f"{before} gives columns that are ready: {after} can't follow it"
    repeated = next((name for name in names if names.count(name) > 1), None)
    return f"{repeated} is there twice" if repeated else ""


Preparations = dict[str, tuple[Step, ...]]
"""Preparations by column, in the order in which they are made."""


def as_told(preparations: Mapping[str, tuple[Step, ...]]) -> dict[str, Any]:
    """Return preparations as JSON, without what is usual."""
    return {
        column: [step.model_dump(mode="json", exclude_defaults=True) for step in steps]
        for column, steps in preparations.items()
    }
