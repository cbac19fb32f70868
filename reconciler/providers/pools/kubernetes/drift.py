"""Drift: whether an object has all that we gave it. Others may add to it.

Amounts may be written in other units.
"""

from typing import Any

from reconciler.model.quantity import parse_quantity


def difference(desired: Any, actual: Any, path: str = "") -> str:
    """Return where an object first differs from what we want of it; empty where it doesn't."""
    if isinstance(desired, dict):
        if not isinstance(actual, dict):
            return path if desired else ""
        found = (difference(value, actual.get(key), f"{path}.{key}" if path else key) for key, value in desired.items())
        return next(filter(None, found), "")
    if isinstance(desired, list):
        if not isinstance(actual, list) or len(desired) != len(actual):
            return path
        pairs = enumerate(zip(desired, actual, strict=True))
        return next(filter(None, (difference(one, other, f"{path}[{place}]") for place, (one, other) in pairs)), "")
    return "" if desired == actual or _is_same_amount(desired, actual) else path


def _is_same_amount(one: Any, other: Any) -> bool:
    try:
        return parse_quantity(one) == parse_quantity(other)
    except ValueError:
        return False
