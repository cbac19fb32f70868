"""A summary as bytes, to lie beside the part that it is of: JSON, packed by zlib, of a version that is told in it.

The same summary gives the same bytes. What is read may have been written by anybody: its size is bounded before it is
unpacked and while it is, and whatever a summary promises of itself is checked.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from runners.contract.mistakes import as_written, misread
from runners.tables.columns import ARROW
from runners.tables.summary import frequent, tally
from runners.tables.summary.columns import Classes, ColumnSummary, Lengths, is_class
from runners.tables.summary.distinct import KEPT, Distinct
from runners.tables.summary.frequent import Frequent
from runners.tables.summary.numbers import Numbers
from runners.tables.summary.paired import (
    check,
    count_of,
    moments_as_json,
    moments_from_json,
    pairs_as_json,
    pairs_from_json,
)
from runners.tables.summary.parts import Summary
from runners.tables.summary.tally import Tally
from runners.tables.types import Type

FORMAT = 1
"""Raised when a former reader would misread what is written."""
LARGEST = 2**28
"""Bytes of a summary's JSON: more than a table of a thousand columns needs."""


def to_bytes(summary: Summary) -> bytes:
    """Write a summary as bytes."""
    told = {
        "format": FORMAT,
        "rows": summary.rows,
        "target": summary.target,
        "columns": [[name, _column_as_json(column)] for name, column in summary.columns.items()],
        "pairs": {name: pairs_as_json(pairs) for name, pairs in summary.pairs.items()},
    }
    text = json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def from_bytes(data: bytes) -> Summary:
    """Read the summary that `to_bytes` wrote.

    Raises:
        ValueError: it is none, too large, or of another version.
    """
    try:
        told = json.loads(_unpacked(data))
        check(isinstance(told, Mapping), "it is no JSON object")
        if told.get("format") != FORMAT:
            raise ValueError(f"its format is {as_written(told.get('format'))}, and {FORMAT} is understood")
        return _summary(told)
    except (zlib.error, KeyError, TypeError, AttributeError, OverflowError, RecursionError, pa.ArrowException) as error:
        raise ValueError(f"it can't be understood: {misread(error)}") from error


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(data, LARGEST)
    check(unpacking.eof and not unpacking.unused_data, f"it doesn't end within {LARGEST:,} bytes")
    return text


def _summary(told: Mapping[str, Any]) -> Summary:
    rows, target = count_of(told["rows"]), told["target"]
    columns = {str(name): _column(column, rows) for name, column in told["columns"]}
    check(len(columns) == len(told["columns"]), "two columns have the same name")
    check(target is None or isinstance(target, str), "the target is no name")
    others = set(columns) - {target} if target in columns else set()
    check(set(told["pairs"]) == others, "its pairs are of other columns")
    pairs = {
        name: pairs_from_json(told["pairs"][name], columns[name].type, columns[target].type)
        for name in columns
        if name in others
    }
    return Summary(rows, columns, target, pairs)


def _column_as_json(column: ColumnSummary) -> dict[str, Any]:
    told = {"type": column.type, "count": column.count, "missing": column.missing}
    figures = column.figures
    sketch = None if figures.sketch is None else _packed(figures.sketch.hashes)
    if isinstance(figures, Classes):
        return {**told, **_classes_as_json(figures), "sketch": sketch}
    tallies = {name: _tally_as_json(getattr(figures, name)) for name in ("tally", "beyond")}
    moments = moments_as_json(figures.moments)
    return {**told, **tallies, "moments": moments, "extremes": figures.extremes, "sketch": sketch}


def _classes_as_json(figures: Classes) -> dict[str, Any]:
    values, lengths = figures.frequent.values.to_pylist(), figures.lengths
    order = sorted(range(len(values)), key=values.__getitem__)
    return {
        "values": [values[place] for place in order],
        "counts": figures.frequent.counts[order].tolist(),
        "lost": figures.frequent.lost,
        "lengths": None if lengths is None else [lengths.shortest, lengths.longest, lengths.total],
    }


def _column(told: Mapping[str, Any], rows: int) -> ColumnSummary:
    type_: Type = told["type"]
    check(type_ in get_args(Type), f"{as_written(type_)} is no type of a column")
    count, missing = count_of(told["count"]), count_of(told["missing"])
    check(count + missing == rows, "a column has more or fewer values than there are rows")
    figures = _classes(told, type_, count) if is_class(type_) else _numbers(told, count)
    check(figures.distinct is not None or figures.sketch is not None, "an estimate has no sketch")
    return ColumnSummary(type_, count, missing, figures)


def _classes(told: Mapping[str, Any], type_: Type, count: int) -> Classes:
    values, counts = pa.array(told["values"], ARROW[type_]), np.array(told["counts"], np.int64)
    check(len(values) == len(counts) <= frequent.MOST, "there are more values than are counted")
    check(not values.null_count and len(values.unique()) == len(values), "a value stands there twice")
    lost = count_of(told["lost"])
    fits = counts.sum() <= count if lost else counts.sum() == count
    check(bool((counts > 0).all() and fits), "the counts of the values aren't those of the rows")
    lengths = None if told["lengths"] is None else Lengths(*map(count_of, told["lengths"]))
    return Classes(Frequent(values, counts, lost), lengths, _sketch(told["sketch"]))


def _numbers(told: Mapping[str, Any], count: int) -> Numbers:
    counted, beyond = _tally(told["tally"]), _tally(told["beyond"])
    check(counted.total + beyond.total == count, "the counts of the numbers aren't those of the rows")
    extremes = None if told["extremes"] is None else tuple(map(int, told["extremes"]))
    check((extremes is None) == (counted.total == 0), "the extremes aren't those of the numbers")
    if extremes is None:
        return Numbers(counted, moments_from_json(told["moments"]), None, beyond, _sketch(told["sketch"]))
    low, high = extremes
    ends = (low >> counted.shift, high >> counted.shift)
    check(ends == (int(counted.bins[0]), int(counted.bins[-1])), "the extremes aren't those of the numbers")
    return Numbers(counted, moments_from_json(told["moments"]), (low, high), beyond, _sketch(told["sketch"]))


def _tally_as_json(counted: Tally) -> dict[str, Any]:
    return {"bins": _packed(counted.bins), "counts": _packed(counted.counts), "shift": counted.shift}


def _tally(told: Mapping[str, Any]) -> Tally:
    bins, counts, shift = (
        _unpacked_numbers(told["bins"], "<i8"),
        _unpacked_numbers(told["counts"], "<i8"),
        count_of(told["shift"]),
    )
    check(shift < 64 and len(bins) == len(counts) <= tally.MOST, "there are more bins than are counted")
    check(bool((bins[1:] > bins[:-1]).all() and (counts > 0).all()), "its bins aren't in order")
    return Tally(bins, counts, shift)


def _sketch(told: Any) -> Distinct | None:
    if told is None:
        return None
    hashes = _unpacked_numbers(told, "<u8")
    check(len(hashes) <= KEPT and bool((hashes[1:] > hashes[:-1]).all()), "its hashes aren't in order")
    return Distinct(hashes)


def _packed(numbers: Any) -> str:
    return b64encode(np.ascontiguousarray(numbers, numbers.dtype.newbyteorder("<")).tobytes()).decode()


def _unpacked_numbers(told: str, kind: str) -> Any:
    return np.frombuffer(b64decode(told, validate=True), kind).astype(kind[1:])
