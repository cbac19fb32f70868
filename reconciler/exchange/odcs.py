"""The Open Data Contract Standard of Bitol, version 3.1; versions 3.0 are read, too.

What the standard asks for and nobody told Setpoint isn't made up: the contract's version is a digest of its columns.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from reconciler.exchange.expressions import is_common
from reconciler.exchange.table import Found, Imported, Loss, Table, Written, field_of, number_of, unsaid, whole
from reconciler.model.errors import Refused
from reconciler.model.ids import digest
from reconciler.model.kinds.datasets import Column
from reconciler.model.text import printable
from reconciler.yaml.dump import dump
from runners.contract.mistakes import shown

SAYS = ("minimum", "maximum", "enum", "pattern", "missing", "unique", "sensitive")
VERSION = "v3.1.0"
SENSITIVE = "sensitive"
_WORD = "ODCS"
_HIDDEN = frozenset({SENSITIVE, "confidential", "restricted", "secret", "pii", "personal", "private"})
"""Classifications whose values are shown nowhere."""
_OPEN = frozenset({"public", "internal", "open"})
_TYPES = {"string": "string", "date": "datetime", "timestamp": "datetime", "number": "number", "integer": "integer"}
_TYPES |= {"boolean": "boolean"}
_KNOWN = {"name", "logicalType", "logicalTypeOptions", "required", "unique", "classification", "quality"}
_PROSE = {"id", "description", "businessName", "physicalName", "physicalType", "examples", "authoritativeDefinitions"}
_PROSE |= {"primaryKey", "primaryKeyPosition", "tags", "customProperties"}
_MISSING = ("nullValues", "missingValues")


def write(table: Table) -> Written:
    """Write the contract."""
    losses = [*unsaid(table, SAYS, _WORD), *_rounded(table)]
    lost = {(loss.column, loss.field) for loss in losses}
    properties = [_property(n, c, table, (n, "pattern") not in lost) for n, c in table.columns.items()]
    document = {
        "apiVersion": VERSION,
        "kind": "DataContract",
        "id": table.name,
        "name": table.name,
        "version": digest(properties),
        "status": "active",
        "schema": [{"name": table.name, "logicalType": "object", "properties": properties}],
    }
    return Written(dump(document).decode(), tuple(losses))


def _rounded(table: Table) -> Iterator[Loss]:
    for name, column in table.columns.items():
        if column.pattern is not None and not is_common(column.pattern):
            yield Loss(name, "pattern", f"{_WORD} may understand it otherwise, so it is left out")
        if _share(_per_cent(column.missing)) != column.missing:
            yield Loss(name, "missing", f"{_WORD} counts in per cent, by which it is rounded")


def _per_cent(share: float) -> int | float:
    told = Decimal(repr(share)) * 100
    return int(told) if told == told.to_integral_value() else float(told)


def _share(per_cent: float) -> float:
    return float(Decimal(repr(per_cent)) / 100)


def _property(name: str, column: Column, table: Table, with_pattern: bool) -> dict[str, Any]:
    kind = "timestamp" if column.type == "datetime" else column.type
    told: dict[str, Any] = {"name": name, "logicalType": kind, "required": column.missing == 0}
    if name == table.identifier:
        told |= {"primaryKey": True, "primaryKeyPosition": 1}
    if column.unique:
        told["unique"] = True
    if column.sensitive:
        told["classification"] = SENSITIVE
    options = {key: value for key in ("minimum", "maximum") if (value := getattr(column, key)) is not None}
    if column.pattern is not None and with_pattern:
        options["pattern"] = column.pattern
    if options:
        told["logicalTypeOptions"] = options
    if quality := _quality(column):
        told["quality"] = quality
    return told


def _quality(column: Column) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    if 0 < column.missing < 1:
        most = _per_cent(column.missing)
        told.append({"type": "library", "metric": "nullValues", "unit": "percent", "mustBeLessOrEqualTo": most})
    if column.enum is not None:
        values = {"validValues": list(column.enum)}
        told.append({"type": "library", "metric": "invalidValues", "arguments": values, "mustBe": 0})
    return told


def read(document: Any, part: str) -> Imported:
    """Return the columns of a contract's table.

    Args:
        document: the parsed YAML.
        part: the name of the table, where the contract has several.

    Raises:
        Refused: it is no contract, the table isn't in it, or a column of it can be none of a spec's.
    """
    if not isinstance(document, Mapping) or document.get("kind") != "DataContract":
        raise Refused("it is no data contract: `kind: DataContract` isn't there", "give a contract of ODCS")
    version = document.get("apiVersion")
    if not isinstance(version, str) or not version.startswith("v3."):
        told = printable(version, 40) if isinstance(version, str) else shown(version)
        raise Refused(f"the contract is of ODCS {told}", "versions 3.0 and 3.1 are read")
    chosen = _chosen(document.get("schema"), part)
    found = Found()
    if chosen.get("quality"):
        found.lose("", "quality")
    properties = field_of(chosen, "properties", list, "the table")
    for told in properties or ():
        if not isinstance(told, Mapping):
            raise Refused("a property is no mapping", "give each a `name` and a `logicalType`")
        _add(found, told)
    return found.done()


def _chosen(tables: Any, part: str) -> Mapping[str, Any]:
    known = [one for one in tables if isinstance(one, Mapping)] if isinstance(tables, list) else []
    names = ", ".join(printable(str(one.get("name")), 60) for one in known[:20]) or "none"
    fit = [one for one in known if not part or one.get("name") == part]
    if len(fit) == 1:
        return fit[0]
    if part:
        raise Refused(f"the contract has no table {printable(part, 80)}", f"it has: {names}")
    raise Refused(f"the contract has {len(known)} tables", f"choose one by --table: {names}")


def _add(found: Found, told: Mapping[str, Any]) -> None:
    name = str(told.get("name"))
    where = f"column {name}"
    logical = field_of(told, "logicalType", str, where)
    kind = _TYPES.get(logical or "")
    if kind is None:
        word = printable(logical, 40) if logical else "nothing"
        raise Refused(f"{printable(where, 120)} is of type {word}", "a spec has no such type")
    options = field_of(told, "logicalTypeOptions", Mapping, where) or {}
    found.lose_others(name, told, _KNOWN | _PROSE)
    numbers = ("minimum", "maximum") if kind in ("integer", "number") else ()
    found.lose_others(name, options, {*numbers, *(("pattern",) if kind == "string" else ())})
    column: dict[str, Any] = {key: number_of(options, key, where) for key in numbers}
    if kind == "string":
        column["pattern"] = field_of(options, "pattern", str, where)
    if told.get("primaryKey"):
        found.lose(name, "primaryKey", "write it as the spec's `identifier`")
    column |= {"type": kind, "unique": field_of(told, "unique", bool, where), "missing": 0.0}
    if not field_of(told, "required", bool, where):
        column["missing"] = 1.0
    found.add(told.get("name"), column | _hidden(found, told, name) | _rules(found, told, name, kind))


def _hidden(found: Found, told: Mapping[str, Any], name: str) -> dict[str, Any]:
    word = str(told.get("classification") or "").strip().lower()
    if word and word not in _HIDDEN | _OPEN:
        found.lose(name, "classification", f"{word} says neither that it is sensitive nor that it isn't")
    return {"sensitive": word in _HIDDEN}


def _rules(found: Found, told: Mapping[str, Any], name: str, kind: str) -> dict[str, Any]:
    """Return what the quality rules of a column say."""
    column: dict[str, Any] = {}
    rules = field_of(told, "quality", list, f"column {name}") or ()
    for rule in (one if isinstance(one, Mapping) else {} for one in rules):
        metric = rule.get("metric") or rule.get("rule")
        arguments = rule.get("arguments")
        values = arguments.get("validValues") if isinstance(arguments, Mapping) else None
        most = rule.get("mustBeLessOrEqualTo", rule.get("mustBe"))
        if metric == "invalidValues" and isinstance(values, list) and most == 0:
            column["enum"] = whole(values) if kind == "integer" else values
        elif metric in _MISSING and _is_share(most, rule.get("unit")) and not arguments:
            column["missing"] = _share(most)
        elif metric == "duplicateValues" and most == 0:
            column["unique"] = True
        else:
            found.lose(name, f"quality {metric or rule.get('type') or rule.get('name')}")
    return column


def _is_share(most: Any, unit: Any) -> bool:
    is_number = isinstance(most, int | float) and not isinstance(most, bool)
    return is_number and (most == 0 or (unit == "percent" and 0 <= most <= 100))
