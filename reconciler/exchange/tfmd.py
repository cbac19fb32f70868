"""TensorFlow Metadata: the text of its `Schema` (tensorflow_metadata/proto/v0/schema.proto), as TFX keeps it."""

import struct
from collections.abc import Iterator
from typing import Any

from reconciler.exchange.protobuf_text import Message, Word, quoted
from reconciler.exchange.table import Found, Imported, Loss, Table, Written, complement, unsaid
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column
from reconciler.model.text import printable
from runners.contract.mistakes import shown

SAYS = ("minimum", "maximum", "enum", "missing", "sensitive")
SENSITIVE = "sensitive"
"""The tag of an annotation."""
_WORD = "TFMD"
_KNOWN = {"name", "type", "presence", "value_count", "shape", "domain", "annotation"} | {
    "int_domain", "float_domain", "string_domain", "bool_domain", "time_domain",
}  # fmt: skip
_ISO = "%Y-%m-%dT%H:%M:%S"
_LARGEST = 2**63
_TYPES = {"integer": "INT", "number": "FLOAT", "string": "BYTES", "boolean": "INT", "datetime": "BYTES"}


def write(table: Table) -> Written:
    """Write the schema."""
    losses = [*unsaid(table, SAYS, _WORD), *_rounded(table)]
    lost = {(loss.column, loss.field) for loss in losses if "left out" in loss.why}
    features = [_feature(name, column, lost) for name, column in table.columns.items()]
    return Written("".join(features), tuple(losses))


def _rounded(table: Table) -> Iterator[Loss]:
    for name, column in table.columns.items():
        if complement(complement(column.missing)) != column.missing:
            yield Loss(name, "missing", f"{_WORD} tells the share that is there, by which it is rounded")
        if column.enum is not None and column.type not in ("string",):
            yield Loss(name, "enum", f"{_WORD} lists values of texts alone, so it is left out")
        for what in ("minimum", "maximum"):
            value = getattr(column, what)
            if value is not None and (why := _inexact(value, column.type)):
                yield Loss(name, what, why)


def _inexact(value: float, kind: str) -> str:
    """Say why a bound isn't told as it is; empty where it is."""
    if kind == "integer":
        is_whole = float(value).is_integer() and -_LARGEST <= value < _LARGEST
        return "" if is_whole else f"{_WORD}'s are whole numbers of 64 bits, so it is left out"
    try:
        is_exact = struct.unpack("f", struct.pack("f", value))[0] == value
    except OverflowError:
        return f"{_WORD} has 32 bits for it, so it is left out"
    return "" if is_exact else f"{_WORD} has 32 bits for it, by which it is rounded"


def _feature(name: str, column: Column, lost: set[tuple[str, str]]) -> str:
    lines = [f"name: {quoted(name)}", f"type: {_TYPES[column.type]}", "value_count {\n    min: 1\n    max: 1\n  }"]
    if there := complement(column.missing):
        lines.append(f"presence {{\n    min_fraction: {there!r}\n  }}")
    lines += _domain(name, column, lost)
    if column.sensitive:
        lines.append(f"annotation {{\n    tag: {quoted(SENSITIVE)}\n  }}")
    return "feature {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _domain(name: str, column: Column, lost: set[tuple[str, str]]) -> Iterator[str]:
    if column.type == "boolean":
        yield "bool_domain {\n  }"
    elif column.type == "datetime":
        yield f"time_domain {{\n    string_format: {quoted(_ISO)}\n  }}"
    elif column.type == "string" and column.enum is not None:
        values = "".join(f"    value: {quoted(str(value))}\n" for value in column.enum)
        yield f"string_domain {{\n    name: {quoted(name)}\n{values}  }}"
    elif column.type in ("integer", "number"):
        told = {"min": column.minimum, "max": column.maximum}
        told = {k: v for k, v in told.items() if v is not None and (name, f"{k}imum") not in lost}
        word = "int_domain" if column.type == "integer" else "float_domain"
        bounds = "".join(f"    {key}: {_number(value, column.type)}\n" for key, value in told.items())
        if bounds:
            yield f"{word} {{\n{bounds}  }}"


def _number(value: Any, kind: str) -> str:
    return str(int(value)) if kind == "integer" else repr(value)


