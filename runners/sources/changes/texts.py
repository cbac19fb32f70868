"""PostgreSQL's values as texts, made into Arrow columns by their types: the same for a snapshot and for a change.

Both come under the same settings of a session (`SETTINGS`), so that a row says the same whichever way it came.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from runners.tables.types import Type

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "datestyle": "ISO, YMD",
        "intervalstyle": "iso_8601",
        "timezone": "UTC",
        "extra_float_digits": "1",
        "bytea_output": "hex",
        "xmloption": "content",
        "lc_monetary": "C",
        "search_path": "pg_catalog",
    }
)
"""Under which values are written as texts."""
_BOOLEAN, _BYTES, _NUMERIC = 16, 17, 1700
_WHOLE, _FLOATS = frozenset([20, 21, 23, 26]), frozenset([700, 701])
_DATE, _MOMENTS = 1082, frozenset([1114, 1184])
_MOST_DIGITS = 18
_HEADER = 4
"""What PostgreSQL adds to a numeric's precision and scale as it keeps them in one number."""


def type_of(oid: int, modifier: int, *, is_key: bool) -> Type:
    """Return how a column is stored, if nobody says otherwise.

    Args:
        oid: its type in PostgreSQL's catalogue.
        modifier: the type's own: of a numeric its digits.
        is_key: whether it names a row: a number that a double doesn't tell from its neighbour is kept as a text then.
    """
    if oid == _NUMERIC:
        digits, decimals = divmod(modifier - _HEADER, 2**16) if modifier >= _HEADER else (0, 0)
        is_whole = modifier >= _HEADER and not decimals and digits <= _MOST_DIGITS
        return "integer" if is_whole else "string" if is_key else "number"
    if oid == _BOOLEAN:
        return "boolean"
    if oid == _DATE or oid in _MOMENTS:
        return "datetime"
    return "integer" if oid in _WHOLE else "number" if oid in _FLOATS else "string"


def array_of(texts: Sequence[str | None], oid: int, type_: Type) -> Any:
    """Make an Arrow array of texts; of the texts themselves, where one of them is beyond what the type holds.

    Args:
        texts: the values.
        oid: their type in PostgreSQL's catalogue.
        type_: what `type_of` says of the column.
    """
    read, arrow = _READ.get(type_, (None, None))
    if oid == _BYTES:
        return pa.array([None if text is None else text.removeprefix("\\x") for text in texts], pa.string())
    if read is None:
        return pa.array(texts, pa.string())
    try:
        return pa.array([None if text is None else read(text) for text in texts], arrow)
    except (ValueError, OverflowError, pa.ArrowInvalid):  # infinity, a year of five digits or before our era
        return pa.array(texts, pa.string())


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day_or_moment(text: str) -> datetime:
    return _moment(text) if len(text) > len("2001-02-03") else _midnight(date.fromisoformat(text))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


_READ: Mapping[Type, tuple[Callable[[str], Any], Any]] = MappingProxyType(
    {
        "boolean": (lambda text: text == "t", pa.bool_()),
        "integer": (int, pa.int64()),
        "number": (float, pa.float64()),
        "datetime": (_day_or_moment, pa.timestamp("us", "UTC")),
    }
)
