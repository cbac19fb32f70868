"""Widening: by how much a schema would have to be wider for data that broke it to pass, with the evidence.

A range, an enumeration, a share of missing values and whole numbers that are none any more can be widened, and by
exactly what was seen. What is seen doesn't depend on the order of rows. The values of sensitive columns aren't noted.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pyarrow import compute as pc
from pydantic import ValidationError

from runners.ingest.parameters import Column, Parameters
from runners.ingest.spool import column
from runners.tables.columns import convert

MOST_NEW = 30
"""New values of an enumeration above which it isn't one."""
LONGEST = 200
"""Characters of a text above which it is no category."""
MOST_BYTES = 200_000
"""Bytes of all that is proposed, as JSON: it goes to the status."""
_SHOWN = 5
_ENDS: Mapping[str, Callable[[Sequence[Any]], Any]] = {"minimum": min, "maximum": max}
_FIELDS = ("type", "minimum", "maximum", "enum", "pattern", "missing")
_OF_VALUES = ("minimum", "maximum", "enum")
"""Fields that hold values of the column: of a sensitive one they would tell them."""


@dataclass
class _Seen:
    """What broke one field of one column: in how many rows, since when, and by which values."""

    rows: int = 0
    since: datetime | None = None
    values: set[Any] = field(default_factory=set)
    is_lost: bool = False
    """Whether no wider column would hold it."""

    def add(self, field_: str, values: Sequence[Any]) -> None:
        """Take values: of a range its end, of an enumeration all, else the first in their order."""
        self.values.update(values)
        if field_ in _ENDS and self.values:
            self.values = {_ENDS[field_](list(self.values))}
        elif field_ == "type":
            self.values = set(sorted(self.values)[:_SHOWN])
        elif len(self.values) > MOST_NEW:
            self.is_lost, self.values = True, set()


