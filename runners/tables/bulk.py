"""Reads texts by the thousand where all are spelled as most are; what isn't is left to `columns`, which knows the rest.

What is read here is what `columns` would have read, to the last bit, and would have taken for the same type: tests hold
the two against each other. Only usual spellings are known: no signs for thousands, a point for decimals, ISO 8601.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from runners.tables.columns import ARROW, PLAIN_NUMBER, is_beyond_clocks
from runners.tables.texts import Bytes, bytes_of
from runners.tables.types import Type

_ZERO, _NINE, _MINUS = ord("0"), ord("9"), ord("-")
_LONGEST = 18
"""Digits of a whole number that always fits 64 bits."""
_LARGEST = 1e16
"""What a number of at most sixteen digits before its point stays below."""
_TRUTHS: Mapping[str, bool] = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
Masks = NDArray[np.bool_]


def read_texts(values: Any, to: Type) -> Any | None:
    """Read an array of texts as a type; None where one of them isn't spelled as most are, or fits another type only."""
    if to == "string":
        return values
    starts, lengths, data = bytes_of(values)
    if values.null_count:
        is_there = pc.is_valid(values).to_numpy(zero_copy_only=False)
        starts, lengths = starts[is_there], lengths[is_there]
    if not starts.size or not lengths.min():
        return None
    try:
        return _READERS[to](values, starts, lengths, data)
    except pa.ArrowInvalid:
        return None


def _integers(values: Any, starts: Any, lengths: Any, data: Bytes) -> Any | None:
    firsts = data[starts]
    is_negative = firsts == _MINUS
    signs = int(is_negative.sum())
    if int(np.count_nonzero((data - _ZERO) > 9)) != signs:  # below zero an unsigned number is large
        return None
    digits = lengths - is_negative
    if digits.min() < 1 or digits.max() > _LONGEST or _have_leading_zeros(data, starts + is_negative, digits):
        return None
    return values.cast(ARROW["integer"])


def _numbers(values: Any, starts: Any, lengths: Any, data: Bytes) -> Any | None:
    is_usual = (data - _MINUS) <= _NINE - _MINUS  # - . / and digits; Arrow refuses what has a slash
    if not is_usual.all():
        signs = set(np.unique(data[~is_usual]).tolist())
        if not signs <= set(b"eE+") or not pc.all(pc.match_substring_regex(values, PLAIN_NUMBER)).as_py():
            return None
    is_negative = data[starts] == _MINUS
    digits = lengths - is_negative
    if digits.min() < 1 or _have_leading_zeros(data, starts + is_negative, digits):
        return None
    read = values.cast(ARROW["number"])
    ends = pc.min_max(read).as_py()
    has_exponents = not is_usual.all()
    return read if has_exponents or max(-ends["min"], ends["max"]) < _LARGEST else None


def _have_leading_zeros(data: Bytes, starts: Any, digits: Any) -> bool:
    """Tell whether a number begins with a zero and goes on with a digit, as names of things do."""
    places = starts[(data[starts] == _ZERO) & (digits > 1)] + 1
    return bool(((data[places] - _ZERO) <= 9).any())


def _booleans(values: Any, _starts: Any, _lengths: Any, _data: Bytes) -> Any | None:
    places = pc.index_in(values, value_set=pa.array(_TRUTHS, pa.string()))
    if places.null_count > values.null_count:
        return None
    return pa.array(_TRUTHS.values(), ARROW["boolean"]).take(places)


def _moments(values: Any, starts: Any, lengths: Any, data: Bytes) -> Any | None:
    """Read days, or moments to the second, without a zone: in UTC."""
    length = int(lengths.min())
    if length != lengths.max() or length not in (len("2024-01-31"), len("2024-01-31 23:59:59")):
        return None
    if length > 10 and not all((data[starts + place] == ord(":")).all() for place in (13, 16)):
        return None
    read = values.cast(pa.timestamp("us")).cast(pa.int64()).cast(ARROW["datetime"])
    return None if is_beyond_clocks(read) else read


_READERS: Mapping[Type, Callable[[Any, Any, Any, Bytes], Any | None]] = {
    "integer": _integers,
    "number": _numbers,
    "boolean": _booleans,
    "datetime": _moments,
}
