"""How a file's texts spell numbers, moments and gaps: what makes most of its columns more than text.

Of two ways that read as many columns the plainer one is taken. A column is looked at by its first rows; whether the
rest of them holds is found out when all are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyarrow import compute as pc

from runners.tables.columns import candidates, unblanked
from runners.tables.types import BLANKS, Spellings

Columns = Mapping[str, Any]
"""Arrays of text by the names of the columns."""

NUMBERS: tuple[tuple[str, str | None], ...] = ((".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", " "))
"""The signs for decimals and for thousands, the plainest first."""
_DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DATES = tuple(day + clock for day in (*_DAYS, "%d %b %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y") for clock in _CLOCKS)
"""Formats of moments that are tried beside ISO 8601."""
GAPS = ("?", "--", ".", "..", "N.A.", "n.a.", "<NA>", "missing", "unknown", "Unknown", "(null)")
"""Texts that mean "missing" where all else in a column is numbers or moments, beside those that ingest knows."""
_NUMBERS = frozenset({"integer", "number"})
_KNOWN = frozenset({"integer", "number", "boolean", "datetime"})


@dataclass(frozen=True, slots=True)
class Spelled:
    """How a file spells things. `doubtful` has the columns whose days and months could be changed round."""

    decimal: str = "."
    thousands: str | None = None
    dates: Mapping[str, str] = field(default_factory=dict, hash=False)
    nulls: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def spelled(columns: Columns, decimal: str | None = None) -> Spelled:
    """Return how columns of text are spelled; the sign for decimals may be known."""
    nulls = tuple(gap for gap in GAPS if any(_stands_for_nothing(gap, values) for values in columns.values()))
    blanked = {name: _without(values, nulls) for name, values in columns.items()}
    signs = [signs for signs in NUMBERS if decimal in (None, signs[0])] or [(decimal or ".", None)]
    best = max(signs, key=lambda pair: _read_by(blanked, *pair))  # of equals the first
    if not _read_by(blanked, *best) and decimal is None:
        best = NUMBERS[0]
    dates, doubtful = _dates(blanked, Spellings(decimal=best[0], thousands=best[1]))
    return Spelled(best[0], best[1], dates, nulls, doubtful)


def _read_by(columns: Columns, decimal: str, thousands: str | None) -> int:
    told = Spellings(decimal=decimal, thousands=thousands)
    return sum(bool(_NUMBERS & _of(values, told)) for values in columns.values())


def _of(values: Any, told: Spellings) -> frozenset[str]:
    """Return the types that a column could have; of one without any value none."""
    if values.null_count == len(values):
        return frozenset()
    return candidates(values, is_text=True, spellings=told)


def _stands_for_nothing(gap: str, values: Any) -> bool:
    """Tell whether a column would be numbers or moments but for this text."""
    if not pc.any(pc.equal(values, gap)).as_py():
        return False
    return any(_KNOWN & _of(_without(values, GAPS), Spellings(decimal=d, thousands=t)) for d, t in NUMBERS)


def _without(values: Any, gaps: Sequence[str]) -> Any:
    return unblanked(values, gaps) if gaps else values


def _dates(columns: Columns, told: Spellings) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the formats of the columns that hold moments otherwise than by ISO 8601."""
    found, doubtful = dict[str, str](), list[str]()
    for name, values in columns.items():
        if _of(values, told) != frozenset({"string"}):
            continue
        fitting = _formats(values)
        if fitting:
            found[name] = fitting[0]
            doubtful += [name] if len(fitting) > 1 else []
    return found, tuple(doubtful)


def _formats(values: Any) -> list[str]:
    """Return the formats by which all texts of a column are moments; the first few tell which are worth a try."""
    present = unblanked(values, BLANKS).drop_null()
    first = present[:20]
    tried = [how for how in DATES if "datetime" in candidates(first, is_text=False, spellings=Spellings(dates=how))]
    return [how for how in tried if "datetime" in candidates(present, is_text=False, spellings=Spellings(dates=how))]
