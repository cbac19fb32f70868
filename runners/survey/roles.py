"""What columns are for, by their profiles: which names a row, which is a time, of which nothing can be learned."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Profile = Mapping[str, Mapping[str, Any]]
"""The profiles of columns by name."""

_NAMED = re.compile(r"(?i:(^|[_\s.-])(id|key|uuid|guid|index|idx|row_?|nr|no|number)$)|[a-z](Id|ID)$")
_KEY = re.compile(r"(?i:(^|[_\s.-])(id|key|uuid|guid)$)|[a-z](Id|ID)$")
_TIMED = re.compile(r"date|time|stamp|_at$|_on$|day|month", re.IGNORECASE)
_FEWEST = 20
"""Rows under which a column of whole numbers that differ isn't taken for a name, unless it is called so."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns that name a row and say when it was true, where there are any."""

    identifier: str | None = None
    timestamp: str | None = None


def guessed(columns: Profile, rows: int, target: str) -> Roles:
    """Guess the roles of columns."""
    others = {name: column for name, column in columns.items() if name != target}
    return Roles(_identifier(others, rows), _timestamp(others, rows))


def _identifier(columns: Profile, rows: int) -> str | None:
    unique = [name for name, column in columns.items() if _is_unique(column, rows)]
    called = [name for name in unique if is_named_so(name)]
    if called:
        return min(called, key=lambda name: (_KEY.search(name) is None, list(columns).index(name)))
    first = next(iter(columns), None)
    return first if first is not None and first in unique and _counts(columns[first], rows) else None


def _is_unique(column: Mapping[str, Any], rows: int) -> bool:
    is_whole = column["count"] == column["distinct"] == rows and "distinct" not in column.get("bounds", ())
    return bool(is_whole and rows > 1 and column["type"] in ("integer", "string"))


def is_named_so(name: str) -> bool:
    """Tell whether a column is called as those are that name rows."""
    return _NAMED.search(name.strip()) is not None or name.lower().startswith("unnamed")


def _counts(column: Mapping[str, Any], rows: int) -> bool:
    """Tell whether a column counts the rows, from 0 or 1 on."""
    if column["type"] != "integer" or rows < _FEWEST:
        return False
    return bool(column["minimum"] in (0, 1) and column["maximum"] - column["minimum"] == rows - 1)


def _timestamp(columns: Profile, rows: int) -> str | None:
    moments = [name for name, column in columns.items() if column["type"] == "datetime" and column["count"] == rows]
    called = [name for name in moments if _TIMED.search(name)]
    fitting = called if len(called) == 1 else moments
    return fitting[0] if len(fitting) == 1 else None


def names_of_rows(columns: Profile, found: Iterable[str]) -> Iterator[str]:
    """Yield columns of which nothing can be learned, since they name rows: texts, and numbers that are called so."""
    for name in found:
        if columns[name]["type"] == "string" or is_named_so(name):
            yield name
