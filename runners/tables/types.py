"""The words for what a column holds, and for what a source spells in its own way. Nothing here needs a library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

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
    """How texts spell what is missing and what is true, in columns of anything but strings."""

    blanks: tuple[str, ...] = BLANKS
    truths: Mapping[str, bool] = field(default_factory=lambda: dict(TRUTHS), hash=False)


USUAL = Spellings()
"""What ingest reads by."""
