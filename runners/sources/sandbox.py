"""The sandbox: a database in memory for the SQL of others, which sees the tables that it is given and nothing else.

No file, no network, no extension, no other setting; and by the tree of a query it is told what of it depends on chance
or on the clock, so that the same tables always give the same answer: in one thread, whose rows come in one order.
"""

import json
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

_CHANCE = frozenset(
    ["random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval", "currval", "setval", "sleep_ms"]
)
_CLOCK_WORDS = frozenset(["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"])
"""What asks for the clock without parentheses, where no column has the name."""
_CLOCK = _CLOCK_WORDS | frozenset(
    [
        "now",
        "today",
        "transaction_timestamp",
        "get_current_time",
        "get_current_timestamp",
        "current_localtime",
        "current_localtimestamp",
        "txid_current",
        "current_connection_id",
        "current_query_id",
        "current_transaction_id",
    ]
)
_SETTINGS = (
    "SET threads = 1",
    "SET TimeZone = 'UTC'",
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
)
_LOCKED = ("SET enable_external_access = false", "SET lock_configuration = true")


@contextmanager
def sandbox(tables: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database that holds tables of Arrow's, and can reach nothing else."""
    with TemporaryDirectory(prefix="setpoint-") as place, duckdb.connect(":memory:") as connection:
        for statement in (*_SETTINGS, f"SET temp_directory = '{place}'"):
            connection.execute(statement)
        for name, table in tables.items():
            connection.register(name, table)
        for statement in _LOCKED:
            connection.execute(statement)
        yield connection


def parsed(query: str) -> Mapping[str, Any] | str:
    """Return a query as DuckDB parses it; where it is none, what is wrong with it."""
    with duckdb.connect(":memory:") as connection:
        ((text,),) = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    told: dict[str, Any] = json.loads(text)
    if told.get("error"):
        return str(told.get("error_message", "it can't be parsed")).split("\n", 1)[0]
    return told


def whim(tree: Mapping[str, Any], columns: Set[str]) -> str:
    """Say what of a parsed query depends on chance or on the clock; empty where nothing does.

    Args:
        tree: the query, parsed.
        columns: the names of all columns: one that is called like the clock is a column.
    """
    return next((found for node in nodes(tree) if (found := _whim(node, columns))), "")


def _whim(node: Mapping[str, Any], columns: Set[str]) -> str:
    function = str(node.get("function_name", "")).lower()
    if function in _CHANCE | _CLOCK or (function == "age" and len(node.get("arguments") or ()) == 1):
        return f"{function}()"
    names = [str(name).lower() for name in node.get("column_names") or ()]
    if node.get("class") == "COLUMN_REF" and len(names) == 1 and names[0] in _CLOCK_WORDS - columns:
        return names[0]
    sample = node.get("sample")
    return "a sample" if isinstance(sample, dict) and not sample.get("repeatable") else ""


def nodes(told: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the nodes of a parsed query, in no order."""
    waiting = [told]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
