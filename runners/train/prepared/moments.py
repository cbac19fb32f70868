"""Moments: microseconds from 1970 in UTC, taken apart by whole numbers alone, so that no calendar can differ.

The civil date is found by Howard Hinnant's algorithm (https://howardhinnant.github.io/date_algorithms.html), which
holds for every day of the proleptic Gregorian calendar, before 1970 too.
"""

from datetime import UTC, datetime

import numpy as np
from onnx import TensorProto

from runners.contract.preparations import Moments
from runners.models.columns import NO_MOMENT
from runners.train.prepared.columns import Given, Number
from runners.train.prepared.graph import Graph

_DAY, _HOUR, _MINUTE = 86_400_000_000, 3_600_000_000, 60_000_000
_TO_MARCH_0, _ERA = 719_468, 146_097
"""Days from the first of March of the year 0 to 1970, and of 400 years."""


def parts_of(given: Given, how: Moments) -> tuple[Number, ...]:
    """Return the parts of a moment as numbers, missing where it is."""
    graph = given.graph
    is_missing = graph.add("Equal", given.tensor, np.int64(NO_MOMENT))
    moment = graph.add("Where", is_missing, np.int64(0), given.tensor)
    day = _floored(graph, moment, _DAY)
    made = {
        "hour": lambda: _floored(graph, graph.add("Mod", moment, np.int64(_DAY)), _HOUR),
        "minute": lambda: _floored(graph, graph.add("Mod", moment, np.int64(_HOUR)), _MINUTE),
        "weekday": lambda: graph.add("Mod", graph.add("Add", day, np.int64(3)), np.int64(7)),
    }
    date = _date(graph, day) if {"year", "month", "day"} & set(how.parts) else {}
    numbers = []
    for part in how.parts:
        if part == "elapsed":
            value = _elapsed(graph, moment, how.since)
        else:
            whole = date[part] if part in date else made[part]()
            value = graph.add("Cast", whole, to=TensorProto.DOUBLE)
        numbers.append(Number(f"{given.name}.{part}", graph.add("Where", is_missing, np.float64(np.nan), value)))
    return tuple(numbers)


def _elapsed(graph: Graph, moment: str, since: str) -> str:
    """Return days from a moment on. It is subtracted from whole numbers first, so that no microsecond is lost."""
    start = datetime.fromisoformat(since)
    start = start.replace(tzinfo=UTC) if start.tzinfo is None else start
    micros = (start - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e6
    away = graph.add("Cast", graph.add("Sub", moment, np.int64(micros)), to=TensorProto.DOUBLE)
    return graph.add("Div", away, np.float64(_DAY))


def _floored(graph: Graph, value: str, by: int) -> str:
    """Divide downwards; `Div` of whole numbers goes towards zero, which is another day before 1970."""
    rest = graph.add("Mod", value, np.int64(by))
    return graph.add("Div", graph.add("Sub", value, rest), np.int64(by))


def _date(graph: Graph, day: str) -> dict[str, str]:
    """Return year, month and day of the month of a day from 1970; years begin in March on the way."""
    shifted = graph.add("Add", day, np.int64(_TO_MARCH_0))
    era, of_era = _floored(graph, shifted, _ERA), graph.add("Mod", shifted, np.int64(_ERA))
    corrected = of_era
    for sign, days in (("Sub", 1460), ("Add", 36_524), ("Sub", 146_096)):
        corrected = graph.add(sign, corrected, graph.add("Div", of_era, np.int64(days)))
    year_of_era = graph.add("Div", corrected, np.int64(365))
    leaps = graph.add("Sub", graph.add("Div", year_of_era, np.int64(4)), graph.add("Div", year_of_era, np.int64(100)))
    before = graph.add("Add", graph.add("Mul", year_of_era, np.int64(365)), leaps)
    of_year = graph.add("Sub", of_era, before)
    month_0 = graph.add("Div", _plus(graph, _times(graph, of_year, 5), 2), np.int64(153))
    start = graph.add("Div", _plus(graph, _times(graph, month_0, 153), 2), np.int64(5))
    is_late = graph.add("Greater", month_0, np.int64(9))
    month = graph.add("Where", is_late, _plus(graph, month_0, -9), _plus(graph, month_0, 3))
    year = graph.add("Add", year_of_era, _times(graph, era, 400))
    year = graph.add("Add", year, graph.add("Cast", is_late, to=TensorProto.INT64))
    return {"year": year, "month": month, "day": _plus(graph, graph.add("Sub", of_year, start), 1)}


def _times(graph: Graph, value: str, by: int) -> str:
    return graph.add("Mul", value, np.int64(by))


def _plus(graph: Graph, value: str, more: int) -> str:
    return graph.add("Add", value, np.int64(more))
