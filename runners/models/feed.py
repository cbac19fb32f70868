"""Feeding a model: from the columns of a request to the tensors of its file."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np

from runners.models.columns import DTYPES, Array, Values, matrix_of, tensor_of
from runners.models.errors import ModelInputError
from runners.models.pictures import Preparation, in_range, is_encoded, none_missing, prepare_all
from runners.models.plain import LARGEST
from runners.models.signature import Column, Signature, Tensor

_FLOATS = ("FP32", "FP64")


class Feed:
    """What makes the tensors of a model's file from the columns of a request.

    Args:
        signature: the model's.
    """

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        self._known = set(signature.columns)
        self._whole = {tensor.name: tensor for tensor in signature.tensors if tensor.name not in self._known}
        alone = {c: tensor.datatype for tensor in signature.tensors for c in tensor.columns if len(tensor.columns) == 1}
        self._types = {given.name: alone.get(given.name, given.datatype) for given in signature.inputs}
        floats = [given for given in signature.inputs if given.datatype in _FLOATS and given.width == 1]
        self._floats = {type_: [given.name for given in floats if given.datatype == type_] for type_ in _FLOATS}
        self._plain = _plain(signature)

    def tensors(self, columns: Mapping[str, Values]) -> dict[str, Array]:
        """Return the tensors, each [N, width].

        A tensor of several columns may also be given whole, under its own name.

        Raises:
            ModelInputError: a column is missing, unknown, or doesn't fit.
        """
        return self._plainly(columns) or self._by_kinds(columns)

    def _plainly(self, columns: Mapping[str, Values]) -> dict[str, Array]:
        """Return the tensors of columns that are nothing but numbers of 32 bits; none where one is anything else."""
        if not self._plain or len(columns) != len(self._plain):
            return {}
        found = _floats_at_once(list(self._plain.values()), columns, "FP32")
        return {name: found[column] for name, column in self._plain.items()} if found else {}

    def _by_kinds(self, columns: Mapping[str, Values]) -> dict[str, Array]:
        signature = self._signature
        columns = prepared(signature, columns)
        whole = {name: tensor for name, tensor in self._whole.items() if name in columns}
        if strangers := columns.keys() - self._known - whole.keys() - {signature.identifier}:
            name = next(name for name in columns if name in strangers)
            raise ModelInputError(f"{name} is no column of this model{_nearest(name, self._known)}", name)
        held = {c for tensor in whole.values() for c in tensor.columns}
        arrays: dict[str, Array] = {}
        for type_, names in self._floats.items() if not held else ():
            arrays |= _floats_at_once(names, columns, type_)
        for given in signature.inputs:
            if given.name not in arrays and given.name not in held:
                arrays[given.name] = _filled(given, columns, self._types[given.name])
        for name, tensor in whole.items():
            arrays[name] = matrix_of(name, columns[name], tensor.datatype, len(tensor.columns))
        _same_length(arrays)
        if signature.image:
            _pictures_in_range(signature, arrays, Preparation.of(signature.image))
        return {
            tensor.name: arrays[tensor.name] if tensor.name in whole else _joined(tensor, arrays)
            for tensor in signature.tensors
        }


def feed(signature: Signature, columns: Mapping[str, Values]) -> dict[str, Array]:
    """Make the tensors of a model's file from columns once; `Feed` does so again and again.

    Raises:
        ModelInputError: a column is missing, unknown, or doesn't fit.
    """
    return Feed(signature).tensors(columns)


def _floats_at_once(names: Sequence[str], columns: Mapping[str, Values], datatype: str) -> dict[str, Array]:
    """Return columns [N, 1] of finite numbers with a fraction: most requests are nothing else.

    They are what each by itself would be; where a value is anything else, there are none.
    """
    values = [one for name in names if isinstance(one := columns.get(name), list | np.ndarray)]
    if not values or len(values) < len(names):
        return {}
    if not _are_floats(values) or len(set(map(len, values))) > 1:
        return {}
    numbers = np.array(values, np.float64)
    if not np.abs(numbers).max() <= LARGEST:  # nor where one is NaN
        return {}
    block = numbers.astype(DTYPES[datatype], copy=False)
    return {name: block[place, :, None] for place, name in enumerate(names)}


def _are_floats(values: Sequence[Values]) -> bool:
    """Tell whether columns are lists of nothing but floats, or arrays [N] of them, as binary data is."""
    if isinstance(values[0], np.ndarray):
        return all(
            isinstance(one, np.ndarray) and one.ndim == 1 and one.dtype.kind == "f" and len(one) for one in values
        )
    return set(map(type, chain.from_iterable(values))) == {float}


def _plain(signature: Signature) -> Mapping[str, str]:
    """Return the column of each tensor, where all are single numbers of 32 bits; nothing where one is anything else."""
    columns = {tensor.name: tensor.columns[0] for tensor in signature.tensors if len(tensor.columns) == 1}
    types = {given.datatype for given in signature.inputs} | {tensor.datatype for tensor in signature.tensors}
    is_narrow = types == {"FP32"} and all(given.width == 1 for given in signature.inputs)
    is_so = is_narrow and not signature.image and sorted(columns.values()) == sorted(signature.columns)
    return columns if is_so else {}


def _pictures_in_range(signature: Signature, arrays: Mapping[str, Array], how: Preparation) -> None:
    for given in signature.inputs:
        if given.width == how.values > 1 and given.name in arrays and given.datatype in _FLOATS:
            in_range(given.name, arrays[given.name], how.divisor)


def prepared(signature: Signature, columns: Mapping[str, Values]) -> Mapping[str, Values]:
    """Return columns with the numbers of pictures that came as files have them.

    Raises:
        ModelInputError: one is no picture, or missing.
    """
    if not signature.image:
        return columns
    how = Preparation.of(signature.image)
    pictures = [c.name for c in signature.inputs if c.width == how.values and c.name in columns]
    for name in pictures:
        none_missing(name, columns[name])
    files = [name for name in pictures if is_encoded(columns[name])]
    return {**columns, **{name: prepare_all(name, columns[name], how) for name in files}} if files else columns


def _filled(given: Column, columns: Mapping[str, Values], datatype: str) -> Array:
    if given.name not in columns:
        raise ModelInputError(f"the column {given.name} is missing", given.name)
    if given.width != 1:
        return matrix_of(given.name, columns[given.name], given.datatype, given.width)
    return tensor_of(given, datatype, columns[given.name])


def _same_length(arrays: Mapping[str, Array]) -> None:
    (first, rows), *others = ((name, len(array)) for name, array in arrays.items())
    for name, size in others:
        if size != rows:
            raise ModelInputError(f"{name} has {size} rows, and {first} has {rows}: give all the same", name)
    if not rows:
        raise ModelInputError("there are no rows: give at least one")


def _joined(tensor: Tensor, arrays: Mapping[str, Array]) -> Array:
    dtype = DTYPES[tensor.datatype]
    parts = [arrays[name].astype(dtype, copy=False) for name in tensor.columns]
    return parts[0] if len(parts) == 1 else np.hstack(parts)


def _nearest(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"; did you mean {near[0]}?"
    return f": it takes {', '.join(known[:20])}{', …' if len(known) > 20 else ''}"
