"""One line of a payload log as an event, in Python's own values."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import nan
from typing import Any, NamedTuple

EVENT = "io.setpoint.inference"


class Event(NamedTuple):
    """An event that could be read."""

    id: str
    time: datetime
    data: Mapping[str, Any]
    subject: str = ""
    """The revision that answered."""


def event_of(line: bytes) -> Event | None:
    """Read one line; None where it isn't a whole event of ours."""
    try:
        told = json.loads(line)
        moment = datetime.fromisoformat(told["time"])
        data = _with_names(told["data"])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        event = Event(str(told["id"]), moment, data, str(told.get("subject", "")))
    except (ValueError, KeyError, TypeError):
        return None
    return event if told.get("type", EVENT) == EVENT and _is_whole(event.data) else None


def _with_names(data: Any) -> Any:
    """Return the data of an event with rows that name their columns, as replicas wrote them before `columns`."""
    names, rows = (data.get(name) for name in ("columns", "rows")) if isinstance(data, dict) else (None, None)
    if not rows or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return data
    if not isinstance(names, list) or set(map(type, names)) != {str} or len(set(names)) != len(names):
        return {**data, "rows": None}
    if any(len(row) != len(names) for row in rows):
        return {**data, "rows": None}
    return {**data, "rows": [dict(zip(names, row, strict=True)) for row in rows]}


def _is_whole(data: Any) -> bool:
    """Tell whether every row of an answered request has its answer; what failed needs none."""
    if not isinstance(data, dict) or not is_answered(data):
        return isinstance(data, dict)
    parts = [data.get("rows"), data.get("prediction"), data.get("probability") or data.get("prediction")]
    sizes = {len(part) if isinstance(part, list) else None for part in parts}
    return len(sizes) == 1 and None not in sizes and all(isinstance(row, dict) for row in data["rows"])


def is_answered(data: Mapping[str, Any]) -> bool:
    """Tell whether a request was answered by the model."""
    return bool(data.get("status", 200) == 200)


def seconds_of(data: Mapping[str, Any]) -> float:
    """Return how long the model took; NaN where that isn't told."""
    told = data.get("seconds")
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else nan
