"""Which queries work row by row: what they make of some rows and of others is what they make of all of them.

By the query's tree, as DuckDB parses it, and what DuckDB says of each function. What isn't known to work so doesn't.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import duckdb

from runners.sources.sandbox import nodes, parsed

_EXPRESSIONS = frozenset(
    [
        "COLUMN_REF",
        "CONSTANT",
        "FUNCTION",
        "COMPARISON",
        "CONJUNCTION",
        "OPERATOR",
        "CASE",
        "CAST",
        "BETWEEN",
        "STAR",
        "TYPE",
    ]
)
_TOLD = {
    "WINDOW": "a window looks at other rows",
    "SUBQUERY": "a query within an expression looks at other rows",
    "DISTINCT_MODIFIER": "DISTINCT looks at other rows",
    "LIMIT_MODIFIER": "LIMIT counts rows",
    "LIMIT_PERCENT_MODIFIER": "LIMIT counts rows",
    "ORDER_MODIFIER": "ORDER BY is about all rows",
    "JOIN": "a join looks at rows of another table",
    "EMPTY": "a SELECT without FROM has rows of no table",
}
_CLAUSES = {
    "group_expressions": "GROUP BY is about all rows of a group",
    "group_sets": "GROUP BY is about all rows of a group",
    "having": "HAVING is about all rows of a group",
    "qualify": "QUALIFY looks at other rows",
    "sample": "a sample is of all rows",
}
_MACROS = frozenset(["nullif", "ifnull"])
"""Macros of DuckDB's that look at the values of one row alone; others are averages in disguise."""
_OF_PLACE = frozenset(["rowid"])
"""Columns that a row has by its place among others."""


def why_not(query: str, tables: Collection[str]) -> str:
    """Say why a query doesn't work row by row; empty where it does.

    Args:
        query: one SELECT.
        tables: the names of its inputs.
    """
    tree = parsed(query)
    if isinstance(tree, str):
        return tree
    told = [statement["node"] for statement in tree["statements"]]
    return next((why for node in told for why in _of_query(node, {name.lower() for name in tables})), "")


def _of_query(node: Mapping[str, Any], tables: Collection[str]) -> Iterator[str]:
    """Yield what of a query, or of one within it, doesn't work row by row."""
    yield from (_TOLD.get(one["type"], f"{one['type']} is about all rows") for one in node["modifiers"])
    if node["cte_map"]["map"]:
        yield "a table of WITH may be read more than once"
    if node["type"] == "SET_OPERATION_NODE":
        if not (node["setop_type"].startswith("UNION") and node["setop_all"]):
            yield "only UNION ALL takes rows one by one"
        for child in node["children"]:
            yield from _of_query(child, tables)
    elif node["type"] == "SELECT_NODE":
        yield from (why for clause, why in _CLAUSES.items() if node[clause])
        if node["aggregate_handling"] != "STANDARD_HANDLING":
            yield _CLAUSES["group_expressions"]
        yield from _of_table(node["from_table"], tables)
        yield from _of_expressions([node["select_list"], node["where_clause"]])
    else:
        yield f"a {node['type']} isn't known to work row by row"


def _of_table(node: Mapping[str, Any], tables: Collection[str]) -> Iterator[str]:
    if node["sample"]:
        yield _CLAUSES["sample"]
    if node["type"] == "SUBQUERY":
        yield from _of_query(node["subquery"]["node"], tables)
    elif node["type"] != "BASE_TABLE":
        yield _TOLD.get(node["type"], f"{node['type']} isn't known to work row by row")
    elif node["table_name"].lower() not in tables:
        yield f"{node['table_name']} is no input"


def _of_expressions(told: Any) -> Iterator[str]:
    functions = set()
    for node in nodes(told):
        kind = node.get("class")
        if kind is not None and kind not in _EXPRESSIONS:
            yield _TOLD.get(kind, f"{kind} isn't known to work row by row")
        elif kind == "FUNCTION":
            functions.add(str(node["function_name"]).lower())
        elif kind == "COLUMN_REF" and str(node["column_names"][-1]).lower() in _OF_PLACE:
            yield f"{node['column_names'][-1]} is the place of a row among others"
    for name in sorted(functions - _MACROS):
        kinds = _kinds(name)
        if kinds != {"scalar"}:
            yield f"{name}() {'is about many rows' if 'aggregate' in kinds else 'is not known to work row by row'}"


def _kinds(function: str) -> set[str]:
    """Return what kinds of function have a name, such as scalar and aggregate."""
    asked = "SELECT DISTINCT function_type FROM duckdb_functions() WHERE lower(function_name) = ?"
    with duckdb.connect(":memory:") as connection:
        kinds = {kind for (kind,) in connection.execute(asked, [function]).fetchall()}
    return kinds - {"table"} if "scalar" in kinds else kinds  # in an expression it is no table
