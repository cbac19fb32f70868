"""The profile of a table: statistics of each column, how each goes with the target, and what needs preparing."""

from typing import Any

from runners.ingest.parameters import Parameters
from runners.ingest.profile.association import Variable, associate, variable
from runners.ingest.profile.preparations import Roles, find_preparations
from runners.ingest.profile.statistics import Column, apart, describe, read_column
from runners.ingest.tables import Table


def profile_table(table: Table, params: Parameters) -> dict[str, Any]:
    """Return the profile of a table that was written, as JSON. Memory holds two columns at a time."""
    roles = Roles(params.identifier, params.target, params.timestamp)
    target = _target(table, params)
    columns: dict[str, dict[str, Any]] = {}
    hidden = {name for name, declared in (params.columns or {}).items() if declared.sensitive}
    for name, type_ in table.types.items():
        read = read_column(table.path, name)
        columns[name] = describe(read, type_, sensitive=name in hidden)
        if name not in (params.identifier, params.target):
            columns[name] |= _association(read, type_, target)
    return {
        "format": 1,
        "kind": "table",
        "rows": table.rows,
        "profiled_rows": table.rows,
        "identifier": _identifier(params, columns),
        "target": _balance(params, columns),
        "timestamp": _period(params, columns),
        "partition": list(params.partition),
        "columns": columns,
        "preparations": find_preparations(columns, roles),
    }


def _target(table: Table, params: Parameters) -> Variable | None:
    if params.target not in table.types:
        return None
    read = read_column(table.path, params.target)
    return variable(read.values, table.types[params.target], as_target=True)


def _association(read: Column, type_: str, target: Variable | None) -> dict[str, Any]:
    column = variable(read.values, type_) if target else None
    found = associate(column, target) if column and target else None
    return {"target_association": found} if found else {}


def _identifier(params: Parameters, columns: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    if params.identifier not in columns:
        return None
    column = columns[params.identifier]
    duplicates = column["count"] - column["distinct"]
    return {"column": params.identifier, "duplicates": duplicates, "missing": column["missing"]}


def _balance(params: Parameters, columns: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return the shares of the target's classes, or its mean where it is a number."""
    if params.target not in columns:
        return None
    column = columns[params.target]
    told: dict[str, Any] = {"column": params.target, "missing": column["missing"]}
    top = column.get("top", ())
    if column["distinct"] <= len(top) and "sensitive" not in column:
        seen = sum(value["count"] for value in top)
        names = apart([str(value["value"]) for value in top])
        shares = (round(value["count"] / seen, 6) for value in top)
        return told | {"balance": dict(zip(names, shares, strict=True))}
    return told | {key: column[key] for key in ("mean", "std") if key in column}


def _period(params: Parameters, columns: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    if params.timestamp not in columns:
        return None
    column = columns[params.timestamp]
    return {"column": params.timestamp, "from": column.get("minimum"), "to": column.get("maximum")}
