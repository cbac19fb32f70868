"""Rows that are told as lists of values, cut out of their lines and read as the table that they are.

`[[40,"a"],[41,"b"]]` is a table of comma-separated values but for its brackets, which Arrow reads in half the time that
it takes for the same as JSON. What can't be read so, as there is a comma in a text, is read as JSON; what isn't whole
is left to the slow way. Of how a number is written it is as generous as Arrow: `01` and `1.` are numbers here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import csv as arrow_csv

from runners.monitor.rows import Numbers, Values, packed
from runners.monitor.shapes import Shape, typed

_NAMES, _ROWS, _NEXT = b'"columns":', b',"rows":[[', b']],"prediction":['
_BETWEEN = b"],["
_CLOSE, _COMMA, _OPEN = _BETWEEN
_NEWLINE = ord("\n")
_TEXTS = pa.dictionary(pa.int32(), pa.string())
_PARSING = arrow_csv.ParseOptions(quote_char=False, ignore_empty_lines=False)


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines without their rows, of which one of the list `cells` stands in the place; these rows, unread."""

    heads: bytes
    names: Sequence[str]
    cells: Sequence[bytes]


def cut(lines: bytes) -> Cut | None:
    """Cut the rows out of lines, and number them; None where there are no such, or others too."""
    end = lines.find(b"]" + _ROWS)
    begin = lines.rfind(_NAMES, 0, end) if end > 0 else -1
    names = _names(lines[begin + len(_NAMES) : end + 1]) if begin >= 0 else None
    if names is None:
        return None
    mark, heads, cells = lines[begin : end + 1] + _ROWS, list[bytes](), list[bytes]()
    for line in lines.split(b"\n"):
        at = line.find(mark)
        if at < 0:
            heads.append(line)
            continue
        first, last = at + len(mark), line.rfind(_NEXT)
        if last < first:
            return None
        heads.append(b'%b"columns":[],"rows":[%d]%b' % (line[:at], len(cells), line[last + 2 :]))
        cells.append(line[first:last])
    head = b"\n".join(heads)
    is_odd = b"\\u" in head or head.count(b'"rows"') != len(cells) + head.count(b'"rows":[]')
    return None if is_odd else Cut(head, names, cells)


def _names(text: bytes) -> list[str] | None:
    try:
        told = json.loads(text)
    except ValueError:
        return None
    is_sound = isinstance(told, list) and set(map(type, told)) == {str} and len(set(told)) == len(told)
    return told if is_sound else None


class Table(NamedTuple):
    """The columns of all rows that were cut out, and how many rows there were in each place."""

    columns: Mapping[str, Values]
    sizes: Numbers

    def sizes_of(self, numbers: Any) -> Numbers | None:
        """Return how many rows each event has, -1 where it tells none; None where it isn't clear which are whose.

        Args:
            numbers: the lists that stand in the events in the place of rows.
        """
        lengths = np.asarray(pc.fill_null(pc.list_value_length(numbers), -1)).astype(np.int64)
        if (lengths > 1).any() or numbers.flatten().to_pylist() != list(range(len(self.sizes))):
            return None
        lengths[lengths == 1] = self.sizes
        return lengths


def table_of(rows: Cut, shape: Shape) -> Table | None:
    """Read the rows; None where they aren't all as the shape tells to expect them."""
    text = b"],[".join(rows.cells)
    signs = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(signs == _CLOSE)
    after = np.cumsum([len(cell) + len(_BETWEEN) for cell in rows.cells])
    sizes = np.diff(np.searchsorted(ends, after - len(_BETWEEN)), prepend=-1)
    columns = _quickly(text, ends, rows.names, shape)
    if columns is None:
        columns = _slowly(text, len(ends) + 1, rows.names, shape)
    return None if columns is None else Table(columns, sizes)


def _quickly(text: bytes, ends: Numbers, names: Sequence[str], shape: Shape) -> dict[str, Values] | None:
    """Read rows as comma-separated values, each between two empty ones; None where they aren't that."""
    signs = np.frombuffer(b",%b,\n" % text, dtype=np.uint8).copy()
    ends = ends + 1
    if len(ends) != text.count(b"[") or (signs[ends + 1] != _COMMA).any() or (signs[ends + 2] != _OPEN).any():
        return None
    signs[ends], signs[ends + 1], signs[ends + 2] = _COMMA, _NEWLINE, _COMMA
    kinds = {_place(at): _kind(shape.columns[name]) for at, name in enumerate(names, 1) if name in shape.columns}
    places = [_place(at) for at in range(len(names) + 2)]
    reading = arrow_csv.ReadOptions(use_threads=False, block_size=len(signs) + 1, column_names=places)
    try:
        found = arrow_csv.read_csv(pa.BufferReader(signs), reading, _PARSING, _converting(kinds))
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    if found.num_rows != len(ends) + 1:
        return None
    told = [
        (name, _told(found.column(_place(at)).combine_chunks(), shape.columns[name]))
        for at, name in enumerate(names, 1)
        if name in shape.columns
    ]
    if any(values is None for _, values in told):
        return None
    return {name: values for name, values in told if shape.columns[name] is not None}


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
