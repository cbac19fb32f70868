"""Columns of a request, brought to the types that a model takes; what doesn't fit is told by column and row.

Missing values are None or NaN: NaN in a column of numbers, the empty text in one of texts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract.mistakes import as_written
from runners.contract.text import counted
from runners.models.errors import ModelInputError
from runners.models.signature import Column
from runners.tables.moments import moment

Array = NDArray[Any]
Values = Sequence[Any] | Array

DTYPES: Mapping[str, Any] = MappingProxyType(
    {"FP32": np.float32, "FP64": np.float64, "INT64": np.int64, "BYTES": np.object_, "BOOL": np.bool_}
)
"""NumPy's types by the protocol's words."""
_FLAT = frozenset({str, bytes, type(None)})
NO_MOMENT = int(np.iinfo(np.int64).min)
"""What stands for a missing moment among microseconds, as it does in NumPy."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEYOND = 2.0**63
"""The smallest whole number that 64 bits with a sign don't hold."""


def tensor_of(given: Column, datatype: str, values: Values) -> Array:
    """Bring one column to the tensor [N, 1] of a type that is made of it alone, in training as in serving.

    Raises:
        ModelInputError: a value doesn't fit, told by its row (counted from 0).
    """
    is_moment = (given.datatype, datatype) == ("BYTES", "INT64")
    array = moments(given.name, values) if is_moment else column(given.name, values, given.datatype)
    return array.astype(DTYPES[datatype], copy=False).reshape(-1, 1)


