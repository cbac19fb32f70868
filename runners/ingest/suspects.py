"""Suspects: columns of text that look like numbers or dates in another spelling than everybody's.

They aren't guessed, since 1,234 and 04/03 have two readings: who knows the source says which, or that they are texts.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import parquet

from runners.contract import Violation
from runners.ingest.parameters import Parameters
from runners.tables.content import GROUP_ROWS
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


def find_suspects(path: Path, types: Mapping[str, str], params: Parameters) -> Iterator[Violation]:
    """Yield the columns of text without a declared type all of whose values have such a spelling."""
    for name, type_ in types.items():
        if type_ != "string" or name in (params.columns or {}) or name == params.identifier:
            continue
        if found := _spelled(path, name):
            kind = "dates that aren't ISO 8601" if "dates" in found else "numbers with a comma"
            settings = " or ".join(_SETTINGS[one] for one in found)
            yield Violation(
                where=name,
                what=f"all its values look like {kind}, and are read as text",
                fix=f"set {settings}; or declare columns.{name}.type: string",
            )


def _spelled(path: Path, name: str) -> tuple[str, ...]:
    """Return the spellings that all values of a column fit; looks no further than the first that fits none."""
    left, has_comma, is_empty = set(_PATTERNS), False, True
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=[name], batch_size=GROUP_ROWS):
            values = pc.utf8_trim_whitespace(batch.column(0).drop_null())
            values = values.filter(pc.invert(pc.is_in(values, value_set=pa.array(BLANKS))))
            left = {one for one in left if _all_match(values, _PATTERNS[one])}
            if not left:
                return ()
            has_comma = has_comma or bool(pc.any(pc.match_substring(values, ",")).as_py())
            is_empty = is_empty and not len(values)
    if is_empty:
        return ()
    return tuple(one for one in _PATTERNS if one in left and (one == "dates" or has_comma))


def _all_match(values: Any, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(values, pattern)).as_py() is not False
