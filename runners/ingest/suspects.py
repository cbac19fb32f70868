"""Suspects: columns of text that look like numbers or dates in another spelling than everybody's.

They aren't guessed, since 1,234 and 04/03 have two readings: who knows the source says which, or that they are texts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from runners.contract import Violation
from runners.ingest.parameters import Parameters
from runners.tables.streamed import streamed
from runners.tables.summary import Summary
from runners.tables.types import BLANKS

_PATTERNS: Mapping[str, str] = {
    "thousands": r"^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$",
    "decimal": r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$",
    "dates": r"^\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})( \d{1,2}:\d\d(:\d\d)?)?$",
}
_SETTINGS: Mapping[str, str] = {
    "thousands": 'source.files.thousands: ","',
    "decimal": 'source.files.decimal: "," (and thousands: "." where there are such)',
    "dates": 'source.files.dates, such as "%d/%m/%Y"',
}

_BATCH = 4096
"""Rows that are read at once: the first of them tell most columns of texts to be such."""


class Suspects:
    """Looks at the columns of text without a declared type while their rows pass by."""

    def __init__(self, types: Mapping[str, str], params: Parameters) -> None:
        """Choose the columns to look at."""
        declared = params.columns or {}
        is_open = {name: type_ == "string" and name not in declared for name, type_ in types.items()}
        self._columns = {name: _Column() for name in types if is_open[name] and name != params.identifier}

    def see(self, group: Any, _found: Summary | None = None) -> None:
        """Look at the next rows; of a column no further than the first value that has none of the spellings."""
        for name in self.names:
            self._columns[name].see(group.column(name))
            if not self._columns[name].left:
                del self._columns[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns that may still turn out to be suspects."""
        return tuple(self._columns)

    def violations(self) -> Iterator[Violation]:
        """Yield the columns all of whose values have such a spelling."""
        for name, column in self._columns.items():
            if found := column.spelled():
                kind = "dates that aren't ISO 8601" if "dates" in found else "numbers with a comma"
                settings = " or ".join(_SETTINGS[one] for one in found)
                settings += f', or of this column alone {{{json.dumps(name)}: "%d/%m/%Y"}}' * ("dates" in found)
                yield Violation(
                    where=name,
                    what=f"all its values look like {kind}, and are read as text",
                    fix=f"set {settings}; or declare columns.{name}.type: string",
                )


def suspects_of(parts: Iterable[Path], types: Mapping[str, str], params: Parameters) -> Iterator[Violation]:
    """Yield the suspects of a table that is stored in parts, of which no more is read than tells that one is none."""
    suspects = Suspects(types, params)
    for batch in _batches(parts, suspects):
        suspects.see(batch)
    yield from suspects.violations()


def _batches(parts: Iterable[Path], suspects: Suspects) -> Iterator[Any]:
    """Yield the rows of parts, as long as a column may be a suspect."""
    for part in parts:
        names = list(suspects.names)
        yield from takewhile(
            lambda _: bool(suspects.names),
            streamed(part, _BATCH, names) if names else (),
        )


@dataclass
class _Column:
    """The spellings that all values of a column fit so far."""

    left: set[str] = field(default_factory=lambda: set(_PATTERNS))
    has_comma: bool = False
    is_empty: bool = True

    def see(self, column: Any) -> None:
        """Take the next values."""
        values = pc.utf8_trim_whitespace(column.drop_null())
        values = values.filter(pc.invert(pc.is_in(values, value_set=pa.array(BLANKS))))
        self.left = {one for one in self.left if _all_match(values, _PATTERNS[one])}
        self.has_comma = self.has_comma or bool(pc.any(pc.match_substring(values, ",")).as_py())
        self.is_empty = self.is_empty and not len(values)

    def spelled(self) -> tuple[str, ...]:
        """Return the spellings that were meant, after the last value."""
        if self.is_empty:
            return ()
        return tuple(one for one in _PATTERNS if one in self.left and (one == "dates" or self.has_comma))


def _all_match(values: Any, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(values, pattern)).as_py() is not False