def read(message: Message, part: str) -> Imported:
    """Return the columns of a schema; it has one table, so that `part` isn't asked for.

    Raises:
        Refused: it has no features, or one of them can be no column of a spec's.
    """
    if part:
        raise Refused(f"a schema of TFMD has one table, and none called {printable(part, 80)}", "leave it out")
    found = Found()
    found.lose_others("", message, {"feature", "string_domain", "int_domain", "float_domain"})
    shared = {
        str(_one(domain, "name")): (kind, domain)
        for kind in ("string_domain", "int_domain", "float_domain")
        for domain in message.get(kind, ())
        if isinstance(domain, dict)
    }
    for feature in message.get("feature", ()):
        if not isinstance(feature, dict):
            raise Refused("a `feature` is no message", "write `feature { name: … }`")
        _add(found, feature, shared)
    return found.done()


def _add(found: Found, feature: Message, shared: dict[str, tuple[str, Message]]) -> None:
    name = _one(feature, "name")
    if not isinstance(name, str) or isinstance(name, Word):
        raise Refused("a `feature` has no name", 'write `feature { name: "…" }`')
    kind, domain = _domain_of(feature, name, shared)
    found.lose_others(name, feature, _KNOWN)
    column: dict[str, Any] = {"type": _kind(feature, kind, name), "missing": _missing(feature, name)}
    if kind in ("int_domain", "float_domain"):
        column |= {f"{key}imum": _bound(domain, key, name) for key in ("min", "max")}
        found.lose_others(name, domain, {"name", "min", "max", "is_categorical"})
    if kind == "string_domain" and "value" in domain:
        column["enum"] = [str(value) for value in domain["value"]]
    if column["type"] == "number":
        column["missing"] = column["missing"] or 0.0
    counts = [one for one in feature.get("value_count", ()) if isinstance(one, dict)]
    if any(_one(one, "max") not in (None, 1) for one in counts):
        found.lose(name, "value_count", "a spec's columns have one value in a row")
    notes = [note for note in feature.get("annotation", ()) if isinstance(note, dict)]
    column["sensitive"] = any(SENSITIVE in note.get("tag", ()) for note in notes)
    found.add(name, column)


def _domain_of(feature: Message, name: str, shared: dict[str, tuple[str, Message]]) -> tuple[str, Message]:
    """Return which kind of domain a feature has, and that domain; of the schema's own, by its name."""
    for kind in ("int_domain", "float_domain", "string_domain", "bool_domain", "time_domain"):
        if isinstance(domain := _one(feature, kind), dict):
            return kind, domain
    if (called := _one(feature, "domain")) is None:
        return "", {}
    if str(called) not in shared:
        what = f"feature {printable(name, 80)} has the domain {printable(str(called), 80)}, which isn't there"
        raise Refused(what, "add it to the schema")
    return shared[str(called)]


def _kind(feature: Message, domain: str, name: str) -> str:
    by_domain = {"bool_domain": "boolean", "time_domain": "datetime", "int_domain": "integer"}
    if domain in by_domain:
        return by_domain[domain]
    told = _one(feature, "type")
    by_number = {1: "BYTES", 2: "INT", 3: "FLOAT"}
    word = by_number.get(told, shown(told)) if isinstance(told, int) else told if isinstance(told, str) else shown(told)
    kind = {"BYTES": "string", "INT": "integer", "FLOAT": "number"}.get(word)
    if kind is None:
        raise Refused(f"feature {printable(name, 80)} is of type {printable(word, 40)}", "a spec has no such type")
    return kind


def _missing(feature: Message, name: str) -> float:
    presence = _one(feature, "presence")
    there = _one(presence, "min_fraction") if isinstance(presence, dict) else None
    if there is None:
        return 1.0
    if not isinstance(there, int | float) or not 0 <= there <= 1:
        raise Refused(f"feature {printable(name, 80)}: min_fraction is no share", "it lies between 0 and 1")
    return complement(there)


def _bound(domain: Message, key: str, name: str) -> int | float | None:
    value = _one(domain, key)
    if value is None or str(value) in ("inf", "-inf"):
        return None
    if not isinstance(value, int | float):
        raise Refused(f"feature {printable(name, 80)}: `{key}` is no number", "mend the file")
    return value


def _one(message: Message, field: str) -> Any:
    """Return the value of a field that is there once; the last one counts, as protocol buffers have it."""
    return message[field][-1] if message.get(field) else None
