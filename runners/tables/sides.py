"""Sides: on which of training, validation and test each row is, by the split that its dataset states.

Laws: a side is a function of the row alone, so it is the same in whatever order the rows come, however they are cut
into parts, and however many others join them. Rows of one group are on one side. Every row is on one side, or was left
out because it lies in the gap of a time.

Equal values have equal texts by which they are hashed, whatever their column's type: 17, 17.0 and "17" are the same
customer. The hash is BLAKE2b, which every version of every library computes equally.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from runners.contract import InputError
from runners.contract.split import SIDES, DatasetSplit
from runners.tables.columns import arrow_of

TRAIN, VALIDATION, TEST, LEFT_OUT = range(4)
"""The sides in their order, and that of rows in the gap of a time."""
Array = NDArray[Any]
_WHOLE = 2.0**53
_DAY = 86_400.0
_MISSING = "\0"
"""The text of a missing value: all rows that lack a group are one."""
_HINT = "name a column that the data has, or correct the split of the dataset"


def needed(split: DatasetSplit, names: Iterable[str], identifier: str | None, target: str | None) -> list[str]:
    """Return the columns that are needed to tell the sides.

    Raises:
        InputError: one isn't there, or there is no identifier where it is needed.
    """
    known = list(names)
    asked = list(dict.fromkeys([*keys_of(split, known, identifier, target), *split.columns]))
    for name in asked:
        if name not in known:
            raise InputError(f"the data has no column {name}, by which it is split", "split", _HINT)
    return asked


def keys_of(split: DatasetSplit, names: Iterable[str], identifier: str | None, target: str | None) -> list[str]:
    """Return the columns by which rows are dealt out, in an order of their own; none where they are cut or told.

    Raises:
        InputError: there is no identifier where it is needed.
    """
    if split.content:
        return sorted(name for name in names if name not in (identifier, target))
    if split.of_identifier and identifier is None:
        fix = "give the dataset an identifier, or split by group or by content"
        raise InputError("rows are dealt out by their identifier, and the dataset has none", "split", fix)
    return [identifier] if split.of_identifier and identifier else sorted(split.group)


def sides(
    columns: Mapping[str, Any], split: DatasetSplit, identifier: str | None = None, target: str | None = None
) -> Array:
    """Return the side of each row, by its place in `SIDES`, or `LEFT_OUT`.

    Args:
        columns: the rows' columns by name, Arrow's.
        split: how the dataset is split.
        identifier: the column that names a row.
        target: the column that is predicted.

    Raises:
        InputError: a column isn't there, a row has no time, or a column of sides holds something else.
    """
    needed(split, columns, identifier, target)
    if split.column:
        return _told(columns[split.column], split.column)
    if split.time:
        return _cut(columns[split.time], split)
    keys = keys_of(split, columns, identifier, target)
    return _dealt(_draws([columns[name] for name in keys], split.seed), split)


def _dealt(draws: Array, split: DatasetSplit) -> Array:
    """Let the rows of the smallest draws test, and those of the next ones validate."""
    validation, test = split.shares
    return np.select([draws < test, draws < test + validation], [TEST, VALIDATION], TRAIN).astype(np.int8)


def _draws(keys: list[Any], seed: int) -> Array:
    """Return a number from 0 to 1 for each row, which looks like chance: a hash of its texts and the seed."""
    coded = [pc.fill_null(texts_of(values), _MISSING).dictionary_encode() for values in keys]
    places, found = _distinct([one.indices.to_numpy() for one in coded])
    texts = [one.dictionary.take(pa.array(at)).to_pylist() for one, at in zip(coded, found, strict=True)]
    hashed = np.array([_draw(parts, seed) for parts in zip(*texts, strict=True)], np.float64)
    drawn: Array = hashed[places]
    return drawn


def _distinct(codes: list[Array]) -> tuple[Array, list[Array]]:
    """Return which combination of codes each row has, and the codes of each combination."""
    if len(codes) == 1:
        return codes[0], [np.arange(codes[0].max(initial=-1) + 1)]
    places = np.zeros(len(codes[0]), np.int64)
    for code in codes:  # the places are numbered anew each time, so that the product stays within 64 bits
        _, places = np.unique(places * (code.max(initial=0) + 1) + code, return_inverse=True)
    _, first = np.unique(places, return_index=True)
    return places, [code[first] for code in codes]


def _draw(parts: tuple[str, ...], seed: int) -> float:
    """Hash the texts of a row; each with its length, so that `a, bc` isn't `ab, c`."""
    told = "".join(f"{len(part)}:{part}" for part in (str(seed), *parts))
    return int.from_bytes(hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).digest()) / 2.0**64


def texts_of(values: Any) -> Any:
    """Return values as texts that are equal where the values are, whatever type their column has; null stays null."""
    array = arrow_of(values)
    if pa.types.is_floating(array.type):
        is_whole = pc.and_(pc.equal(array, pc.floor(array)), pc.less(pc.abs(array), _WHOLE))
        whole = pc.if_else(is_whole, array, pa.scalar(None, array.type)).cast(pa.int64()).cast(pa.string())
        return pc.coalesce(whole, array.cast(pa.string()))
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    return array.cast(pa.string())


def _cut(values: Any, split: DatasetSplit) -> Array:
    """Cut a column of moments or numbers; the rows in the gap before each cut are left out."""
    array, name = arrow_of(values), str(split.time)
    numbers = _numbers(array, split, name)
    if array.null_count:
        what = f"{array.null_count:,} rows have no {name}, by which the rows are split"
        raise InputError(what, "split.time", "correct the source, or split by a column that every row has")
    gap = (split.gap or 0.0) * (_DAY if pa.types.is_timestamp(array.type) else 1.0)
    first, last = split.cuts
    is_between = [(numbers < cut) & (numbers >= cut - gap) for cut in (last, first)]
    conditions = [numbers >= last, is_between[0], is_between[1], numbers >= first]
    return np.select(conditions, [TEST, LEFT_OUT, LEFT_OUT, VALIDATION], TRAIN).astype(np.int8)


def _numbers(array: Any, split: DatasetSplit, name: str) -> Array:
    """Return moments as seconds from 1970, and numbers as they are."""
    is_moment = pa.types.is_timestamp(array.type)
    if is_moment != isinstance(split.test_from, str):
        found, fix = ("moments", "by ISO 8601") if is_moment else ("numbers", "as numbers")
        found = found if is_moment or pa.types.is_integer(array.type) or pa.types.is_floating(array.type) else "texts"
        what = f"{name} holds {found}, and validation_from and test_from are {'numbers' if is_moment else 'moments'}"
        raise InputError(what, "split.time", f"write them {fix}, or split by another column")
    numbers = array.cast(pa.int64()) if is_moment else array
    if not (pa.types.is_integer(numbers.type) or pa.types.is_floating(numbers.type)):
        raise InputError(f"{name} holds no moments and no numbers", "split.time", "split by another column")
    plain: Array = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False)
    return plain / 1e6 if is_moment else plain


def _told(values: Any, name: str) -> Array:
    """Read a column that says on which side each row is."""
    texts = texts_of(values)
    places = pc.index_in(texts, value_set=pa.array(SIDES))
    if places.null_count:
        strange = pc.is_null(places).to_numpy(zero_copy_only=False)
        what = f"{int(strange.sum()):,} rows have something else than {', '.join(SIDES)} in {name}"
        raise InputError(what, "split.column", f"write one of {', '.join(SIDES)} into {name} of every row")
    told: Array = places.to_numpy().astype(np.int8)
    return told
