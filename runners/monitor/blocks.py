"""Blocks of a log, read as columns: by Arrow where all lines are as the replica writes them, else line by line.

Both tell the same of the same lines. The quick way has a schema, which is learned from the lines themselves: a block
that doesn't fit it, for whatever reason, is read the other way, and the schema learns what it saw there.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import json as arrow_json

from runners.monitor.cells import Lists, Table, lists_of, table_of
from runners.monitor.events import EVENT, Event, event_of, is_answered, seconds_of
from runners.monitor.pieces import Cut, cut
from runners.monitor.rows import Numbers, Values, micros, packed
from runners.monitor.shapes import Shape, typed

SIZE = 2**21
"""Bytes of a block; a longer line is a block by itself."""
_FIRST = 2**15
"""Bytes of the first block, which is read line by line."""

Kept = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""What is kept of a row."""


class Answers(NamedTuple):
    """The rows of some events: how many each has, their columns, and what was answered."""

    sizes: Numbers
    columns: dict[str, Values]
    prediction: Values
    probability: Values | None


@dataclass(frozen=True, slots=True)
class Block:
    """The events of a block: `answered` tells which were, `rows` gives those of some of the answered ones.

    `seconds` is how long the model took, NaN where an event doesn't tell it; `broken` counts lines that are no event.
    """

    ids: Sequence[str]
    time: Numbers
    answered: Any
    models: Sequence[Any]
    seconds: Any
    rows: Callable[[Any], Answers]
    broken: int = 0


def lines_of(folder: Path) -> Iterator[bytes]:
    """Yield whole lines of a folder's `*.jsonl` files, at any depth, two mebibytes at a time."""
    size = min(_FIRST, SIZE)
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open("rb") as file:
            while block := file.read(size):
                yield block + file.readline()
                size = SIZE


class Reader:
    """Reads blocks.

    Args:
        names: the columns that are kept; without it all are, and every line is read by itself.
        kept: what is kept of a row, where that isn't some of its columns.
    """

    def __init__(self, names: Collection[str] | None = None, kept: Kept | None = None) -> None:
        self._names, self._kept = names, kept
        self._shape: Shape | None = Shape(dict.fromkeys(names, None)) if names is not None and not kept else None

    def read(self, lines: bytes) -> Block:
        """Read whole lines."""
        block = self._quickly(lines) if self._shape and self._shape.is_known else None
        return block or self._slowly(lines)

    def _quickly(self, lines: bytes) -> Block | None:
        """Read lines by Arrow; None where they aren't all as it is told to expect them."""
        assert self._shape
        shape = self._shape
        if not _is_utf8(lines):
            return None
        if pieces := (shape.has_numbers and cut(lines, with_answers=True)) or cut(lines):
            return self._of_lists(pieces)
        if any(_quoted(name) in lines for name in shape.unknown):
            return None
        table = _table(lines, shape.schema())
        return table and _block_of(table, lambda data: _of_objects(data, shape))

    def _of_lists(self, pieces: Cut) -> Block | None:
        assert self._shape
        cells, answers = table_of(pieces, self._shape), _answers_of(pieces, self._shape)
        if cells is None or None in answers.values():
            return None
        table = _table(pieces.heads, self._shape.schema(of_numbers=("rows", *answers)))
        return table and _block_of(table, lambda data: _of_cells(data, cells), answers)

    def _slowly(self, lines: bytes) -> Block:
        told = [line for line in lines.split(b"\n") if line.strip()]
        events = [event for event in map(event_of, told) if event]
        if self._shape:
            self._shape = self._shape.seeing(events)
        return Block(
            ids=[event.id for event in events],
            time=np.array([micros(event.time) for event in events], dtype=np.int64),
            answered=np.array([is_answered(event.data) for event in events], dtype=bool),
            models=[event.data.get("model") for event in events],
            seconds=np.array([seconds_of(event.data) for event in events], dtype=float),
            rows=lambda wanted: self._rows([event for event, is_in in zip(events, wanted, strict=True) if is_in]),
            broken=len(told) - len(events),
        )

    def _rows(self, events: Sequence[Event]) -> Answers:
        rows = [self._kept(row) if self._kept else row for event in events for row in event.data["rows"]]
        names = (
            dict.fromkeys(name for row in rows for name in row) if self._names is None or self._kept else self._names
        )
        shape = self._shape or Shape({})
        predictions = [answer for event in events for answer in event.data["prediction"]]
        probabilities = [p for event in events for p in event.data.get("probability") or [None] * _size(event)]
        return Answers(
            np.array([_size(event) for event in events], dtype=np.int64),
            {name: typed([row.get(name) for row in rows], shape.columns.get(name)) for name in names},
            typed(predictions, shape.prediction),
            typed(probabilities, shape.probability),
        )


_NEWLINE, _BRACE = b"\n{"


def _table(lines: bytes, schema: Any) -> Any:
    """Read lines by Arrow, each as an event; None where they aren't all as it is told to expect them."""
    count = _objects_in(lines)
    if not count:
        return None
    options = arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    reading = arrow_json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
    try:
        table = arrow_json.read_json(pa.BufferReader(lines), reading, options)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return table.combine_chunks().to_batches()[0] if table.num_rows == count else None


