"""Watermarks: how far a growing source was read, in the database's own values, and how those are kept as JSON.

They are compared by the database alone, so that its order is the one that counts, whatever a value means to others.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from runners.contract import InputError
from runners.contract.mistakes import as_written

WHERE = "source.sql.incremental.watermark"
Watermark = int | float | str | Decimal | datetime | date
"""A value of a column that grows."""

_MINUTE, _SECOND = 16, 19
"""Characters of a moment in ISO 8601 up to its minutes and its seconds."""


def as_json(value: Watermark | None) -> dict[str, Any] | None:
    """Write a watermark, by what it is.

    Raises:
        InputError: it is nothing that grows.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal | datetime | date):
        what = f"a watermark is a number, a moment or a text, and this column holds {type(value).__name__}"
        raise InputError(what, WHERE, "choose a column that grows with every row, such as updated_at")
    kind = next(name for name, kind in _KINDS.items() if type(value) is kind or isinstance(value, kind))
    return {kind: value if kind in ("integer", "number", "text") else str(value)}


_KINDS: Mapping[str, type] = {
    "integer": int, "number": float, "text": str, "decimal": Decimal, "moment": datetime, "day": date
}  # fmt: skip
_READ: Mapping[str, Callable[[Any], Watermark]] = {
    "integer": int,
    "number": float,
    "text": str,
    "decimal": Decimal,
    "moment": lambda told: datetime.fromisoformat(str(told)),
    "day": lambda told: date.fromisoformat(str(told)),
}


def from_json(told: Any) -> Watermark | None:
    """Read what `as_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    if told is None:
        return None
    if not isinstance(told, Mapping) or len(told) != 1 or not set(told) <= set(_READ):
        raise ValueError(f"{as_written(told)} is no watermark")
    ((kind, value),) = told.items()
    try:
        return _READ[kind](value)
    except (TypeError, ArithmeticError) as error:
        raise ValueError(f"{as_written(told)} is no watermark") from error


def before(value: Watermark | None, lag: float) -> Watermark | None:
    """Return the watermark from which on rows may still come or change: a span before the highest, or a bit more.

    Raises:
        InputError: it is a text that is no moment.
    """
    if value is None or not lag:
        return value
    if isinstance(value, str):
        return _text_before(value, lag)
    if isinstance(value, datetime):
        return _earlier(value, lag)
    if isinstance(value, date):
        return (_earlier(datetime.combine(value, datetime.min.time()), lag)).date()
    if isinstance(value, int):
        return value - math.ceil(lag)
    return value - (Decimal(lag) if isinstance(value, Decimal) else lag)  # type: ignore[operator]


def _earlier(moment: datetime, lag: float) -> datetime:
    try:
        return moment - timedelta(seconds=lag)
    except OverflowError:
        return moment.min.replace(tzinfo=moment.tzinfo)


def _text_before(text: str, lag: float) -> str:
    """Write an earlier moment as the text is written, no more exactly: of equal beginnings the shorter one is lower."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        what = f"it holds texts that are no moments, from which no lag of {lag:g} can be taken"
        raise InputError(what, WHERE, "leave out `lag`, or let the query cast the column to a moment") from None
    written = _earlier(moment.replace(tzinfo=None), lag).isoformat(sep=text[10] if len(text) > 10 else "T")
    return written[: min(_SECOND, len(text))] if len(text) >= _MINUTE else written[:10]
