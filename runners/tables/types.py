"""The words for what a column holds, and for what a source spells in its own way. Nothing here needs a library."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, Self

Type = Literal["integer", "number", "string", "boolean", "datetime"]
"""The types of columns, by the words of the spec."""
Value = str | int | float | bool
"""One value that JSON can hold: a class, a category."""

BLANKS = ("", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "NaN", "nan", "-")
"""Texts that mean "missing" in a column of anything but strings: in those, `NA` may be Namibia."""
TRUTHS: Mapping[str, bool] = MappingProxyType(
    {"true": True, "t": True, "yes": True, "1": True, "false": False, "f": False, "no": False, "0": False}
)
"""How a truth is spelled as text, in lower case."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """How texts spell what is missing, true, a number and a moment, in columns of anything but strings.

    `decimal` and `thousands` are the signs in numbers, `dates` is a format of `strptime` beside ISO 8601, and
    `dates_of` are those of single columns, where a source has several: these are of a source, the others of all.
    """

    blanks: tuple[str, ...] = BLANKS
    truths: Mapping[str, bool] = field(default_factory=lambda: dict(TRUTHS), hash=False)
    decimal: str = "."
    thousands: str | None = None
    dates: str | None = None
    dates_of: Mapping[str, str] = field(default_factory=dict, hash=False)

    def of(self, column: str) -> Self:
        """Return how the texts of one column are spelled."""
        return replace(self, dates=self.dates_of.get(column), dates_of={}) if self.dates_of else self


USUAL = Spellings()
"""What ingest reads by where a source says nothing else."""
