"""The profile of a table: statistics of each column, how each goes with the target, and what needs preparing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from runners.ingest.parameters import Parameters
from runners.ingest.profile.association import associate
from runners.ingest.profile.preparations import Roles, find_preparations
from runners.ingest.profile.statistics import apart, describe
from runners.tables.summary import Summary

NONE: Mapping[str, int] = MappingProxyType({})


def profile_table(summary: Summary, params: Parameters, distinct: Mapping[str, int] = NONE) -> dict[str, Any]:
    """Return the profile of a table as JSON.

    Args:
        summary: the summary of all its rows, with how its columns go with the target.
        params: the roles of the columns, and which are sensitive.
        distinct: how many values differ of the columns in which that was counted exactly.
    """
    roles = Roles(params.identifier, params.target, params.timestamp, params.source.fixed)
    columns: dict[str, dict[str, Any]] = {}
    hidden = {name for name, declared in (params.columns or {}).items() if declared.sensitive}
    for name, column in summary.columns.items():
        columns[name] = describe(column, distinct=distinct.get(name), sensitive=name in hidden)
        found = None if name == params.identifier else associate(summary, name)
        columns[name] |= {"target_association": found} if found else {}
        columns[name] |= _meaning(name, params)
    return {
        "format": 1,
        "kind": "table",
        "rows": summary.rows,
        "profiled_rows": summary.rows,
        "identifier": _identifier(params, columns),
        "target": _balance(params, columns),
        "timestamp": _period(params, columns),
        "partition": list(params.partition),
        "columns": columns,
        "preparations": find_preparations(columns, roles),
    }


def _meaning(name: str, params: Parameters) -> dict[str, str]:
    """Return what the spec says a column counts and means."""
    declared = (params.columns or {}).get(name)
    told = {"unit": declared.unit, "description": declared.description} if declared else {}
    return {key: value for key, value in told.items() if value}


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
