"""Derived tables: one SELECT over versions of other datasets, run by DuckDB within the job.

DuckDB sees the inputs as tables of the names that the spec gives them, and nothing else: no file, no network, no
extension, no other setting. The same inputs give the same rows in the same order: one thread, no chance, no clock.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import dataset

from runners.contract import InputError
from runners.sources.parameters import DerivedSource
from runners.sources.queries import check
from runners.sources.reading import BATCH_ROWS, Reading, check_names
from runners.staging import local
from runners.tables.version import DATA, table_files

WHERE = "source.derived.query"
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
_LARGEST = 2**63


def read_derived(source: DerivedSource, inputs: Mapping[str, str]) -> Reading:
    """Run a query over datasets.

    Args:
        source: the query, and the names that the datasets have in it.
        inputs: the URLs of the datasets' folders, by these names.

    Raises:
        InputError: the query is wrong, needs chance or the clock, or an input is no table; while reading, a row can't
            be computed.
        InputGone: an input isn't there any more.
        SourceUnavailable: the store of an input doesn't answer.
    """
    check(source.query, "duckdb", WHERE)
    tables = tables_of(source, inputs)
    check_repeatable(source.query, {name for table in tables.values() for name in table.schema.names})
    return Reading(_rows(source.query, tables), is_text=False, read_from=", ".join(sorted(source.inputs.values())))


def tables_of(source: DerivedSource, inputs: Mapping[str, str]) -> dict[str, Any]:
    """Open the inputs of a query as Arrow datasets, by their names in it.

    Raises:
        InputError: the request hasn't got one, or it holds no table.
        InputGone: one isn't there any more.
        SourceUnavailable: its store doesn't answer.
    """
    opened = {}
    for name, address in source.inputs.items():
        if name not in inputs:
            raise InputError(f"the request has no {name}", f"inputs.{name}", f"give the URL of the folder of {address}")
        folder = local(inputs[name])
        files = table_files(folder)
        if not files:
            raise InputError(f"{address} holds no {DATA}", "source.derived.inputs", "ingest that dataset again")
        opened[name] = dataset.dataset(files, format="parquet")
    return opened


def check_repeatable(query: str, columns: frozenset[str] | set[str]) -> None:
    """See that a query gives the same rows of the same tables whenever it runs.

    Raises:
        InputError: DuckDB can't parse it, or it asks for chance or for the clock.
    """
    with duckdb.connect(":memory:") as connection:
        ((text,),) = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    told = json.loads(text)
    if told.get("error"):
        what = str(told.get("error_message", "it can't be parsed")).split("\n", 1)[0]
        raise InputError(what, WHERE, "write one SELECT as DuckDB understands it")
    for node in _nodes(told):
        if found := _whim(node, columns):
            fix = "take it from a column of an input: a version made of the same data must be the same"
            raise InputError(f"{found} differs each time that the query runs", WHERE, fix)


def _whim(node: Mapping[str, Any], columns: frozenset[str] | set[str]) -> str:
    """Say what of a node of a parsed query depends on chance or on the clock; empty where nothing does."""
    function = str(node.get("function_name", "")).lower()
    if function in _CHANCE | _CLOCK or (function == "age" and len(node.get("arguments") or ()) == 1):
        return f"{function}()"
    names = [str(name).lower() for name in node.get("column_names") or ()]
    if node.get("class") == "COLUMN_REF" and len(names) == 1 and names[0] in _CLOCK_WORDS - columns:
        return names[0]
    sample = node.get("sample")
    return "a sample" if isinstance(sample, dict) and not sample.get("repeatable") else ""


def _nodes(told: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [told]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def columns_of(query: str, tables: Mapping[str, Any]) -> list[str]:
    """Return the names of a query's columns.

    Raises:
        InputError: the query is wrong, or two of its columns have the same name.
    """
    with _asked(query, tables) as rows:
        return list(rows.columns)


def _rows(query: str, tables: Mapping[str, Any]) -> Iterator[Any]:
    with _asked(query, tables) as rows:
        reader = rows.to_arrow_reader(BATCH_ROWS)
        yield pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in reader.schema.types], schema=reader.schema)
        for batch in reader:
            yield pa.RecordBatch.from_arrays([_narrowed(values) for values in batch.columns], batch.schema.names)


@contextmanager
def _asked(query: str, tables: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyRelation]:
    """Put a query to a database that holds the inputs and can reach nothing else.

    Raises:
        InputError: the query is wrong.
    """
    with TemporaryDirectory(prefix="setpoint-") as place, duckdb.connect(":memory:") as connection, _telling():
        for statement in (*_SETTINGS, f"SET temp_directory = '{place}'"):
            connection.execute(statement)
        for name, table in tables.items():
            connection.register(name, table)
        for statement in _LOCKED:
            connection.execute(statement)
        rows = connection.sql(query)
        check_names(rows.columns, WHERE)
        yield rows


def _narrowed(values: Any) -> Any:
    """Bring a sum of whole numbers, which is wide enough for any, to the whole numbers that tables hold."""
    if not pa.types.is_decimal(values.type) or values.type.scale:
        return values
    ends = pc.min_max(values).as_py()
    is_small = ends["min"] is None or (ends["min"] >= -_LARGEST and ends["max"] < _LARGEST)
    return values.cast(pa.int64()) if is_small else values


@contextmanager
def _telling() -> Iterator[None]:
    """Tell what DuckDB says of a query; what it couldn't compute is named without the row's values.

    Raises:
        InputError: the query is wrong.
    """
    try:
        yield
    except (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:
        fix = "use TRY_CAST, or leave such rows out"
        raise InputError("a value doesn't fit: it can't be converted, or is out of range", WHERE, fix) from error
    except duckdb.OutOfMemoryException as error:
        fix = "raise resources.memory, or read fewer columns"
        raise InputError("the query needs more memory than the job has", WHERE, fix) from error
    except duckdb.Error as error:
        what = str(error).strip().split("\n", 1)[0]
        raise InputError(what, WHERE, "correct the query; it sees its inputs alone") from error
