"""Logged rows as columns: each column's values beside each other, by Arrow where they are of one type.

A log has millions of values, and an object of Python's for each of them would take minutes and gigabytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

Values = Any
"""A column: an Arrow array, or a NumPy array of objects where its values are of several types."""
Numbers = np.ndarray[Any, np.dtype[np.int64]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Prediction(NamedTuple):
    """One row that was asked about, and the answer. `where` is the event's id and the row's number in it."""

    time: datetime
    where: str
    row: Mapping[str, Any]
    prediction: Any
    probability: Any


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Sequence[Prediction]):
    """Rows of a log, in the order of time.

    `time` is in microseconds since 1970, `ids` names the events, `event` and `number` say for each row which event it
    came in and as which of its rows. A column that a row doesn't hold is None in it.
    """

    time: Numbers
    ids: Sequence[str]
    event: Numbers
    number: Numbers
    columns: Mapping[str, Values] = field(default_factory=dict)
    prediction: Values = ()
    probability: Values = ()

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.time)

    def __getitem__(self, at: Any) -> Any:
        """Return one row, or those of a slice."""
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        row = {name: _one(values, at) for name, values in self.columns.items()}
        moment = _EPOCH + int(self.time[at]) * _MICROSECOND
        return Prediction(moment, self.where(at), row, _one(self.prediction, at), _one(self.probability, at))

    def __eq__(self, other: object) -> bool:
        """Tell whether these are the same rows."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def where(self, at: int) -> str:
        """Return where a row stands in the log: its event's id and its number in it."""
        return f"{self.ids[self.event[at]]}#{self.number[at]}"


def rows_of(predictions: Sequence[Prediction]) -> Rows:
    """Return predictions as columns; what is columns already stays as it is."""
    if isinstance(predictions, Rows):
        return predictions
    names = dict.fromkeys(name for one in predictions for name in one.row)
    told = [one.where.rpartition("#") for one in predictions]
    return Rows(
        np.array([micros(one.time) for one in predictions], dtype=np.int64),
        [event for event, _, _ in told],
        np.arange(len(predictions)),
        np.array([int(number or 0) for _, _, number in told], dtype=np.int64),
        {name: objects([one.row.get(name) for one in predictions]) for name in names},
        objects([one.prediction for one in predictions]),
        objects([one.probability for one in predictions]),
    )


def micros(moment: datetime) -> int:
    """Return a moment in microseconds since 1970; one without a zone is UTC's."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def objects(values: Sequence[Any]) -> Values:
    """Return values of whatever types as a column."""
    return np.fromiter(values, object, len(values))


def listed(values: Values) -> list[Any]:
    """Return a column's values as Python's own."""
    return list(values.to_pylist() if isinstance(values, pa.Array) else values.tolist())


def joined(parts: Sequence[tuple[Values | None, int]]) -> Values:
    """Join the parts of a column; of a part without the column, so many values are missing."""
    parts = [(None if part is None or is_empty(part) else part, size) for part, size in parts]
    known = [part for part, _ in parts if part is not None]
    types = {part.type if isinstance(part, pa.Array) else None for part in known}
    if {kind for kind in types if kind and is_coded(kind)} and types <= {pa.string(), *filter(is_coded, types)}:
        types = {pa.string()} if pa.string() in types else {next(iter(types))}
    if len(types) == 1 and (kind := next(iter(types))) is not None:
        arrays = [pa.nulls(size, kind) if part is None else _as(part, kind) for part, size in parts]
        if is_coded(kind):
            arrays = pa.chunked_array(arrays, kind).unify_dictionaries().chunks
        return pa.concat_arrays(arrays)
    return np.concatenate([objects([None] * size if part is None else listed(part)) for part, size in parts])


def taken(values: Values, places: Any) -> Values:
    """Return the values at some places."""
    return values.take(pa.array(places)) if isinstance(values, pa.Array) else values[places]


def factored(values: Values) -> tuple[Numbers, list[Any]]:
    """Return a column as the places of its values among those that differ, and these; what is missing is None."""
    if getattr(values, "dtype", None) in (np.int64, np.float64, np.bool_):
        values = pa.array(np.asarray(values))
    if not isinstance(values, pa.Array):
        values = _texts(values)
    if not isinstance(values, pa.Array):
        told = list(values) if isinstance(values, list) else values.tolist()
        places = {value: place for place, value in enumerate(dict.fromkeys(told))}
        return np.fromiter((places[value] for value in told), np.int64, len(told)), list(places)
    coded = values if is_coded(values.type) else values.dictionary_encode()
    distinct, codes = coded.dictionary.to_pylist(), coded.indices
    if codes.null_count:
        codes = codes.fill_null(len(distinct))
        distinct = [*distinct, None]
    return codes.to_numpy(zero_copy_only=False), distinct


def narrowed(values: Values) -> Values:
    """Return the same with as narrow places of its texts as they need."""
    if not isinstance(values, pa.Array) or not is_coded(values.type) or len(values.dictionary) >= 2**15:
        return values
    places = values.indices.cast(pa.int8() if len(values.dictionary) < 2**7 else pa.int16())
    return pa.DictionaryArray.from_arrays(places, values.dictionary)


def _texts(values: Any) -> Values:
    """Return values as Arrow's where all are texts: a million of them in the place of a million objects."""
    if str(getattr(values, "dtype", "")) != "object":
        return values
    try:
        return pa.array(values, pa.string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError):
        return values


def packed(values: pa.Array) -> pa.Array:
    """Return texts in as little room as they need: by their places among those that differ, where few do."""
    coded = values.dictionary_encode()
    return coded if 2 * len(coded.dictionary) <= len(values) else values


def _as(part: Values, kind: Any) -> Values:
    return part if part.type == kind else part.cast(kind)


def is_empty(values: Values) -> bool:
    """Tell whether nothing is known of a column but that it is missing."""
    return not isinstance(values, pa.Array) and all(value is None for value in values)


def is_coded(kind: Any) -> bool:
    """Tell whether a type is that of texts by their places among those that differ."""
    return kind is not None and pa.types.is_dictionary(kind)


def _one(values: Values, at: int) -> Any:
    if not len(values):
        return None
    return values[at].as_py() if isinstance(values, pa.Array) else values[at]
