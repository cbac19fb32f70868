"""From a request to columns of values, by both versions of the Open Inference Protocol. Pure functions.

What the values mean, and whether they fit the model, is the model's affair; here it is whether they are columns.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from runners.contract.text import counted
from runners.models import ModelInputError, Signature
from runners.models.pictures import B64
from runners.serve.types import all_whole, held_to_types, of_datatype

Columns = Mapping[str, Any]
"""Values by the name of their column, one for each row."""
MOST_SHOWN = 20
_FLOATS = frozenset({"FP32", "FP64"})
_FLOAT = frozenset({float})


class NamedTensor(Protocol):
    """A tensor of a request, as KServe has read it."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def datatype(self) -> str:
        """Return the protocol's word for the type of its values."""

    @property
    def shape(self) -> Sequence[int]:
        """Return its shape."""

    @property
    def data(self) -> Sequence[Any] | None:
        """Return its values, if they came as JSON."""

    def as_numpy(self) -> np.ndarray[Any, Any]:
        """Return its values as an array of its shape."""


def expected(signature: Signature) -> str:
    """Say what a model takes, for a message."""
    told = [f"{column.name} {column.datatype} {list(column.shape)}" for column in signature.asked[:MOST_SHOWN]]
    more = len(signature.inputs) - len(told)
    identifier = "; BYTES of a picture are its file, by Base64" if signature.image else ""
    identifier += f"; and, if you like, the identifier {signature.identifier}" if signature.identifier else ""
    return f"this model takes {', '.join(told)}{f' and {more} more' if more else ''}{identifier}"


def of_instances(payload: Any, signature: Signature) -> Columns:
    """Read a request of version 1: `{"instances": [{column: value, …}, …]}`, or each row as a list in order.

    Raises:
        ModelInputError: it isn't that.
    """
    instances = payload.get("instances") if isinstance(payload, Mapping) else None
    if not isinstance(instances, list) or not instances:
        raise ModelInputError(f'give {{"instances": [row, …]}} with at least one row; {expected(signature)}')
    if signature.image and len(signature.columns) == 1 and all(_is_file(row) for row in instances):
        return {signature.columns[0]: instances}
    if all(isinstance(row, Mapping) for row in instances):
        return held_to_types(_of_mappings(instances), signature)
    if all(isinstance(row, list) for row in instances):
        return held_to_types(_of_lists(instances, signature), signature)
    raise ModelInputError("give every instance as an object by column, or every one as a list of values")


def _is_file(row: Any) -> bool:
    """Tell whether an instance is a picture alone, as version 1 has bytes: an object of their Base64."""
    return isinstance(row, Mapping) and row.keys() == {B64}


def _of_mappings(rows: Sequence[Mapping[str, Any]]) -> Columns:
    names = rows[0].keys()
    for number, row in enumerate(rows):
        if row.keys() != names:
            name = sorted(row.keys() ^ names)[0]
            what = f"instance {number} and instance 0 differ in the column {name}: give null where a value is missing"
            raise ModelInputError(what, name)
    return {name: [row[name] for row in rows] for name in names}


def _of_lists(rows: Sequence[Sequence[Any]], signature: Signature) -> Columns:
    names = signature.columns
    if len(names) == 1 and signature.inputs[0].width != 1:
        return {names[0]: rows}
    for number, row in enumerate(rows):
        if len(row) != len(names):
            what = (
                f"instance {number} has {counted(len(row), 'value')}, and the model takes {len(names)}, in this order"
            )
            raise ModelInputError(f"{what}: {', '.join(names[:MOST_SHOWN])}")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def of_tensors(tensors: Sequence[NamedTensor], signature: Signature) -> Columns:
    """Read the tensors of a request of version 2: one a column, [N] or [N, 1], or wider where the model takes that.

    Raises:
        ModelInputError: two have one name, or a tensor's values aren't of its datatype, or as many as its shape says.
    """
    numbers = {tensor.name: _numbers(tensor) for tensor in tensors}
    is_plain = None not in numbers.values()
    columns = numbers if is_plain else {tensor.name: _values(tensor) for tensor in tensors}
    if not columns:
        raise ModelInputError(f"the request has no inputs; {expected(signature)}")
    if len(columns) < len(tensors):
        raise ModelInputError("two inputs of the request have the same name")
    return columns if is_plain else held_to_types(columns, signature)


def _numbers(tensor: NamedTensor) -> list[float] | None:
    """Return the values of a tensor of one row or more of single numbers with a fraction, which need no second look."""
    data, shape = tensor.data, tensor.shape
    if type(data) is not list or tensor.datatype not in _FLOATS or set(map(type, data)) != _FLOAT:
        return None
    return data if shape == [len(data)] or shape == [len(data), 1] else None


def _values(tensor: NamedTensor) -> Any:
    shape = list(tensor.shape)
    if not shape or min(shape) < 1:
        raise ModelInputError(f"{tensor.name} has the shape {shape}, and [rows] or [rows, width] is taken", tensor.name)
    data = tensor.data
    of_datatype(tensor.name, tensor.datatype)
    values = _flat(data) if data is not None else tensor.as_numpy().ravel()
    if data is not None and "INT" in tensor.datatype:
        all_whole(tensor.name, tensor.datatype, values)
    if len(values) != math.prod(shape):
        what = f"{tensor.name} has {counted(len(values), 'value')}, and its shape {shape} says {math.prod(shape)}"
        raise ModelInputError(what, tensor.name)
    if math.prod(shape[1:]) == 1:
        return values
    array = np.empty(len(values), np.object_) if any(value is None for value in values) else None
    if array is None:
        return np.asarray(values).reshape(shape)
    array[:] = values
    return array.reshape(shape)


def _flat(data: Sequence[Any]) -> Sequence[Any]:
    """Return values in row-major order; the protocol allows them nested as their shape is."""
    values: list[Any] = list(data)
    while values and isinstance(values[0], list):
        if not all(isinstance(value, list) for value in values):
            raise ModelInputError("the values of an input are nested unevenly")
        values = [item for value in values for item in value]
    return values
