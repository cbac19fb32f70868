"""Rows that are told as lists of values, read as the table that they are; and so the answers to them.

`[[40,"a"],[41,"b"]]` is a table of comma-separated values but for its brackets, which Arrow reads in half the time that
it takes for the same as JSON. What can't be read so, as there is a comma in a text, is read as JSON; what isn't whole
is left to the slow way. Of how a number is written it is as generous as Arrow: `01` and `1.` are numbers here.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import csv as arrow_csv

from runners.monitor.pieces import Bytes, Cut
from runners.monitor.rows import Numbers, Values, packed
from runners.monitor.shapes import Shape, typed

_BETWEEN = b"],["
_CLOSE, _COMMA, _OPEN = _BETWEEN
_NEWLINE = ord("\n")
_AT_ONCE = 2**16
"""Bytes that are looked through at once, so that what is found in them stays in the processor's cache."""
_TEXTS = pa.dictionary(pa.int32(), pa.string())
_PARSING = arrow_csv.ParseOptions(quote_char=False, ignore_empty_lines=False)


class Table(NamedTuple):
    """The columns of all rows that were cut out, and how many rows there were in each place."""

    columns: Mapping[str, Values]
    sizes: Numbers

    def sizes_of(self, numbers: Any) -> Numbers | None:
        """Return how many rows each event has, -1 where it tells none; None where it isn't clear which are whose.

        Args:
            numbers: the lists that stand in the events in the place of rows.
        """
        return _sizes_of(self.sizes, numbers)


class Lists(NamedTuple):
    """The numbers of all lists that were cut out, and how many there were in each place."""

    values: Values
    sizes: Numbers

    def of(self, numbers: Any) -> Any:
        """Return the lists of the events; None where it isn't clear which are whose.

        Args:
            numbers: the lists that stand in the events in the place of these.
        """
        sizes = _sizes_of(self.sizes, numbers)
        if sizes is None:
            return None
        ends = np.cumsum([0, *np.maximum(sizes, 0)], dtype=np.int32)
        return pa.ListArray.from_arrays(pa.array(ends), self.values, mask=pa.array(sizes < 0))


def _sizes_of(sizes: Numbers, numbers: Any) -> Numbers | None:
    lengths = np.asarray(pc.fill_null(pc.list_value_length(numbers), -1)).astype(np.int64)
    if (lengths > 1).any() or numbers.flatten().to_pylist() != list(range(len(sizes))):
        return None
    lengths[lengths == 1] = sizes
    return lengths


def lists_of(cells: Sequence[Bytes], kind: Any) -> Lists | None:
    """Read lists of numbers; None where they aren't all of their type."""
    signs = np.frombuffer(bytearray(b",").join((*(cell for cell in cells if cell), b"")), dtype=np.uint8)
    commas, lengths = _places(signs, _COMMA), np.array([len(cell) for cell in cells])
    sizes = np.diff(np.searchsorted(commas, np.cumsum(lengths + (lengths > 0))), prepend=0)
    if not len(signs):
        return Lists(pa.array([], kind), sizes)
    signs[commas] = _NEWLINE
    found = _read(signs, [_place(0)], {_place(0): kind})
    values = None if found is None or found.num_rows != len(commas) else _told(found.column(0).chunk(0), kind)
    return None if values is None else Lists(values, sizes)


def table_of(rows: Cut, shape: Shape) -> Table | None:
    """Read the rows; None where they aren't all as the shape tells to expect them."""
    signs = np.frombuffer(bytearray(_BETWEEN).join((b"", *rows.cells, b"")), dtype=np.uint8)
    ends = _places(signs, _CLOSE)
    begins = np.cumsum([0, *(len(cell) + len(_BETWEEN) for cell in rows.cells)])
    sizes = np.diff(np.searchsorted(ends, begins))
    columns = _quickly(signs, ends, rows.names, shape)
    if columns is None:
        columns = _slowly(_BETWEEN.join(rows.cells), len(ends) - 1, rows.names, shape)
    return None if columns is None else Table(columns, sizes)


