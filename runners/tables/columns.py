"""The types of columns: what Arrow values mean, which types a column could have, and how it is brought to one.

Every Arrow type is first made `plain`, one of five: int64, float64, string, bool, timestamp in microseconds UTC (or
null, when nothing is known). A datetime without a zone counts as UTC. NaN counts as missing.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from types import MappingProxyType
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from runners.tables.moments import moment
from runners.tables.types import USUAL, Spellings, Type, Value

Array = Any
"""A pyarrow Array; pyarrow ships no types."""

ARROW: Mapping[str, Any] = MappingProxyType(
    {
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "datetime": pa.timestamp("us", "UTC"),
        "string": pa.string(),
    }
)
"""How each type of the spec is stored."""

TYPES: tuple[Type, ...] = ("integer", "number", "boolean", "datetime", "string")
"""The types, the narrowest first: inference takes the first that all values fit."""

ANY: frozenset[str] = frozenset(ARROW)

_FIRST_ONES = 64
_LARGEST = 2.0**53
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The microseconds from 1970 of the first and the last moment that a year of four digits can write."""
_INTEGER = r"^[+-]?\d{1,18}(\.0*)?$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_UNSAID = {"integer": r"^\+|\.0*$", "number": r"^\+"}
"""What is taken off a number before it is read: exports write whole numbers as `17.0` where some are missing."""
_PLAIN_INTEGER = r"^-?(0|[1-9]\d{0,17})$"
PLAIN_NUMBER = r"^-?(0|[1-9]\d{0,15})?(\.\d*)?([eE][+-]?\d{1,3})?$"
_PLAIN_TRUTH = r"^(?i:true|false)$"
_MOMENT = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?)?$"


def type_of(arrow: Any) -> Type | None:
    """Return the spec's word for a plain Arrow type; None for the null type, which says nothing."""
    return next((name for name in TYPES if ARROW[name] == arrow), None)


def plain(values: Array) -> Array:
    """Bring an array of any Arrow type to one of the five, or to null; an unknown type becomes its text."""
    arrow = values.type
    if pa.types.is_dictionary(arrow):
        return plain(values.cast(arrow.value_type))
    if pa.types.is_null(arrow) or arrow in ARROW.values():
        return _without_nan(values)
    target = next((target for is_such, target in _PLAIN if is_such(arrow)), None)
    if target is None:
        return _as_text(values)
    if pa.types.is_decimal(arrow):  # Arrow's own cast to doubles isn't that of the same digits as text
        return values.cast(pa.string()).cast(target)
    try:
        is_finer = pa.types.is_timestamp(arrow) and arrow.unit == "ns"
        made = _without_nan(values.cast(target, safe=not is_finer))
        return _as_text(values) if target == ARROW["datetime"] and is_beyond_clocks(made) else made
    except pa.ArrowInvalid:  # an unsigned number beyond int64, a date beyond the clock, bytes that are no text
        return _as_text(values)


_PLAIN: tuple[tuple[Callable[[Any], bool], Any], ...] = (
    (pa.types.is_integer, ARROW["integer"]),
    (pa.types.is_floating, ARROW["number"]),
    (pa.types.is_decimal, ARROW["number"]),
    (pa.types.is_date, ARROW["datetime"]),
    (pa.types.is_timestamp, ARROW["datetime"]),
    (pa.types.is_large_string, ARROW["string"]),
    (pa.types.is_string_view, ARROW["string"]),
    (pa.types.is_binary, ARROW["string"]),
    (pa.types.is_large_binary, ARROW["string"]),
)


def _without_nan(values: Array) -> Array:
    if not pa.types.is_floating(values.type) or not (is_nan := pc.is_nan(values)).true_count:
        return values
    return pc.if_else(is_nan, pa.scalar(None, values.type), values)


def is_beyond_clocks(moments: Array) -> bool:
    """Tell whether a moment lies outside of the years 1 to 9999, which no text of four digits can write."""
    ends = pc.min_max(moments.cast(pa.int64())).as_py()
    return ends["min"] is not None and (ends["min"] < _FIRST or ends["max"] > _LAST)


def _as_text(values: Array) -> Array:
    if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        return values.cast(pa.string())
    return pa.array([text_of(value) for value in values.to_pylist()], pa.string())


