"""pandera: the YAML in which it keeps the schema of a data frame (`DataFrameSchema.to_yaml`); read as JSON, too."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.exchange.expressions import is_common
from reconciler.exchange.table import Found, Imported, Loss, Table, Written, unsaid, unsaid_share, whole
from reconciler.model.errors import Refused
from reconciler.model.kinds.datasets import Column
from reconciler.model.text import printable
from reconciler.yaml.dump import dump

SAYS = ("minimum", "maximum", "enum", "pattern", "missing", "unique")
_WORD = "pandera"
_TYPES = {
    "integer": "int64",
    "number": "float64",
    "string": "str",
    "boolean": "bool",
    "datetime": "datetime64[us, UTC]",
}
_NULLABLE = {"integer": "Int64", "boolean": "boolean"}
"""Types of pandas that can hold a missing value, where the plain one can't; plain ones become such without loss."""
_CHECKS = {"minimum": "greater_than_or_equal_to", "maximum": "less_than_or_equal_to", "enum": "isin"}
_ALIASES = {
    "ge": "greater_than_or_equal_to", "le": "less_than_or_equal_to", "gt": "greater_than", "lt": "less_than",
    "eq": "equal_to", "between": "in_range",
}  # fmt: skip
_KNOWN = {
    "name", "dtype", "nullable", "unique", "checks", "title", "description", "coerce", "required", "regex", "options",
}  # fmt: skip
_READ = {"greater_than_or_equal_to", "less_than_or_equal_to", "greater_than", "less_than", "equal_to", "isin"} | {
    "in_range", "str_contains", "str_matches",
}  # fmt: skip


def write(table: Table) -> Written:
    """Write the schema of the data frame."""
    losses = [*unsaid(table, SAYS, _WORD), *unsaid_share(table, _WORD), *_strange(table)]
    lost = {(loss.column, loss.field) for loss in losses}
    columns = {name: _column(column, (name, "pattern") not in lost) for name, column in table.columns.items()}
    document = {
        "schema_type": "dataframe",
        "columns": columns,
        "checks": None,
        "index": None,
        "coerce": False,
        "strict": table.is_closed,
        "name": table.name,
    }
    return Written(dump(document).decode(), tuple(losses))


def _strange(table: Table) -> Iterator[Loss]:
    for name, column in table.columns.items():
        if column.pattern is not None and not is_common(column.pattern):
            yield Loss(name, "pattern", f"{_WORD} may understand it otherwise, so it is left out")


def _column(column: Column, with_pattern: bool) -> dict[str, Any]:
    nullable = _NULLABLE if column.missing else {}
    checks: dict[str, Any] = {
        check: list(value) if isinstance(value, tuple) else value
        for what, check in _CHECKS.items()
        if (value := getattr(column, what)) is not None
    }
    if column.pattern is not None and with_pattern:
        checks["str_contains"] = column.pattern
    return {
        "dtype": nullable.get(column.type, _TYPES[column.type]),
        "nullable": column.missing > 0,
        "unique": column.unique,
        "coerce": column.type == "datetime" or column.type in nullable,
        "required": True,
        "regex": False,
        "checks": checks or None,
    }


def read(document: Any, part: str) -> Imported:
    """Return the columns of a data frame's schema; it has one table, so that `part` isn't asked for.

    Raises:
        Refused: it is no such schema, or a column of it can be none of a spec's.
    """
    if not isinstance(document, Mapping) or document.get("schema_type") != "dataframe":
        raise Refused("it is no schema of pandera's: `schema_type: dataframe` isn't there", "write it by to_yaml")
    if part:
        raise Refused(f"a schema of pandera's has one table, and none called {printable(part, 80)}", "leave it out")
    found = Found()
    for what in ("checks", "index", "unique", "multiindex"):
        if document.get(what):
            found.lose("", what)
    for name, told in _columns(document):
        if not isinstance(told, Mapping):
            raise Refused(f"column {printable(str(name), 80)} is no mapping", "write it by pandera's to_yaml")
        _add(found, name, told)
    return found.done()


