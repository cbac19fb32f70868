"""The schema that the data shows, in the form of a spec's `columns`: proposed for review where a spec has none."""

import math
import re
from collections.abc import Collection, Mapping
from typing import Any

Column = Mapping[str, Any]

MOST_CLASSES = 30
FEWEST_EACH = 5
"""An enumeration is proposed when its values are seen this often on average; else the next refresh brings new ones."""
LONGEST = 200
"""Characters of a text above which it is no category."""
_NAME_OF_ROWS = re.compile(r"(^|_)(id|key|uuid|guid)$|Id$|ID$")
_ROOM = 0.1


def propose_columns(
    columns: Mapping[str, Column], identifier: str | None = None, moving: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return the schema that a table's profile shows.

    Ranges have room: a tenth of the spread on either side, outwards to a round number, but not across zero. Missing
    values that were seen are allowed up to the next higher twentieth.

    Args:
        columns: the profiles of the columns by name.
        identifier: the column that names a row.
        moving: columns whose values are others in newer rows by nature: no range and no list of values holds them.
    """
    return {
        name: _proposed(name, column, is_identifier=name == identifier, is_moving=name in moving)
        for name, column in columns.items()
    }


def _proposed(name: str, column: Column, *, is_identifier: bool, is_moving: bool) -> dict[str, Any]:
    proposed: dict[str, Any] = {"type": column["type"]} | ({"sensitive": True} if column.get("sensitive") else {})
    is_unique = is_identifier or (_NAME_OF_ROWS.search(name) is not None and 1 < column["count"] == column["distinct"])
    if is_unique:
        proposed["unique"] = True
    elif not is_moving:
        proposed |= _limits(column)
    if column["missing"]:
        proposed["missing"] = min(1.0, round(math.floor(column["missing_share"] * 20 + 1) / 20, 2))
    return proposed


def _limits(column: Column) -> dict[str, Any]:
    if column["type"] in ("integer", "number") and "minimum" in column:
        return _range(column)
    if column["type"] == "string" and _is_enumeration(column):
        return {"enum": sorted((top["value"] for top in column["top"]), key=_in_order)}
    return {}


def _in_order(value: str) -> tuple[int, str]:
    return (len(value), value) if value.isdecimal() else (0, value)


def _is_enumeration(column: Column) -> bool:
    few = 0 < column["distinct"] <= min(MOST_CLASSES, len(column["top"]))
    return few and column["count"] >= FEWEST_EACH * column["distinct"] and all(map(_is_word, column["top"]))


def _is_word(top: Mapping[str, Any]) -> bool:
    """Tell whether a text can stand in a spec as it is: short, on one line, and no interpolation."""
    text = top["value"]
    return len(text) <= LONGEST and text.isprintable() and "${" not in text


def _range(column: Column) -> dict[str, Any]:
    low, high = column["minimum"], column["maximum"]
    spread = high - low
    if column.get("infinite") or not spread:
        return {}
    if column["type"] == "integer" and column["distinct"] == 2 and spread == 1:
        return {"minimum": low, "maximum": high}
    step = 10.0 ** math.floor(math.log10(spread * _ROOM)) if spread * _ROOM > 0 else 0.0
    step = max(step, 1.0) if column["type"] == "integer" else step
    if not step:
        return {}
    lower, upper = _outwards(low - spread * _ROOM, step, math.floor), _outwards(high + spread * _ROOM, step, math.ceil)
    lower, upper = min(lower, low), max(upper, high)  # rounding may have gone inwards where numbers are large
    return {"minimum": max(lower, 0) if low >= 0 else lower, "maximum": min(upper, 0) if high <= 0 else upper}


def _outwards(value: float, step: float, rounding: Any) -> float | int:
    """Round to a multiple of a power of ten, without the tail that binary fractions leave."""
    exact = float(f"{rounding(value / step) * step:.12g}")
    return int(exact) if exact == int(exact) else exact
