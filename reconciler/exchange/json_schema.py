"""JSON Schema, draft 2020-12: what one row is as an object. What Pydantic writes of a record is read, too."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.exchange.expressions import is_common
from reconciler.exchange.table import (
    Found,
    Imported,
    Loss,
    Table,
    Written,
    field_of,
    number_of,
    unsaid,
    unsaid_share,
    whole,
)
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column
from reconciler.model.text import printable
from runners.contract.mistakes import shown

SAYS = ("minimum", "maximum", "enum", "pattern", "missing")
_WORD = "JSON Schema"
_TYPES = ("integer", "number", "string", "boolean")
_LISTED = ", ".join(_TYPES)
_KNOWN = {"type", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "const", "pattern"}
_PROSE = {"title", "description", "$comment", "examples", "default", "$schema", "$id", "readOnly", "writeOnly"}
_DEEPEST = 20
"""References and alternatives that are followed on the way to one column."""


def write(table: Table) -> Written:
    """Write the schema of one row."""
    losses = [*unsaid(table, SAYS, _WORD), *unsaid_share(table, _WORD), *_strange(table)]
    lost = {(loss.column, loss.field) for loss in losses}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table.name,
        "type": "object",
        "properties": {n: _property(c, (n, "pattern") not in lost) for n, c in table.columns.items()},
        "required": list(table.columns),
        "additionalProperties": not table.is_closed,
    }
    return Written(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", tuple(losses))


def _strange(table: Table) -> Iterator[Loss]:
    for name, column in table.columns.items():
        if column.pattern is not None and not is_common(column.pattern):
            yield Loss(name, "pattern", f"{_WORD} may understand it otherwise, so it is left out")


def _property(column: Column, with_pattern: bool) -> dict[str, Any]:
    kind = "string" if column.type == "datetime" else column.type
    told: dict[str, Any] = {"type": [kind, "null"] if column.missing else kind}
    if column.type == "datetime":
        told["format"] = "date-time"
    told |= {key: value for key in ("minimum", "maximum") if (value := getattr(column, key)) is not None}
    if column.enum is not None:
        told["enum"] = [*column.enum, None] if column.missing else list(column.enum)
    if column.pattern is not None and with_pattern:
        told["pattern"] = column.pattern
    return told


def read(document: Any, part: str) -> Imported:
    """Return the columns of a row's schema.

    Args:
        document: the parsed JSON.
        part: which definition of several is meant; empty is the document itself.

    Raises:
        Refused: it is no schema of an object, or a column of it can be none of a spec's.
    """
    if not isinstance(document, Mapping):
        raise Refused("it is no JSON Schema: that is an object", "see that it is the file that you meant")
    root = document if not part else _pointed(document, f"#/$defs/{part}")
    row = _resolved(document, root)
    properties = field_of(row, "properties", Mapping, "the schema")
    if not properties:
        raise Refused("it has no `properties`", "give the schema of one row, as an object")
    required = field_of(row, "required", list, "the schema") or []
    found = Found()
    known = {"type", "properties", "required", "additionalProperties", "$defs", "definitions"}
    found.lose_others("", row, known | _PROSE)
    for name, told in properties.items():
        _add(found, document, name, told, name in required)
    return found.done()


def _add(found: Found, document: Mapping[str, Any], name: str, told: Any, is_required: bool) -> None:
    column, may_be_null = _alternative(document, told)
    where = f"column {name}"
    kinds = column.get("type")
    kinds = list(kinds) if isinstance(kinds, list) else [kinds]
    may_be_null |= "null" in kinds or kinds == [None]
    values = [column["const"]] if "const" in column else field_of(column, "enum", list, where)
    kind = _kind([one for one in kinds if one != "null"], values or (), column, name)
    if values is not None:
        may_be_null &= None in values
        values = whole(value for value in values if value is not None) if kind == "integer" else values
        values = [value for value in values if value is not None]
    found.lose_others(name, column, _KNOWN | _PROSE)
    if kind == "string" and "format" in column:
        found.lose(name, "format")
    low, high = _bounds(found, column, name, kind)
    pattern = field_of(column, "pattern", str, where) if kind == "string" else None
    missing = 1.0 if may_be_null or not is_required else 0.0
    told = {"type": kind, "minimum": low, "maximum": high, "enum": values, "pattern": pattern, "missing": missing}
    found.add(name, told)


def _kind(kinds: list[Any], values: Iterable[Any], column: Mapping[str, Any], name: str) -> str:
    """Return the spec's type of a column, told or by its values."""
    if kinds == [None]:
        kinds = sorted({_of(value) for value in values if value is not None}) or kinds
    if sorted(map(str, kinds)) == ["integer", "number"]:
        kinds = ["number"]
    if len(kinds) != 1 or kinds[0] not in _TYPES:
        told = ", ".join(kind if isinstance(kind, str) else shown(kind) for kind in kinds)
        raise Refused(f"column {printable(name, 80)} is of type {printable(told, 80)}", f"it is one of {_LISTED}")
    is_moment = kinds[0] == "string" and column.get("format") in ("date-time", "date")
    return "datetime" if is_moment else str(kinds[0])


def _of(value: Any) -> str:
    for kind, word in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return word
    return type(value).__name__


def _bounds(found: Found, column: Mapping[str, Any], name: str, kind: str) -> tuple[Any, Any]:
    """Return the lowest and the highest value; open bounds of whole numbers are written as closed ones."""
    told: list[int | float | None] = []
    for side, step, near in (("inimum", 1, math.floor), ("aximum", -1, math.ceil)):
        closed = number_of(column, f"m{side}", f"column {name}")
        bound = number_of(column, f"exclusiveM{side}", f"column {name}")
        if bound is not None and kind == "integer":
            inner = near(bound) + step
            closed = inner if closed is None else (max if step > 0 else min)(closed, inner)
        elif bound is not None:
            found.lose(name, f"exclusiveM{side}", "a spec's bounds are themselves accepted")
        told.append(closed if kind in ("integer", "number") else None)
    return told[0], told[1]


def _alternative(document: Mapping[str, Any], told: Any) -> tuple[Mapping[str, Any], bool]:
    """Return a column without the alternative of being null, and whether it has that."""
    column = _resolved(document, told)
    for word in ("anyOf", "oneOf"):
        choices = column.get(word)
        if not isinstance(choices, list):
            continue
        others = [one for one in choices if one != {"type": "null"}]
        if len(others) == 1:
            rest = {key: value for key, value in column.items() if key != word}
            return {**rest, **_resolved(document, others[0])}, len(others) < len(choices)
    return column, False


def _resolved(document: Mapping[str, Any], told: Any) -> Mapping[str, Any]:
    """Follow references within the document.

    Raises:
        Refused: one leads nowhere, out of the document, or round in a circle.
    """
    for _ in range(_DEEPEST):
        if not isinstance(told, Mapping):
            raise Refused(f"a schema is an object, and not {shown(told)}", "write its type")
        if "$ref" not in told:
            return told
        rest = {key: value for key, value in told.items() if key != "$ref"}
        told = {**_pointed(document, told["$ref"]), **rest}
    raise Refused("its references go round in a circle", "write one of them out")


def _pointed(document: Mapping[str, Any], place: Any) -> Mapping[str, Any]:
    at: Any = document
    parts = str(place).split("/")
    for part in parts[1:]:
        at = at.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(at, Mapping) else None
    if parts[0] != "#" or not isinstance(at, Mapping):
        what = f"it refers to {printable(str(place), 80)}, which isn't in the file"
        raise Refused(what, "only what is in the same file is read: put it under $defs")
    return at
