"""Blocks of a log, read as columns: by Arrow where all lines are as the replica writes them, else line by line.

Both tell the same of the same lines. The quick way has a schema, which is learned from the lines themselves: a block
that doesn't fit it, for whatever reason, is read the other way, and the schema learns what it saw there.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import json as arrow_json

from runners.monitor.events import EVENT, Event, event_of, is_answered, seconds_of
from runners.monitor.rows import Numbers, Values, micros, objects, packed

SIZE = 2**20
"""Bytes of a block; a longer line is a block by itself."""

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
    """Yield whole lines of a folder's `*.jsonl` files, at any depth, some mebibytes at a time."""
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open("rb") as file:
            while block := file.read(SIZE):
                yield block + file.readline()


class Reader:
    """Reads blocks.

    Args:
        names: the columns that are kept; without it all are, and every line is read by itself.
        kept: what is kept of a row, where that isn't some of its columns.
    """

    def __init__(self, names: Collection[str] | None = None, kept: Kept | None = None) -> None:
        self._names, self._kept = names, kept
        self._shape: _Shape | None = _Shape(dict.fromkeys(names, None)) if names is not None and not kept else None

    def read(self, lines: bytes) -> Block:
        """Read whole lines."""
        block = self._quickly(lines) if self._shape and self._shape.is_known else None
        return block or self._slowly(lines)

    def _quickly(self, lines: bytes) -> Block | None:
        """Read lines by Arrow; None where they aren't all as it is told to expect them."""
        assert self._shape
        count = _objects_in(lines)
        if not count or not _is_utf8(lines) or any(_quoted(name) in lines for name in self._shape.unknown):
            return None
        options = arrow_json.ParseOptions(explicit_schema=self._shape.schema(), unexpected_field_behavior="ignore")
        reading = arrow_json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
        try:
            table = arrow_json.read_json(pa.BufferReader(lines), reading, options)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        if table.num_rows != count:
            return None
        return _block_of(table.combine_chunks().to_batches()[0], self._shape)

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
        shape = self._shape or _Shape({})
        predictions = [answer for event in events for answer in event.data["prediction"]]
        probabilities = [p for event in events for p in event.data.get("probability") or [None] * _size(event)]
        return Answers(
            np.array([_size(event) for event in events], dtype=np.int64),
            {name: _typed([row.get(name) for row in rows], shape.columns.get(name)) for name in names},
            _typed(predictions, shape.prediction),
            _typed(probabilities, shape.probability),
        )


_NEWLINE, _BRACE = b"\n{"
_ENVELOPE = (("id", pa.string()), ("time", pa.string()), ("type", pa.string()))
_TYPES: Mapping[type, Any] = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
_WIDER = {frozenset({pa.int64(), pa.float64()}): pa.float64()}


@dataclass(frozen=True, slots=True)
class _Shape:
    """The Arrow types of the columns of rows, and of the answers; None of what wasn't seen yet."""

    columns: Mapping[str, Any]
    prediction: Any = None
    probability: Any = None

    @property
    def is_known(self) -> bool:
        """Tell whether enough was seen to read by it."""
        return self.prediction is not None and any(self.columns.values())

    @property
    def unknown(self) -> list[str]:
        """Return the columns that no row held yet."""
        return [name for name, kind in self.columns.items() if kind is None]

    def schema(self) -> Any:
        """Return what Arrow is to expect."""
        row = pa.struct([(name, kind) for name, kind in self.columns.items() if kind is not None])
        data = [("rows", pa.list_(row)), ("prediction", pa.list_(self.prediction)), ("status", pa.int64())]
        data += [("probability", pa.list_(self.probability))] if self.probability is not None else []
        data += [("seconds", pa.float64()), ("model", pa.string())]
        return pa.schema([*_ENVELOPE, ("data", pa.struct(data))])

    def seeing(self, events: Sequence[Event]) -> "_Shape":
        """Return the shape that fits these events too, as far as one does."""
        answered = [event.data for event in events if is_answered(event.data)]
        rows = [row for data in answered for row in data["rows"]]
        columns = {name: _type(kind, [row.get(name) for row in rows]) for name, kind in self.columns.items()}
        prediction = _type(self.prediction, [one for data in answered for one in data["prediction"]])
        return _Shape(columns, prediction, self._probability(answered))

    def _probability(self, answered: Sequence[Mapping[str, Any]]) -> Any:
        told = [one for data in answered for one in data.get("probability") or ()]
        if self.probability is None and any(isinstance(one, list) for one in told):
            return pa.list_(pa.float64())
        return self.probability or (pa.float64() if any(isinstance(one, float) for one in told) else None)


def _type(known: Any, values: Sequence[Any]) -> Any:
    """Return the type of values, wider than what was known if need be; what no type fits is left to the other way."""
    found = {_TYPES.get(kind) for kind in set(map(type, values)) - {type(None)}} | ({known} - {None})
    if len(found) == 1:
        return next(iter(found))
    return _WIDER.get(frozenset(found), known)


def _typed(values: Sequence[Any], kind: Any) -> Values:
    """Return values as Arrow's of a type where all are; as Python's own else."""
    try:
        made = None if kind is None else pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeError):
        made = None
    return objects(values) if made is None else packed(made) if pa.types.is_string(kind) else made


def _block_of(table: Any, shape: _Shape) -> Block | None:
    """Return a block of Arrow's events; None where one of them isn't whole."""
    data = _fields(table)
    times = _moments(table.column("time"))
    kinds = table.column("type")
    if times is None or table.column("id").null_count or data["status"].null_count or table.column("data").null_count:
        return None
    if kinds.null_count or not pc.all(pc.equal(kinds, EVENT)).as_py():
        return None
    answered = pc.equal(data["status"], 200)
    told = _whole(data, answered)
    if told is None:
        return None
    return Block(
        ids=table.column("id").to_pylist(),
        time=times,
        answered=np.asarray(answered),
        models=data["model"].to_pylist(),
        seconds=data["seconds"].to_numpy(zero_copy_only=False),
        rows=lambda wanted: _answers(data, told, wanted, shape),
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


def _whole(data: Mapping[str, Any], answered: Any) -> Numbers | None:
    """Return how many rows each event has; None where rows of an answered one lack their answers."""
    is_answered = np.asarray(answered)
    sizes = _sizes(data["rows"])
    others = [_sizes(data[name]) for name in ("prediction", "probability") if name in data]
    if (sizes[is_answered] < 0).any() or any((sizes != other)[is_answered].any() for other in others):
        return None
    return None if data["rows"].values.null_count else sizes


def _sizes(lists: Any) -> Numbers:
    """Return how long lists are; -1 for none."""
    return np.asarray(pc.fill_null(pc.list_value_length(lists), -1)).astype(np.int64)


def _answers(data: Mapping[str, Any], sizes: Numbers, wanted: Any, shape: _Shape) -> Answers:
    mask = pa.array(np.asarray(wanted, dtype=bool))
    lists = [data[name] for name in ("rows", "prediction", "probability") if name in data]
    if not all(wanted):
        lists = [one.filter(mask) for one in lists]
    rows, prediction, *probability = (one.flatten() for one in lists)
    columns = dict(zip([name for name, kind in shape.columns.items() if kind is not None], rows.flatten(), strict=True))
    columns = {name: packed(values) if pa.types.is_string(values.type) else values for name, values in columns.items()}
    return Answers(sizes[np.asarray(wanted)], columns, prediction, probability[0] if probability else None)


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
