"""The split of a dataset: on which side of training, validation and test each of its rows is, for good.

A side is told by the row alone, and never by how many others there are: so a row stays on its side when the data grows,
and in whatever order the rows come. See `runners/tables/sides.py` for who tells the sides by it.
"""

from datetime import datetime
from math import isfinite
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from runners.contract.one_or_many import Names

SIDES = ("train", "validation", "test")
"""What the sides are called, in a column, too."""
WAYS = ("group", "content", "time", "column")
"""What sides are told by, one at the most; without any it is the row's identifier."""
Moment = str | float
"""A moment as ISO 8601, or a number where the column is one of numbers, such as years."""


class DatasetSplit(BaseModel):
    """On which side of training, validation and test each row is: by a hash, by time, or by a column that says so."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    test: float | None = Field(default=None, gt=0, lt=1, description="Share of the rows that test; unset, 0.25.")
    validation: float | None = Field(
        default=None, gt=0, lt=1, description="Share of the rows by which trials are ranked; unset, 0.15."
    )
    group: Names = Field(
        default=(), max_length=8, description="Columns: rows that are equal in all of them are on one side."
    )
    content: bool = Field(
        default=False, description="Whether rows that are equal but for identifier and target are on one side."
    )
    stratify: str | None = Field(
        default=None, description="A column of classes: each of its values is to be on every side, or it is refused."
    )
    time: str | None = Field(default=None, description="A column of moments or numbers, which is cut at two of them.")
    validation_from: Moment | None = Field(
        default=None, description="Rows from here on validate; those before train.", examples=["2026-01-01"]
    )
    test_from: Moment | None = Field(default=None, description="Rows from here on test.", examples=["2026-04-01"])
    gap: float | None = Field(
        default=None, gt=0, description="Days before each cut whose rows are left out; of a column of numbers, units."
    )
    column: str | None = Field(
        default=None, description="A column that holds `train`, `validation` or `test` in every row."
    )
    seed: int = Field(default=0, ge=0, lt=2**32, description="Another seed deals the rows anew.")

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        """Tell what doesn't go together, before anything runs."""
        told = [way for way in WAYS if getattr(self, way)]
        if len(told) > 1:
            raise ValueError(f"{told[0]} and {told[1]} both say on which side a row is: give one of them")
        self._check_cuts()
        shares = {"test", "validation", "seed"} & self.model_fields_set
        if shares and (self.time or self.column):
            raise ValueError(f"{min(shares)} is for rows that are dealt out, and {told[0]} says where they are")
        if sum(self.shares) >= 1:
            raise ValueError("test and validation together leave no rows to train on")
        return self

    def _check_cuts(self) -> None:
        cuts = {"validation_from": self.validation_from, "test_from": self.test_from}
        missing = [name for name, cut in cuts.items() if cut is None]
        if self.time and missing:
            raise ValueError(f"time needs {missing[0]}: the moment from which its rows are on that side")
        others = [name for name in (*cuts, "gap") if getattr(self, name) is not None]
        if others and not self.time:
            raise ValueError(f"{others[0]} cuts a time: name its column by `time`")
        if self.time:
            first, last = _number(self.validation_from), _number(self.test_from)
            if isinstance(self.validation_from, str) != isinstance(self.test_from, str):
                raise ValueError("validation_from and test_from are both moments, or both numbers")
            if first >= last:
                raise ValueError("validation_from is not before test_from, so that no row would validate")

    @property
    def shares(self) -> tuple[float, float]:
        """Return the shares of the rows that validate and that test, where rows are dealt out."""
        return (0.15 if self.validation is None else self.validation, 0.25 if self.test is None else self.test)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that it names."""
        named = (*self.group, self.time, self.column, self.stratify)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def of_identifier(self) -> bool:
        """Tell whether the identifier says where a row is."""
        return not any(getattr(self, way) for way in WAYS)

    @property
    def cuts(self) -> tuple[float, float]:
        """Return the cuts of a time: seconds from 1970 where they are moments, else the numbers themselves."""
        return _number(self.validation_from), _number(self.test_from)


def _number(cut: Moment | None) -> float:
    """Return a cut as a number; a moment without a zone counts as UTC."""
    if not isinstance(cut, str):
        return float(cut if cut is not None else 0)
    try:
        moment = datetime.fromisoformat(cut)
        seconds = (moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+00:00")).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(f"`{cut:.40}` is no moment: write one by ISO 8601, such as 2026-01-01") from None
    assert isfinite(seconds)
    return seconds