def _columns(document: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    columns = document.get("columns")
    if isinstance(columns, list):
        return [(one.get("name"), one) for one in columns if isinstance(one, Mapping)]
    if not isinstance(columns, Mapping):
        raise Refused("it has no `columns`", "write it by pandera's to_yaml")
    return columns.items()


def _add(found: Found, name: Any, told: Mapping[str, Any]) -> None:
    where = f"column {name}"
    kind = _kind(str(told.get("dtype") or ""), where)
    checks = _checks(told, where)
    found.lose_others(str(name), told, _KNOWN | checks.keys())
    found.lose_others(str(name), checks, _READ)
    if told.get("regex"):
        found.lose(str(name), "regex", "a spec names each column")
    if told.get("required") is False:
        found.lose(str(name), "required", "a spec's columns are all there")
    column = {"type": kind, "unique": bool(told.get("unique")), "missing": 1.0 if told.get("nullable") else 0.0}
    found.add(name, column | _bounds(found, str(name), kind, checks) | _values(found, str(name), kind, checks))


def _checks(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the checks of a column by name, in whichever of its three forms pandera has written them."""
    raw = told.get("checks")
    pairs: list[tuple[Any, Any]] = [(key, value) for key, value in told.items() if _ALIASES.get(key, key) in _READ]
    if isinstance(raw, Mapping):
        pairs += raw.items()
    elif isinstance(raw, list):
        for one in raw:
            options = one.get("options") if isinstance(one, Mapping) else None
            if not isinstance(options, Mapping) or "check_name" not in options:
                raise Refused(f"{printable(where, 120)}: a check has no name", "write it by pandera's to_yaml")
            pairs.append((options["check_name"], {key: value for key, value in one.items() if key != "options"}))
    elif raw is not None:
        raise Refused(f"{printable(where, 120)}: `checks` is no mapping", "write it by pandera's to_yaml")
    return {_ALIASES.get(str(key), str(key)): _statistic(value) for key, value in pairs}


def _statistic(value: Any) -> Any:
    """Return what a check compares with: where it is the only one, without its name."""
    if not isinstance(value, Mapping):
        return value
    bare = {key: item for key, item in value.items() if key != "options"}
    return next(iter(bare.values())) if len(bare) == 1 else bare


def _bounds(found: Found, name: str, kind: str, checks: Mapping[str, Any]) -> dict[str, Any]:
    low, high = checks.get("greater_than_or_equal_to"), checks.get("less_than_or_equal_to")
    if isinstance(span := checks.get("in_range"), Mapping):
        low, high = span.get("min_value", low), span.get("max_value", high)
        for side in ("include_min", "include_max"):
            if span.get(side) is False:
                found.lose(name, side, "a spec's bounds are themselves accepted")
    low = _closed(found, name, kind, ("greater_than", checks.get("greater_than"), 1), low)
    high = _closed(found, name, kind, ("less_than", checks.get("less_than"), -1), high)
    if kind in ("integer", "number"):
        return {"minimum": low, "maximum": high}
    for check in ("greater_than_or_equal_to", "less_than_or_equal_to", "in_range"):
        if check in checks:
            found.lose(name, check, "a spec's bounds are for numbers")
    return {}


def _closed(found: Found, name: str, kind: str, told: tuple[str, Any, int], closed: Any) -> Any:
    """Return a bound that is itself accepted: of whole numbers an open one is the closed one beside it."""
    check, bound, step = told
    if isinstance(bound, int) and kind == "integer":
        return bound + step
    if bound is not None:
        found.lose(name, check, "a spec's bounds are themselves accepted")
    return closed


def _values(found: Found, name: str, kind: str, checks: Mapping[str, Any]) -> dict[str, Any]:
    values = checks.get("isin", [checks["equal_to"]] if "equal_to" in checks else None)
    if values is not None and not isinstance(values, list):
        raise Refused(f"column {printable(name, 80)}: `isin` is no list", "write it by pandera's to_yaml")
    values = whole(values) if values is not None and kind == "integer" else values
    pattern = checks.get("str_contains")
    if pattern is None and isinstance(checks.get("str_matches"), str):
        pattern = f"^(?:{checks['str_matches']})"
    if pattern is not None and kind != "string":
        found.lose(name, "str_contains", "a spec's patterns are for strings")
        pattern = None
    return {"enum": values, "pattern": pattern}


def _kind(dtype: str, where: str) -> str:
    """Return the spec's type of a type of pandas', numpy's or Python's.

    Raises:
        Refused: there is none.
    """
    word = dtype.lower().removeprefix("pandera.dtypes.").removeprefix("numpy.")
    families = (
        ("boolean", ("bool",)),
        ("datetime", ("datetime", "timestamp", "date")),
        ("integer", ("int", "uint")),
        ("number", ("float", "double", "decimal")),
        ("string", ("str", "string", "object", "category", "large_string")),
    )
    for kind, beginnings in families:
        if word.startswith(beginnings):
            return kind
    raise Refused(f"{printable(where, 120)} is of type {printable(dtype, 60) or 'none'}", "a spec has no such type")
