"""Croissant 1.1 of MLCommons: the records of a dataset, told from the spec alone, without its files.

The values of an `enum` are a record set of their own, an enumeration, as the format has it. The metadata of a version
that was ingested, with its files, are written by the runner (`runners/ingest/croissant.py`).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from reconciler.exchange.table import Found, Imported, Loss, Table, Written, unsaid
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column
from reconciler.model.text import printable

SAYS = ("enum",)
_WORD = "Croissant"
VERSION = "http://mlcommons.org/croissant/1.1"
_TYPES = {
    "integer": "sc:Integer",
    "number": "sc:Float",
    "string": "sc:Text",
    "boolean": "sc:Boolean",
    "datetime": "sc:DateTime",
}
_READ = {
    "integer": "integer", "number": "number", "float": "number", "text": "string", "boolean": "boolean",
    "datetime": "datetime", "date": "datetime", "url": "string",
}  # fmt: skip
_READ |= {f"{sign}int{bits}": "integer" for sign in ("", "u") for bits in (8, 16, 32, 64)}
_READ |= {f"float{bits}": "number" for bits in (16, 32, 64)}
_KNOWN = {"@type", "@id", "name", "description", "dataType", "source", "references", "examples", "equivalentProperty"}
_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject",
    "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}
"""The context that the format recommends, in its appendix 1."""
_FILES = {
    "@type": "cr:FileSet",
    "@id": "data-files",
    "name": "data-files",
    "encodingFormat": "application/x-parquet",
    "includes": "*.parquet",
}
"""The files of a version, whichever it is: each field has to say where it comes from."""


def write(table: Table) -> Written:
    """Write the metadata."""
    losses = [*unsaid(table, SAYS, _WORD), *_unlisted(table)]
    lost = {loss.column for loss in losses if loss.field == "enum"}
    listed = {name: f"values-{number}" for number, name in enumerate(table.columns) if _is_listed(table, name, lost)}
    records: dict[str, Any] = {"@type": "cr:RecordSet", "@id": "records", "name": "records"}
    if table.identifier is not None and table.identifier in table.columns:
        records["key"] = {"@id": _id(table.identifier)}
    records["field"] = [_field(name, column, listed.get(name)) for name, column in table.columns.items()]
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": table.name,
        "description": f"The schema of {table.name}, to which Setpoint holds its versions.",
        "distribution": [_FILES],
        "recordSet": [records, *(_enumeration(called, table.columns[name]) for name, called in listed.items())],
    }
    return Written(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n", tuple(losses))


def _is_listed(table: Table, name: str, lost: set[str]) -> bool:
    return table.columns[name].enum is not None and name not in lost


def _unlisted(table: Table) -> Iterator[Loss]:
    for name, column in table.columns.items():
        if column.enum is not None and column.type not in ("string", "integer"):
            yield Loss(name, "enum", f"{_WORD} lists texts and whole numbers alone")
        if column.missing == 0:
            yield Loss(name, "missing", f"{_WORD} doesn't say that no value is missing")


def _id(column: str) -> str:
    """Return a field's id, which is an IRI: what has no place in one is percent-encoded."""
    return f"records/{quote(column, safe='')}"


def _field(name: str, column: Column, listed: str | None) -> dict[str, Any]:
    source = {"fileSet": {"@id": _FILES["@id"]}, "extract": {"column": name}}
    told: dict[str, Any] = {"@type": "cr:Field", "@id": _id(name), "name": name, "dataType": _TYPES[column.type]}
    told["source"] = source
    return {**told, "references": {"field": {"@id": f"{listed}/value"}}} if listed else told


def _enumeration(called: str, column: Column) -> dict[str, Any]:
    value = {"@type": "cr:Field", "@id": f"{called}/value", "name": "value", "dataType": _TYPES[column.type]}
    return {
        "@type": "cr:RecordSet",
        "@id": called,
        "name": called,
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{called}/value"},
        "field": [value],
        "data": [{f"{called}/value": one} for one in column.enum or ()],
    }