def moments(name: str, values: Values) -> Array:
    """Bring moments, texts by ISO 8601 or NumPy's own, to microseconds from 1970 [N]; `NO_MOMENT` where one is missing.

    Raises:
        ModelInputError: a value is no moment, told by its row.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        micros: Array = values.astype("datetime64[us]").astype(np.int64)
        return micros.ravel()
    texts = column(name, values, "BYTES").tolist()
    read = {text: _micros(text) for text in set(texts)}
    for row, text in enumerate(texts):
        if read[text] is None:
            taken = "a moment by ISO 8601 is taken, such as 2026-05-01T12:00:00Z"
            raise ModelInputError(f"{name} of row {row} is {as_written(text)}: {taken}", name)
    return np.array([read[text] for text in texts], np.int64)


def _micros(text: str) -> int | None:
    if not text.strip():
        return NO_MOMENT
    read = moment(text.strip())
    return None if read is None else (read - _EPOCH) // timedelta(microseconds=1)


def as_json(value: Any) -> Any:
    """Return a value as a client writes it in JSON: a missing number is null, a moment is a text by ISO 8601."""
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return None if isinstance(value, float) and not np.isfinite(value) else value


def matrix_of(name: str, values: Values, datatype: str, width: int) -> Array:
    """Bring a whole matrix, or a picture for each row, to [N, width]."""
    try:
        array = np.asarray(values)
        array = array.reshape(len(array), -1) if array.size else array.reshape(0, width)
    except (TypeError, ValueError):
        raise ModelInputError(f"{name} must be a list of rows of the same length", name) from None
    if array.shape[1] != width:
        raise ModelInputError(f"{name} has {counted(array.shape[1], 'value')} a row, and the model takes {width}", name)
    return column(name, array.ravel(), datatype).reshape(array.shape)


def column(name: str, values: Values, datatype: str) -> Array:
    """Bring one column, [N] or [N, 1], to its datatype's NumPy array of the shape [N].

    Raises:
        ModelInputError: a value doesn't fit, told by its row (counted from 0).
    """
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
        raise ModelInputError(f"{name} must be a list with a value for each row", name)
    try:
        array = values if isinstance(values, np.ndarray) else _array(values)
    except ValueError:
        raise ModelInputError(f"{name} must have one value for each row", name) from None
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ModelInputError(f"{name} has the shape {list(array.shape)}, and [{len(array)}, 1] is taken", name)
    return _CONVERSIONS[datatype](name, array)


def _array(values: Sequence[Any]) -> Array:
    """Make an array of a list: of numbers at once, of anything else as objects, each unpacked from a list of one."""
    kinds = set(map(type, values))
    if kinds <= _FLAT:
        return np.array(values, np.object_)
    array = np.array(values)
    if array.dtype.kind not in "USO":
        return array
    held = np.empty(len(values), np.object_)
    held[:] = [value[0] if isinstance(value, list | tuple) and len(value) == 1 else value for value in values]
    return held


def _float(name: str, array: Array, dtype: Any) -> Array:
    if array.dtype.kind == "O":
        _all_are(name, array, (int, float, np.number, np.bool_), "a number")
        array = np.array([np.nan if value is None else value for value in array.tolist()], np.float64)
    elif array.dtype.kind not in "fiub":
        raise ModelInputError(f"{name} must hold numbers, and it holds {array.dtype.name}", name)
    with np.errstate(over="ignore"):
        numbers: Array = array.astype(dtype)
    if np.isinf(numbers).any():
        row = int(np.flatnonzero(np.isinf(numbers))[0])
        raise ModelInputError(f"{name} of row {row} is {array[row]}, which is too large or infinite", name)
    return numbers


def _int(name: str, array: Array) -> Array:
    if array.dtype.kind == "O":
        _all_are(name, array, (int, float, np.number, np.bool_), "a whole number")
        array = _float(name, array, np.float64) if None in array.tolist() else _unboxed(name, array)
    if array.dtype.kind not in "fiub":
        raise ModelInputError(f"{name} must hold whole numbers, and it holds {array.dtype.name}", name)
    if array.dtype.kind == "f":
        _all_whole(name, array)
    if array.dtype.kind == "u" and array.size and array.max() > np.iinfo(np.int64).max:
        raise ModelInputError(f"{name} holds a number beyond 64 bits", name)
    return array.astype(np.int64)


def _all_whole(name: str, array: Array) -> None:
    is_whole = (np.floor(array) == array) & (np.abs(array) < _BEYOND)
    if is_whole.all():
        return
    row = int(np.flatnonzero(~is_whole)[0])
    what = "missing, and the model was trained on none missing" if np.isnan(array[row]) else f"{array[row]}"
    raise ModelInputError(f"{name} of row {row} is {what}: a whole number is taken", name)


def _unboxed(name: str, array: Array) -> Array:
    unboxed = np.array(array.tolist())
    if unboxed.dtype.kind == "O":
        raise ModelInputError(f"{name} holds a number beyond 64 bits", name)
    return unboxed


def _bool(name: str, array: Array) -> Array:
    whole = _int(name, array)
    if bad := np.flatnonzero((whole != 0) & (whole != 1)).tolist():
        raise ModelInputError(f"{name} of row {bad[0]} is {whole[bad[0]]}: true or false is taken", name)
    return whole.astype(np.bool_)


def _text(name: str, array: Array) -> Array:
    if array.dtype.kind == "U":
        return array.astype(np.object_)
    if array.dtype.kind == "S":
        return np.char.decode(array, "utf-8").astype(np.object_)
    values = array.tolist()
    if set(map(type, values)) == {str}:
        is_whole = "\0" not in "".join(values)
        return array.astype(np.object_, copy=False) if is_whole else _of_texts(map(_decoded, values))
    _all_are(name, array, (str, bytes), 'text, such as "1"')
    return _of_texts(map(_decoded, values))


def _of_texts(texts: Iterable[str]) -> Array:
    return np.array(list(texts), np.object_)


def _decoded(value: Any) -> str:
    """Return a text without the null characters at its end, which the categories of a file of ONNX can't have."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.rstrip("\0") if isinstance(value, str) else ""


def _all_are(name: str, array: Array, types: tuple[type, ...], wanted: str) -> None:
    for row, value in enumerate(array.tolist()):
        if value is None or isinstance(value, types) or (isinstance(value, float) and np.isnan(value)):
            continue
        raise ModelInputError(f"{name} of row {row} is {as_written(value)}: {wanted} is taken", name)


_CONVERSIONS: Mapping[str, Callable[[str, Array], Array]] = MappingProxyType(
    {
        "FP32": lambda name, array: _float(name, array, np.float32),
        "FP64": lambda name, array: _float(name, array, np.float64),
        "INT64": _int,
        "BOOL": _bool,
        "BYTES": _text,
    }
)