class Widening:
    """Takes note of what breaks the schema while batches pass by."""

    def __init__(self, params: Parameters) -> None:
        """Take note of nothing yet."""
        self._params = params
        self._columns: Mapping[str, Column] = params.columns or {}
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._moments: tuple[Any, Any] = (None, None)

    def note(self, name: str, field_: str, mask: Any, values: Any, batch: Any) -> None:
        """Take note of the rows of a batch that break a field of a column.

        Args:
            name: the column.
            field_: the field of its declaration.
            mask: true in these rows.
            values: the column's, of its declared type; where that is what doesn't fit, as they came.
            batch: all columns as they came.
        """
        if not mask.true_count:
            return
        seen = self._of(name, field_, mask.true_count, self._since(mask, batch))
        declared = self._columns[name]
        if field_ == "type":
            self._note_numbers(name, seen, values.filter(mask))
        elif field_ in _OF_VALUES and not declared.sensitive and not seen.is_lost:
            seen.add(field_, values.filter(mask).unique().to_pylist())

    def _of(self, name: str, field_: str, rows: int, since: datetime | None) -> _Seen:
        seen = self._seen.setdefault((name, field_), _Seen())
        seen.rows += rows
        seen.since = min((at for at in (seen.since, since) if at), default=None)
        return seen

    def _note_numbers(self, name: str, seen: _Seen, came: Any) -> None:
        """Hold what is no whole number against what the column would be held to if it were of numbers."""
        declared = self._columns[name]
        if declared.type != "integer" or seen.is_lost:
            seen.is_lost = True
            return
        numbers, lost = convert(came, "number", self._params.source.spellings.of(name))
        seen.is_lost = bool(lost.true_count)
        if seen.is_lost:
            return
        found = numbers.to_pylist()
        for field_, stranger in _strangers(declared):
            if strange := [value for value in found if stranger(value)]:
                beyond = self._of(name, field_, len(strange), seen.since)
                if not declared.sensitive and not beyond.is_lost:
                    beyond.add(field_, list(set(strange)))
        if not declared.sensitive:
            seen.add("type", found)

    def _since(self, mask: Any, batch: Any) -> datetime | None:
        """Return the first moment at which a row breaks it, where the data tells moments that may be shown."""
        stamp = self._params.timestamp
        if stamp is None or stamp in self._params.sensitive:
            return None
        if self._moments[0] is not batch:
            read = convert(column(batch, stamp), "datetime", self._params.source.spellings.of(stamp))[0]
            self._moments = (batch, read)
        found: datetime | None = pc.min(self._moments[1].filter(mask)).as_py()
        return found

    def widened(
        self, fields: Sequence[tuple[str, str]], gaping: Mapping[str, int], rows: int, types: Mapping[str, str]
    ) -> Mapping[str, Any] | None:
        """Return the fields that have to change by column, and the evidence; None where no wider schema holds the data.

        Args:
            fields: what was broken: columns, and fields of theirs.
            gaping: how many values are missing, of the columns in which that are too many.
            rows: how many rows there are.
            types: how the columns are stored.
        """
        gaps = [(name, "missing") for name in gaping]
        beside = [key for key in self._seen if key[1] != "missing"]  # a number's range, where no whole number broke it
        wanted = sorted({*fields, *beside, *gaps}, key=self._order)
        changes: dict[str, dict[str, Any]] = {}
        for name, field_ in wanted:
            new = self._new(name, field_, rows, types)
            if new is None:
                return None
            changes.setdefault(name, {})[field_] = new
        if not all(_holds(self._columns[name], changed) for name, changed in changes.items()):
            return None
        told = {"columns": changes, "evidence": [self._evidence(*key, changes, rows) for key in wanted]}
        return told if len(json.dumps(told)) <= MOST_BYTES else None

    def _order(self, key: tuple[str, str]) -> tuple[int, int]:
        """Return where a field comes among others, whichever was broken first."""
        return list(self._columns).index(key[0]), _FIELDS.index(key[1])

    def _new(self, name: str, field_: str, rows: int, types: Mapping[str, str]) -> Any:
        seen, declared = self._seen[name, field_], self._columns[name]
        if seen.is_lost or (field_ in _OF_VALUES and declared.sensitive):
            return None
        if field_ == "type":
            return "number" if types.get(name) == "number" else None
        if field_ == "missing":
            return min(1.0, round(math.floor(seen.rows / rows * 20 + 1) / 20, 2))
        if field_ in _ENDS:
            return _bound(next(iter(seen.values)))
        new = [_as_json(value) for value in sorted(seen.values)] if field_ == "enum" else [None]
        return None if None in new else [*(declared.enum or ()), *new]

    def _evidence(self, name: str, field_: str, changes: Mapping[str, Any], rows: int) -> dict[str, Any]:
        seen, declared = self._seen[name, field_], self._columns[name]
        told = {"column": name, "field": field_, "rows": seen.rows, "of": rows, "unit": declared.unit}
        told |= {"from": declared.model_dump(mode="json")[field_], "to": changes[name][field_]}
        told["since"] = seen.since.isoformat() if seen.since else None
        is_list = field_ in ("enum", "type")
        told["values"] = [_as_json(value) for value in sorted(seen.values)[:_SHOWN]] if is_list else None
        return {key: value for key, value in told.items() if value not in (None, [])}


def _strangers(declared: Column) -> Iterator[tuple[str, Callable[[float], bool]]]:
    """Yield the fields of a column that a number might break, and whether one does."""
    low, high, enum = declared.minimum, declared.maximum, declared.enum
    if low is not None:
        yield "minimum", lambda value: value < float(low)
    if high is not None:
        yield "maximum", lambda value: value > float(high)
    if enum is not None:
        yield "enum", lambda value: value not in enum


def _bound(value: int | float) -> int | float | None:
    """Return the end of a range as a spec would write it; None for one that no spec can."""
    if not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value


def _as_json(value: Any) -> Any:
    """Return a value as an enumeration of a spec may hold it; None where none can."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value if len(value) <= LONGEST and value.isprintable() and "${" not in value else None
    return value if math.isfinite(value) else None


def _holds(declared: Column, changed: Mapping[str, Any]) -> bool:
    """Tell whether a column may be declared so: one of numbers holds no whole number that a float doesn't."""
    try:
        wider = Column.model_validate({**declared.model_dump(), **changed})
    except ValidationError:
        return False
    return wider.type != "number" or all(abs(value) <= 2**53 for value in wider.enum or () if isinstance(value, int))
