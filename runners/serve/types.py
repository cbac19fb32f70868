"""What the values of a request are, held against what the request says of them, and against the columns' types."""

import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from runners.contract.text import printable
from runners.models import ModelInputError, Signature

LAYOUTS: Mapping[str, str] = MappingProxyType(
    {
        "BOOL": "?", "UINT8": "u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8", "INT8": "i1", "INT16": "<i2",
        "INT32": "<i4", "INT64": "<i8", "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
    }
)  # fmt: skip
"""How binary data has values by their datatypes, in NumPy's words: little-endian."""
TEXT_LENGTH = struct.Struct("<I")
"""What stands before each text of binary data, its length in bytes."""
JSON_LENGTH = b"inference-header-content-length"
"""The header that says how many of a body's first bytes are JSON, where binary data follows it."""
RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {name: (int(np.iinfo(kind).min), int(np.iinfo(kind).max)) for name, kind in LAYOUTS.items() if "INT" in name}
)
"""The least and the greatest whole number of each datatype that has them."""
_NUMBERS = frozenset({int, float})
DATATYPES = (*LAYOUTS, "BYTES")
"""The words of the Open Inference Protocol for what values are."""
NUMBERS = frozenset({"integer", "number"})
"""The types of a dataset's columns that no truth value is of."""
PLAIN = frozenset({int, float, str, type(None)})
"""What needs no second look."""


def of_datatype(name: str, datatype: str) -> None:
    """Hold a tensor's datatype against those that there are.

    Raises:
        ModelInputError: it is none.
    """
    if datatype not in DATATYPES:
        what = f"{name} has the datatype `{printable(datatype)}`, and the protocol has {', '.join(DATATYPES)}"
        raise ModelInputError(what, name)


def all_whole(name: str, datatype: str, values: Any) -> None:
    """Hold the values of a tensor that says it has whole numbers against that and its range; one may be missing.

    Raises:
        ModelInputError: a number has a fraction, or is out of range, told by its row.
    """
    for row, value in enumerate(values if float in set(map(type, values)) else ()):
        if isinstance(value, float) and not value.is_integer():
            raise ModelInputError(
                f"{name} of row {row} is {value}, and its datatype {datatype} has whole numbers", name
            )
    if datatype in RANGES:
        _in_range(name, datatype, values)


def _in_range(name: str, datatype: str, values: Any) -> None:
    low, high = RANGES[datatype]
    numbers = [value for value in values if type(value) in _NUMBERS]
    if not numbers or (min(numbers) >= low and max(numbers) <= high):
        return
    row, value = next((r, v) for r, v in enumerate(values) if type(v) in _NUMBERS and not low <= v <= high)
    raise ModelInputError(f"{name} of row {row} is {value}, and its datatype {datatype} ends at {low} and {high}", name)


def held_to_types(columns: Mapping[str, Any], signature: Signature) -> Mapping[str, Any]:
    """Return columns of which none of numbers holds a truth value, as NumPy would take `true` for 1.

    The dataset's types count: a column of truth values is one of numbers to the model where some are missing.

    Raises:
        ModelInputError: one does, told by its row.
    """
    readings = signature.schema.columns if signature.schema else {}
    odd = {name for name, values in columns.items() if not _is_plain(values)} if readings else ()
    known = signature.columns if odd else ()
    for name, reading in readings.items() if odd else ():
        if name in odd and name in known and reading.type in NUMBERS:
            _no_truths(name, columns[name])
    return columns


def _is_plain(values: Any) -> bool:
    """Tell whether values can hold no truth value: most requests are nothing else, and need no look at their types."""
    is_array_of_numbers = isinstance(values, np.ndarray) and values.dtype.kind in "fiu"
    return is_array_of_numbers or PLAIN.issuperset(map(type, values))


def _no_truths(name: str, values: Sequence[Any]) -> None:
    for row, value in enumerate(values):
        alone = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(alone, bool | np.bool_):
            raise ModelInputError(f"{name} of row {row} is {str(bool(alone)).lower()}: a number is taken", name)