def text_of(value: Any) -> str | None:
    """Write one Python value as text: nested ones as JSON, bytes in hexadecimal; nothing for NaN."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):  # as Arrow writes it: 17.0 is the same text in a column of numbers and among texts
        return str(pa.scalar(value).cast(pa.string()).as_py())
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def candidates(values: Array, *, is_text: bool, spellings: Spellings = USUAL) -> frozenset[str]:
    """Return the types that all of a plain array's values fit.

    Args:
        values: a plain array.
        spellings: how the source spells numbers and moments.
        is_text: whether the source knows nothing but text (CSV): then `7` may be an integer. Elsewhere a text
            that looks like a number was written as text for a reason, and only moments are recognised.
    """
    if values.null_count == len(values):
        return ANY
    if values.type == ARROW["integer"]:
        return frozenset({"integer", "number", "string"})
    if values.type != ARROW["string"]:
        return frozenset({str(type_of(values.type)), "string"})
    first = unblanked(values.drop_null()[:_FIRST_ONES], spellings.blanks).drop_null()
    if not is_text and _dates(spellings) is None and not _match(first, _MOMENT):
        return frozenset({"string"})
    present = unblanked(values, spellings.blanks).drop_null()
    if not len(present):
        return ANY if is_text else frozenset({"string"})
    fitting = {"string"}
    if is_text:
        fitting |= {"boolean"} if _all_match(present, _PLAIN_TRUTH) else set()
        numbers = _usual_numbers(present, spellings)
        patterns = {"integer": _PLAIN_INTEGER, "number": PLAIN_NUMBER}
        fitting |= {name for name, pattern in patterns.items() if _all_match(numbers, pattern)}
    is_dated = _dates(spellings) is not None or _all_match(present, _MOMENT)
    if is_dated and not _moments(present, spellings).null_count:
        fitting.add("datetime")
    return frozenset(fitting)


def narrowest(names: frozenset[str]) -> Type:
    """Return the narrowest of some types; a string when every value is missing, so that nothing is known."""
    if names == ANY:
        return "string"
    return next((name for name in TYPES if name in names), "string")


def convert(values: Array, to: str, spellings: Spellings = USUAL) -> tuple[Array, Array]:
    """Bring a plain array to a type.

    Returns:
        The converted array, null where a value doesn't fit, and a boolean array that is true there.
    """
    source = type_of(values.type)
    if source is None or source == to:
        return values.cast(ARROW[to]), _none(values)
    if source == "string":
        values = unblanked(values, spellings.blanks)
        converted = _FROM_TEXT[to](values, spellings)
    else:
        conversion = _CONVERSIONS.get((source, to))
        converted = conversion(values) if conversion else pa.nulls(len(values), ARROW[to])
    return converted, pc.and_(pc.is_valid(values), pc.is_null(converted))


def arrow_of(values: Any) -> Array:
    """Make a plain array of Arrow's values, chunked or not, or of Python's."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return plain(values if isinstance(values, pa.Array) else array_of(values))


def array_of(values: Sequence[Any]) -> Array:
    """Make an Arrow array of one column's Python values; values of mixed types become their texts."""
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError, UnicodeError):
        return pa.array([text_of(value) for value in values], pa.string())


def among(values: Array, categories: Sequence[Value], spellings: Spellings = USUAL) -> tuple[Array, Array]:
    """Hold an array of a type against the categories that it may hold.

    Returns:
        The array, null where a value is none of them, and a boolean array that is true there; a text that means
        "missing" is null and no stranger. Without categories every value may be there.
    """
    if not categories:
        return values, _none(values)
    is_known = pc.is_in(values, value_set=arrow_of(list(categories)).cast(values.type))
    if values.type == ARROW["string"]:
        values = _where(values, pc.or_(is_known, pc.is_valid(unblanked(values, spellings.blanks))))
    return _where(values, is_known), pc.and_(pc.is_valid(values), pc.invert(is_known))


def _none(values: Array) -> Array:
    return pa.repeat(pa.scalar(False), len(values))


