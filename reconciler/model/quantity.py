"""Quantities with units, as Kubernetes writes them (`500m`, `2Gi`), and durations (`30s`, `7d`)."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_SCALE = {
    "": 1.0,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?", re.ASCII)
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", re.ASCII)
_LONGEST = 36500 * 86400.0


def parse_quantity(value: Any) -> float:
    """Read a Kubernetes quantity to a plain number (cores, bytes, devices).

    Raises:
        ValueError: the text is no quantity, or it is negative.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 <= value < float("inf"):
            raise ValueError(f"a quantity is a number from 0 up, not {value}")
        return float(value)
    match = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 40 else None
    if not match:
        raise ValueError("expected a Kubernetes quantity such as 2, 500m or 2Gi")
    return float(match[1]) * _SCALE[match[2] or ""]


def parse_duration(value: Any) -> timedelta:
    """Read a duration such as `30s`, `1h30m` or `7d`.

    Raises:
        ValueError: the text is no duration, or it is longer than 100 years.
    """
    if isinstance(value, timedelta):
        return value
    text = value.strip() if isinstance(value, str) and len(value) < 40 else ""
    parts = _DURATION.findall(text)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if not parts or "".join(number + unit for number, unit in parts) != text or seconds > _LONGEST:
        raise ValueError("expected a duration such as 30s, 15m, 1h30m or 7d")
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """Write a duration in the form that `parse_duration` reads, largest units first."""
    rest, parts = round(value.total_seconds() * 1000), []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


Quantity = Annotated[
    float,
    BeforeValidator(parse_quantity),
    WithJsonSchema(
        {"type": ["number", "string"], "examples": ["500m", "2Gi", 1], "description": "A Kubernetes quantity."}
    ),
]
"""A non-negative number with an optional Kubernetes suffix."""

Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^([0-9.]+(ms|s|m|h|d|w))+$", "examples": ["30s", "7d"]}),
]
"""A span of time, written `30s`, `1h30m` or `7d`."""
