"""Debezium's envelope: from the value of a message to a change, with or without its `schema`. Nothing is read or kept.

See https://debezium.io/documentation/reference/stable/connectors/postgresql.html. Without a schema
nothing tells what a number or a text stands for, and values are as JSON has them. A tombstone, which follows a deletion
for those who compact the log, says nothing new; nor do messages and marks of transactions.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from runners.contract.mistakes import shown
from runners.sources.changes.change import Change, Op
from runners.sources.changes.debezium_values import read_value

_OPS: Mapping[str, Op] = {"c": "put", "r": "put", "u": "put", "d": "remove", "t": "truncate"}
_PASSED = "m"
_LARGEST = 2**26
"""Bytes of a value: more than any broker takes."""
_LEFT_OUT = ("__debezium_unavailable_value", "X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==")
"""What stands for a value that the database left out as unchanged: as a text, and as bytes in base 64."""


class NoEnvelope(ValueError):
    """A value isn't Debezium's: says why."""


def decode(value: bytes | str | Mapping[str, Any] | None) -> Change | None:
    """Return the change that a message's value tells; nothing for a tombstone, or for what is of no row.

    Args:
        value: JSON, or what it holds.

    Raises:
        NoEnvelope: it isn't an envelope.
    """
    told = _parsed(value)
    if told is None:
        return None
    schema, payload = _opened(told)
    if payload is None or payload.get("op") == _PASSED:
        return None
    op = payload.get("op")
    if not isinstance(op, str) or op not in _OPS:
        raise NoEnvelope(f"its op is {shown(op)}, and c, r, u, d, t and m are known")
    fields = {side: _fields(schema, side) for side in ("before", "after")}
    before, unread = _row(payload, "before", fields)
    after, unchanged = _row(payload, "after", fields)
    source = payload.get("source")
    kept = dict(source) if isinstance(source, Mapping) else {}
    at = _moment(kept.get("ts_ms")) or _moment(payload.get("ts_ms"))
    if _OPS[op] == "truncate":
        return Change("truncate", at=at, source=kept)
    if _OPS[op] == "remove":
        if before is None:
            raise NoEnvelope("it deletes a row and doesn't tell which: the table's replica identity is NOTHING")
        return Change("remove", before, at=at, source=kept)
    if after is None:
        raise NoEnvelope(f"its op is {op}, and there is no row after it")
    former = None if before is None else {name: one for name, one in before.items() if name not in unread}
    return Change("put", after, former, unchanged, at, kept)


def _parsed(value: bytes | str | Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if isinstance(value, bytes | str):
        if len(value) > _LARGEST:
            raise NoEnvelope(f"it has more than {_LARGEST:,} bytes")
        try:
            value = json.loads(value) if value else None
        except (ValueError, RecursionError) as error:
            raise NoEnvelope("it is no JSON") from error
    if value is not None and not isinstance(value, Mapping):
        raise NoEnvelope("it is no JSON object")
    return value


def _opened(told: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """Return the schema, if there is one, and the payload."""
    if "payload" not in told:
        return {}, told
    schema, payload = told.get("schema"), told["payload"]
    if payload is not None and not isinstance(payload, Mapping):
        raise NoEnvelope("its payload is no JSON object")
    return schema if isinstance(schema, Mapping) else {}, payload


def _fields(schema: Mapping[str, Any], side: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the schemas of the columns of a row, by name."""
    inner = next((one for one in _listed(schema) if one.get("field") == side), {})
    return {str(one.get("field")): one for one in _listed(inner)}


def _listed(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    fields = schema.get("fields")
    return [one for one in fields if isinstance(one, Mapping)] if isinstance(fields, list) else []


def _row(
    payload: Mapping[str, Any], side: str, fields: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> tuple[Mapping[str, Any] | None, frozenset[str]]:
    """Return a row by column, and the columns whose values were left out."""
    row = payload.get(side)
    if row is None:
        return None, frozenset()
    if not isinstance(row, Mapping):
        raise NoEnvelope(f"what it tells as `{side}` is no row")
    left = frozenset(name for name, value in row.items() if _is_left_out(value))
    try:
        read = {
            name: None if name in left else read_value(value, fields[side].get(name, {})) for name, value in row.items()
        }
    except (ValueError, TypeError, KeyError, OverflowError, ArithmeticError) as error:
        raise NoEnvelope(f"a value of `{side}` isn't what its schema says: {error}") from error
    return read, left


def _is_left_out(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) == 1 and _is_left_out(value[0])
    return isinstance(value, str) and value in _LEFT_OUT


def _moment(milliseconds: Any) -> datetime | None:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