def unblanked(values: Array, blanks: Sequence[str]) -> Array:
    trimmed = pc.utf8_trim_whitespace(values)
    is_blank = pc.is_in(trimmed, value_set=pa.array(blanks, pa.string()))
    return pc.if_else(is_blank, pa.scalar(None, pa.string()), trimmed)


def _all_match(values: Array, pattern: str) -> bool:
    """Tell whether all values match; that most columns are of another type shows in their first ones."""
    if values.null_count or not _match(values[:_FIRST_ONES], pattern):
        return False
    return _match(values, pattern)


def _match(values: Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def _where(values: Array, fits: Array) -> Array:
    return pc.if_else(fits, values, pa.scalar(None, values.type))


def _usual_numbers(values: Array, spellings: Spellings) -> Array:
    """Write the numbers of a source as everybody's: without signs for thousands, with a point for decimals."""
    decimal, thousands = spellings.decimal, spellings.thousands
    if decimal == "." and thousands is None:
        return values
    sign, point = _any_space(thousands or ""), re.escape(decimal)
    whole = rf"(\d{{1,3}}({sign}\d{{3}})+|\d+)" if thousands else r"\d+"
    fits = pc.match_substring_regex(values, rf"^[+-]?({whole}({point}\d*)?|{point}\d+)([eE][+-]?\d{{1,3}})?$")
    numbers = _where(values, fits)
    numbers = pc.replace_substring_regex(numbers, sign, "") if thousands else numbers
    return pc.replace_substring(numbers, decimal, ".")


def _any_space(sign: str) -> str:
    """Return the pattern of a sign; of a blank, of the narrow ones too that exports put between digits."""
    return "[ \u00a0\u202f]" if sign.isspace() else re.escape(sign)


def _parsed(values: Array, spellings: Spellings, pattern: str, to: str) -> Array:
    numbers = _usual_numbers(values, spellings)
    fitting = _where(numbers, pc.match_substring_regex(numbers, pattern))
    return pc.replace_substring_regex(fitting, _UNSAID[to], "").cast(ARROW[to])


def _whole(values: Array) -> Array:
    fits = pc.and_(pc.equal(values, pc.floor(values)), pc.less(pc.abs(values), _LARGEST))
    return _where(values, fits).cast(ARROW["integer"])


def _spelled(values: Array, truths: Mapping[str, bool]) -> Array:
    places = pc.index_in(pc.utf8_lower(values), value_set=pa.array(truths, pa.string()))
    return pa.array(truths.values(), ARROW["boolean"]).take(places)


def _truth(values: Array) -> Array:
    return _where(values, pc.is_in(values, value_set=pa.array([0, 1], values.type))).cast(ARROW["boolean"])


def _moments(values: Array, spellings: Spellings) -> Array:
    """Parse ISO 8601, and what the source writes; each distinct text once, since days repeat."""
    coded, dates = values.dictionary_encode(), _dates(spellings)
    read = [moment(text, dates) for text in coded.dictionary.to_pylist()]
    return pa.array(read, ARROW["datetime"]).take(coded.indices)


def _dates(spellings: Spellings) -> str | None:
    assert not spellings.dates_of, "they are of several columns: say of which, by Spellings.of"
    return spellings.dates


def _to_text(values: Array) -> Array:
    return values.cast(ARROW["string"])


_CONVERSIONS = MappingProxyType(
    {
        ("integer", "number"): lambda values: values.cast(ARROW["number"], safe=False),
        ("integer", "boolean"): _truth,
        ("integer", "string"): _to_text,
        ("number", "integer"): _whole,
        ("number", "boolean"): _truth,
        ("number", "string"): _to_text,
        ("boolean", "string"): _to_text,
        ("datetime", "string"): _to_text,
    }
)
"""How values go from one type to another; a pair that isn't here never fits."""

_FROM_TEXT: Mapping[str, Callable[[Array, Spellings], Array]] = MappingProxyType(
    {
        "integer": lambda values, spellings: _parsed(values, spellings, _INTEGER, "integer"),
        "number": lambda values, spellings: _parsed(values, spellings, _NUMBER, "number"),
        "boolean": lambda values, spellings: _spelled(values, spellings.truths),
        "datetime": _moments,
    }
)
"""How texts are read, as their source spells them."""
