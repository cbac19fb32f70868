"""What the columns of rows and of answers are made of, by Arrow's types: learned from the lines themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from runners.monitor.events import Event, is_answered
from runners.monitor.rows import Values, objects, packed

ENVELOPE = (("id", pa.string()), ("time", pa.string()), ("type", pa.string()))
_TYPES: Mapping[type, Any] = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
_FITTING = ((pa.float64(), {float, int}), (pa.int64(), {int}), (pa.string(), {str}), (pa.bool_(), {bool}))
_WIDER = {frozenset({pa.int64(), pa.float64()}): pa.float64()}


@dataclass(frozen=True, slots=True)
class Shape:
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

    @property
    def has_numbers(self) -> bool:
        """Tell whether each answer is a number, and so is its probability, if there is one."""
        return self.prediction in (pa.int64(), pa.float64()) and self.probability in (None, pa.float64())

    def schema(self, *, of_numbers: Collection[str] = ()) -> Any:
        """Return what Arrow is to expect.

        Args:
            of_numbers: what was cut out, of which only the number is there.
        """
        row = pa.struct([(name, kind) for name, kind in self.columns.items() if kind is not None])
        lists = {"rows": row, "prediction": self.prediction} | (
            {} if self.probability is None else {"probability": self.probability}
        )
        data = [(name, pa.list_(pa.int64() if name in of_numbers else kind)) for name, kind in lists.items()]
        data += [("columns", pa.list_(pa.string()))] if of_numbers else []
        data += [("status", pa.int64()), ("seconds", pa.float64()), ("model", pa.string())]
        return pa.schema([*ENVELOPE, ("data", pa.struct(data))])

    def seeing(self, events: Sequence[Event]) -> "Shape":
        """Return the shape that fits these events too, as far as one does."""
        answered = [event.data for event in events if is_answered(event.data)]
        rows = [row for data in answered for row in data["rows"]]
        columns = {name: _type(kind, [row.get(name) for row in rows]) for name, kind in self.columns.items()}
        prediction = _type(self.prediction, [one for data in answered for one in data["prediction"]])
        return Shape(columns, prediction, self._probability(answered))

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


def typed(values: Sequence[Any], kind: Any) -> Values:
    """Return values as Arrow's of a type where all are; as Python's own else."""
    is_fit = kind is not None and set(map(type, values)) - {type(None)} <= dict(_FITTING).get(kind, {list})
    try:
        made = pa.array(values, kind) if is_fit else None  # Arrow would make 7 of 7.5
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeError):
        made = None
    return objects(values) if made is None else packed(made) if pa.types.is_string(kind) else made