def _places(signs: Any, sign: int) -> Numbers:
    """Return where a sign stands."""
    begins = range(0, len(signs), _AT_ONCE)
    found = [np.flatnonzero(signs[at : at + _AT_ONCE] == sign) + at for at in begins]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _count(signs: Any, sign: int) -> int:
    return sum(int(np.count_nonzero(signs[at : at + _AT_ONCE] == sign)) for at in range(0, len(signs), _AT_ONCE))


def _quickly(signs: Any, ends: Numbers, names: Sequence[str], shape: Shape) -> dict[str, Values] | None:
    """Read rows, in place, as comma-separated values, each between two empty ones; None where they aren't that."""
    if len(ends) != _count(signs, _OPEN) or (signs[ends + 1] != _COMMA).any() or (signs[ends + 2] != _OPEN).any():
        return None
    signs[ends], signs[ends + 1], signs[ends + 2] = _COMMA, _NEWLINE, _COMMA
    kinds = {_place(at): _kind(shape.columns[name]) for at, name in enumerate(names, 1) if name in shape.columns}
    found = _read(signs[2:-1], [_place(at) for at in range(len(names) + 2)], kinds)
    if found is None or found.num_rows != len(ends) - 1:
        return None
    told = [
        (name, _told(found.column(_place(at)).chunk(0), shape.columns[name]))
        for at, name in enumerate(names, 1)
        if name in shape.columns
    ]
    if any(values is None for _, values in told):
        return None
    return {name: values for name, values in told if shape.columns[name] is not None}


def _read(text: Any, names: Sequence[str], kinds: Mapping[str, Any]) -> Any:
    """Read comma-separated values by Arrow; None where they aren't all as it is told to expect them."""
    reading = arrow_csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=names)
    try:
        return arrow_csv.read_csv(pa.BufferReader(text), reading, _PARSING, _converting(kinds))
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None


def _converting(kinds: Mapping[str, Any]) -> Any:
    return arrow_csv.ConvertOptions(
        include_columns=list(kinds),
        column_types=dict(kinds),
        null_values=["null"],
        strings_can_be_null=True,
        true_values=["true"],
        false_values=["false"],
    )


def _place(at: int) -> str:
    """Return the name of a column of the table: those of people may be any text."""
    return f"c{at}"


def _kind(kind: Any) -> Any:
    return _TEXTS if kind is None or pa.types.is_string(kind) else kind


def _told(values: Any, kind: Any) -> Values | None:
    """Return the values of a column, texts out of their quotes; None where some are no JSON of their type."""
    if kind is None:
        return values if values.null_count == len(values) else None
    if pa.types.is_floating(kind):
        return values if np.isfinite(np.frombuffer(values.buffers()[1], float, len(values)).sum()) else None
    return _unquoted(values) if pa.types.is_string(kind) else values


def _unquoted(values: Any) -> Values | None:
    distinct = values.dictionary.to_pylist()
    try:
        texts = json.loads(f"[{','.join(distinct)}]")
        told = pa.array(texts, pa.string())
    except (ValueError, pa.ArrowTypeError):
        return None
    if len(texts) != len(distinct):
        return None
    coded = pa.DictionaryArray.from_arrays(values.indices, told)
    is_worth_coding = len(set(texts)) == len(texts) and 2 * len(texts) <= len(values)
    return coded if is_worth_coding else packed(coded.cast(pa.string()))


def _slowly(text: bytes, count: int, names: Sequence[str], shape: Shape) -> dict[str, Values] | None:
    """Read rows as JSON, where they are all of one length and each column is of its type."""
    try:
        rows = json.loads(b"[[%b]]" % text)
    except ValueError:
        return None
    if len(rows) != count or not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    found = {name: typed(columns[name], kind) for name, kind in shape.columns.items() if name in columns}
    return found if all(isinstance(values, pa.Array) for values in found.values()) else None