class _Rows(NamedTuple):
    """The rows of a block's events: how many each has, -1 for none, and the columns of those of some events."""

    sizes: Numbers
    columns: Callable[[Any], dict[str, Values]]


def _answers_of(pieces: Cut, shape: Shape) -> dict[str, Lists | None]:
    """Read the answers that were cut out; None in the place of those that aren't as the shape tells to expect them."""
    told = {"prediction": (pieces.predictions, shape.prediction)} if pieces.predictions else {}
    if told and shape.probability is not None:
        told["probability"] = (pieces.probabilities, shape.probability)
    return {name: lists_of(cells, kind) for name, (cells, kind) in told.items()}


def _block_of(
    table: Any,
    rows_of: Callable[[Mapping[str, Any]], _Rows | None],
    answers: Mapping[str, Lists | None] = MappingProxyType({}),
) -> Block | None:
    """Return a block of Arrow's events; None where one of them isn't whole.

    Args:
        table: the events.
        rows_of: returns their rows.
        answers: what of their answers isn't in the table: there stands its number.
    """
    data = _fields(table)
    data |= {name: lists and lists.of(data[name]) for name, lists in answers.items()}
    if any(data[name] is None for name in answers):
        return None
    times = _moments(table.column("time"))
    kinds = table.column("type")
    if times is None or table.column("id").null_count or data["status"].null_count or table.column("data").null_count:
        return None
    if kinds.null_count or not pc.all(pc.equal(kinds, EVENT)).as_py():
        return None
    answered = pc.equal(data["status"], 200)
    rows = rows_of(data)
    if rows is None or not _is_whole(data, rows.sizes, np.asarray(answered)):
        return None
    return Block(
        ids=table.column("id").to_pylist(),
        time=times,
        answered=np.asarray(answered),
        models=data["model"].to_pylist(),
        seconds=data["seconds"].to_numpy(zero_copy_only=False),
        rows=lambda wanted: _answers(data, rows, np.asarray(wanted, dtype=bool)),
    )


def _fields(table: Any) -> dict[str, Any]:
    column = table.column("data")
    names = [column.type.field(place).name for place in range(column.type.num_fields)]
    return dict(zip(names, column.flatten(), strict=True))


def _moments(texts: Any) -> Numbers | None:
    try:
        moments = texts.cast(pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:
        return None
    return None if moments.null_count else np.asarray(moments.cast(pa.int64()))


def _is_whole(data: Mapping[str, Any], sizes: Numbers, answered: Any) -> bool:
    """Tell whether each row of an answered event has its answers."""
    others = [_sizes(data[name]) for name in ("prediction", "probability") if name in data]
    return bool((sizes[answered] >= 0).all() and all((sizes == other)[answered].all() for other in others))


def _sizes(lists: Any) -> Numbers:
    """Return how long lists are; -1 for none."""
    return np.asarray(pc.fill_null(pc.list_value_length(lists), -1)).astype(np.int64)


def _of_objects(data: Mapping[str, Any], shape: Shape) -> _Rows | None:
    """Return rows that are told as objects; None where one is none."""
    rows = data["rows"]
    names = [name for name, kind in shape.columns.items() if kind is not None]

    def columns(wanted: Any) -> dict[str, Values]:
        found = _held(rows, wanted).flatten().flatten()
        return {name: _packed(values) for name, values in zip(names, found, strict=True)}

    return None if rows.values.null_count else _Rows(_sizes(rows), columns)


def _of_cells(data: Mapping[str, Any], cells: Table) -> _Rows | None:
    """Return rows that were cut out; None where it isn't clear which are whose."""
    sizes = cells.sizes_of(data["rows"])
    if sizes is None:
        return None

    def columns(wanted: Any) -> dict[str, Values]:
        if wanted.all():
            return dict(cells.columns)
        mask = pa.array(np.repeat(wanted, np.maximum(sizes, 0)))
        return {name: values.filter(mask) for name, values in cells.columns.items()}

    return _Rows(sizes, columns)


def _answers(data: Mapping[str, Any], rows: _Rows, wanted: Any) -> Answers:
    prediction, *probability = (
        _held(data[name], wanted).flatten() for name in ("prediction", "probability") if name in data
    )
    return Answers(rows.sizes[wanted], rows.columns(wanted), prediction, probability[0] if probability else None)


def _held(lists: Any, wanted: Any) -> Any:
    return lists if wanted.all() else lists.filter(pa.array(wanted))


def _packed(values: Any) -> Values:
    return packed(values) if pa.types.is_string(values.type) else values


def _size(event: Event) -> int:
    return len(event.data["rows"])


def _objects_in(lines: bytes) -> int:
    """Return how many lines there are; 0 where one begins with something else than a JSON object, or doesn't end."""
    signs = np.frombuffer(lines, dtype=np.uint8)
    ends = np.flatnonzero(signs == _NEWLINE)
    begins = np.concatenate([[0], ends[:-1] + 1])
    return len(ends) if lines.endswith(b"\n") and (signs[begins] == _BRACE).all() else 0


def _is_utf8(lines: bytes) -> bool:
    if lines.isascii():
        return True
    try:
        lines.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _quoted(name: str) -> bytes:
    """Return a name as it stands in JSON; by what it isn't told otherwise, a name with odd letters is always seen."""
    told = json.dumps(name, ensure_ascii=False)
    return told.encode() if told[1:-1] == name and name.isascii() else b"{"
