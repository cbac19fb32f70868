"""Parquet files as columns of NumPy arrays: texts as objects with None where one is missing, numbers with NaN."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from runners.contract import InputError

Array = NDArray[Any]
Columns = dict[str, Array]


def read_parquet(path: Path, fix: str = "") -> Columns:
    """Read a Parquet file.

    Raises:
        InputError: there is no such file, or it is no Parquet.
    """
    return {name: array_of(values) for name, values in read_arrow(path, fix=fix).items()}


def read_arrow(path: Path, names: Sequence[str] | None = None, fix: str = "") -> dict[str, Any]:
    """Read columns of a Parquet file as Arrow has them; unset, all.

    Raises:
        InputError: there is no such file, or it is no Parquet.
    """
    try:
        table = parquet.read_table(path, columns=None if names is None else list(names))
    except FileNotFoundError:
        raise InputError(f"there is no {path.name}", str(path), fix) from None
    except (OSError, pa.ArrowException) as error:
        what = str(error).split("\n", 1)[0]
        raise InputError(f"{path.name} can't be read: {what}", str(path), "write it again as Parquet") from error
    return {name: table[name] for name in table.column_names}


def write_parquet(columns: Columns, path: Path) -> None:
    """Write columns of N rows; a matrix [N, D] becomes a column of lists."""
    arrays = {name: _arrow(values) for name, values in columns.items()}
    parquet.write_table(pa.table(arrays), path, compression="zstd")


def array_of(values: Any) -> Array:
    """Return a chunked Arrow column as a NumPy array; what is neither text, number, truth nor moment as objects."""
    arrow = values.type
    convert = next((convert for is_such, convert in _CONVERSIONS if is_such(arrow)), _objects)
    return convert(values)


def _text(values: Any) -> Array:
    """Make each distinct text once: columns of categories hold few."""
    coded = values.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return _decoded(coded)


def _dictionary(values: Any) -> Array:
    if not pa.types.is_string(values.type.value_type):
        return array_of(values.cast(values.type.value_type))
    return _decoded(values.unify_dictionaries().combine_chunks())


def _decoded(coded: Any) -> Array:
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0) if coded.num_chunks else pa.array([], coded.type)
    distinct = np.array([*coded.dictionary.to_pylist(), None], np.object_)
    places = coded.indices.fill_null(len(distinct) - 1).to_numpy(zero_copy_only=False)
    decoded: Array = distinct[places]
    return decoded


def _integers(values: Any) -> Array:
    array: Array = values.to_numpy()
    return array.astype(np.float64) if values.null_count or array.dtype == np.uint64 else array.astype(np.int64)


def _floats(values: Any) -> Array:
    array: Array = values.cast(pa.float64()).to_numpy()
    return array


def _truths(values: Any) -> Array:
    if values.null_count:
        return _floats(values.cast(pa.int8()))
    array: Array = values.to_numpy().astype(np.bool_)
    return array


def _moments(values: Any) -> Array:
    array: Array = values.cast(pa.timestamp("us")).to_numpy()
    return array


def _matrix(values: Any) -> Array:
    """Return lists of one length as [N, length]; others as objects."""
    lists = values.combine_chunks()
    flat = lists.flatten().to_numpy(zero_copy_only=False)
    lengths = np.unique(lists.value_lengths().to_numpy(zero_copy_only=False))
    if len(lengths) == 1 and flat.dtype.kind in "fiu":
        matrix: Array = flat.reshape(len(lists), -1)
        return matrix
    return _objects(values)


def _objects(values: Any) -> Array:
    array = np.empty(len(values), np.object_)
    array[:] = values.to_pylist()
    return array


_CONVERSIONS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Array]], ...] = (
    (pa.types.is_string, _text),
    (pa.types.is_large_string, lambda values: _text(values.cast(pa.string()))),
    (pa.types.is_dictionary, _dictionary),
    (pa.types.is_boolean, _truths),
    (pa.types.is_integer, _integers),
    (pa.types.is_floating, _floats),
    (pa.types.is_decimal, _floats),
    (pa.types.is_timestamp, _moments),
    (pa.types.is_date, _moments),
    (pa.types.is_list, _matrix),
)


def _arrow(values: Array) -> Any:
    if values.ndim == 1:
        return pa.array(values, from_pandas=True)
    flat = pa.array(values.ravel())
    offsets = pa.array(np.arange(0, values.size + 1, values.shape[1]), pa.int32())
    return pa.ListArray.from_arrays(offsets, flat)
