"""Debezium's values, by the semantic names of their schemas: numbers that are days, bytes that are decimals.

What a clock of four-digit years can't hold is a text in ISO 8601, as far as that goes; a time without a day is a text.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Any

from runners.contract.mistakes import as_written

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORDINAL = date(1970, 1, 1).toordinal()
_DAY = 86_400
_MOST_DIGITS = 200_000
"""More digits than a numeric of PostgreSQL has."""


def read_value(value: Any, schema: Mapping[str, Any]) -> Any:
    """Read a value as its schema says.

    Args:
        value: as JSON has it.
        schema: the column's; an empty one says nothing, and the value stays as it is.

    Raises:
        ValueError: it is something else.
        TypeError: the same.
    """
    if value is None:
        return None
    if (read := _READ.get(str(schema.get("name")))) is not None:
        return read(value, schema)
    if schema.get("type") == "bytes":
        return base64.b64decode(_text(value), validate=True)
    items = schema.get("items")
    if schema.get("type") == "array" and isinstance(items, Mapping) and isinstance(value, list):
        return [read_value(one, items) for one in value]
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{as_written(value)} is no text")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{as_written(value)} is no whole number")
    return value


def _decimal(value: Any, schema: Mapping[str, Any]) -> Decimal:
    """Read an unscaled number, big-endian in two's complement, with the scale that the schema tells."""
    if not isinstance(value, str):  # decimal.handling.mode: double, or a converter's numbers
        return Decimal(str(value))
    parameters = schema.get("parameters")
    scale = int(parameters["scale"]) if isinstance(parameters, Mapping) else 0
    return _scaled(value, scale)


def _scaled(text: str, scale: int) -> Decimal:
    if abs(scale) > _MOST_DIGITS:
        raise ValueError(f"a scale of {scale}")
    unscaled = int.from_bytes(base64.b64decode(text, validate=True), "big", signed=True)
    return Decimal(unscaled).scaleb(-scale, Context(prec=_MOST_DIGITS))


def _variable(value: Any, _schema: Mapping[str, Any]) -> Decimal:
    if not isinstance(value, Mapping):
        raise TypeError(f"{as_written(value)} is no number with its scale")
    return _scaled(_text(value["value"]), _whole(value["scale"]))


def _day(value: Any, _schema: Mapping[str, Any]) -> date | str:
    days = _whole(value)
    try:
        return date.fromordinal(_ORDINAL + days)
    except (ValueError, OverflowError):
        return f"{days} days after 1970-01-01"


def _since(per_second: int) -> Callable[[Any, Mapping[str, Any]], datetime | str]:
    """Return what reads moments that are counted from 1970 on, in UTC."""

    def read(value: Any, _schema: Mapping[str, Any]) -> datetime | str:
        count = _whole(value)
        try:
            return _EPOCH + timedelta(microseconds=count * 1_000_000 // per_second)
        except OverflowError:
            return f"{count // per_second} seconds after 1970-01-01"

    return read


def _within(per_second: int) -> Callable[[Any, Mapping[str, Any]], str]:
    """Return what reads times of a day that are counted from midnight on."""

    def read(value: Any, _schema: Mapping[str, Any]) -> str:
        seconds, rest = divmod(_whole(value), per_second)
        if not 0 <= seconds <= _DAY:
            raise ValueError(f"{as_written(value)} is no time of a day")
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        micros = rest * 1_000_000 // per_second
        return f"{clock}.{micros:06}" if micros else clock

    return read


def _zoned(value: Any, _schema: Mapping[str, Any]) -> datetime | str:
    text = _text(value)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _bits(value: Any, schema: Mapping[str, Any]) -> str:
    """Read bits, the lowest byte first, as PostgreSQL writes them."""
    number = int.from_bytes(base64.b64decode(_text(value), validate=True), "little")
    parameters = schema.get("parameters")
    length = int(parameters["length"]) if isinstance(parameters, Mapping) else number.bit_length()
    return f"{number:0{min(length, _MOST_DIGITS)}b}"


_READ: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = MappingProxyType(
    {
        "org.apache.kafka.connect.data.Decimal": _decimal,
        "org.apache.kafka.connect.data.Date": _day,
        "org.apache.kafka.connect.data.Time": _within(1_000),
        "org.apache.kafka.connect.data.Timestamp": _since(1_000),
        "io.debezium.data.VariableScaleDecimal": _variable,
        "io.debezium.data.Bits": _bits,
        "io.debezium.time.Date": _day,
        "io.debezium.time.Time": _within(1_000),
        "io.debezium.time.MicroTime": _within(1_000_000),
        "io.debezium.time.NanoTime": _within(1_000_000_000),
        "io.debezium.time.Timestamp": _since(1_000),
        "io.debezium.time.MicroTimestamp": _since(1_000_000),
        "io.debezium.time.NanoTimestamp": _since(1_000_000_000),
        "io.debezium.time.ZonedTimestamp": _zoned,
    }
)
"""How values are read, by the names of their schemas. All others are as JSON has them."""