def read(document: Any, part: str) -> Imported:
    """Return the columns of a record set.

    Args:
        document: the parsed JSON.
        part: the name of the record set, where there are several that aren't enumerations.

    Raises:
        Refused: it is no metadata of a dataset, the record set isn't in it, or a field of it can be no column.
    """
    if not isinstance(document, Mapping) or "recordSet" not in document:
        raise Refused("it has no `recordSet`", "give Croissant metadata that tell of records")
    sets = [one for one in _listed(document["recordSet"]) if isinstance(one, Mapping)]
    chosen = _chosen([one for one in sets if not _is_enumeration(one)], part)
    found = Found()
    if chosen.get("key"):
        found.lose("", "key", "write it as the spec's `identifier`")
    for told in _listed(chosen.get("field")):
        if not isinstance(told, Mapping):
            raise Refused("a field is no object", "give each a `name` and a `dataType`")
        _add(found, told, sets)
    return found.done()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_enumeration(records: Mapping[str, Any]) -> bool:
    return any(str(kind).endswith("Enumeration") for kind in _listed(records.get("dataType")))


def _chosen(sets: list[Mapping[str, Any]], part: str) -> Mapping[str, Any]:
    names = ", ".join(printable(_name(one), 60) for one in sets[:20]) or "none"
    fit = [one for one in sets if not part or part in (_name(one), one.get("@id"))]
    if len(fit) == 1:
        return fit[0]
    if part:
        raise Refused(f"there is no record set {printable(part, 80)}", f"there are: {names}")
    raise Refused(f"there are {len(sets)} record sets", f"choose one by --table: {names}")


def _name(told: Mapping[str, Any]) -> str:
    """Return what something is called: by its name, in English where there are several, or by the end of its id."""
    name = told.get("name")
    if isinstance(name, Mapping):
        name = name.get("en") or next(iter(name.values()), None)
    return name if isinstance(name, str) else str(told.get("@id", "")).rpartition("/")[2]


def _add(found: Found, told: Mapping[str, Any], sets: list[Mapping[str, Any]]) -> None:
    name = _column(told)
    words = [str(word).rpartition("/")[2].rpartition(":")[2].lower() for word in _listed(told.get("dataType"))]
    kind = next((_READ[word] for word in words if word in _READ), None)
    if kind is None or told.get("repeated") or told.get("isArray") or told.get("subField"):
        what = ", ".join(words) or "no type"
        raise Refused(f"field {printable(name, 80)} is of {printable(what, 80)}", "a spec has no such type")
    found.lose_others(name, told, _KNOWN)
    values = _values(told.get("references"), sets)
    if told.get("references") and values is None:
        found.lose(name, "references")
    found.add(name, {"type": kind, "missing": 1.0, "enum": values})


def _column(told: Mapping[str, Any]) -> str:
    """Return a field's column: what is extracted from the file, or else its name."""
    source = told.get("source")
    extract = source.get("extract") if isinstance(source, Mapping) else None
    column = extract.get("column") if isinstance(extract, Mapping) else None
    return column if isinstance(column, str) else _name(told)


def _values(references: Any, sets: list[Mapping[str, Any]]) -> list[Any] | None:
    """Return the values of the enumeration that a field refers to; None where it refers to no such thing."""
    inner = references.get("field", references) if isinstance(references, Mapping) else None
    target = inner.get("@id") if isinstance(inner, Mapping) else None
    for one in sets:
        rows = _listed(one.get("data"))
        if _is_enumeration(one) and isinstance(target, str) and rows and all(_has(row, target) for row in rows):
            return [row[target] for row in rows]
    return None


def _has(row: Any, key: str) -> bool:
    return isinstance(row, Mapping) and isinstance(row.get(key), str | int) and not isinstance(row.get(key), bool)
