"""Derived tables: one SELECT over versions of other datasets, run by DuckDB within the job.

DuckDB sees the inputs as tables of the names that the spec gives them, and nothing else: no file, no network, no
extension, no other setting (`sandbox.py`). The same inputs give the same rows in the same order.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import dataset

from runners.contract import InputError
from runners.sources import point_in_time
from runners.sources.parameters import DerivedSource
from runners.sources.queries import check
from runners.sources.reading import BATCH_ROWS, Reading, check_names
from runners.sources.sandbox import parsed, sandbox, whim
from runners.staging import local
from runners.tables.version import DATA, table_files

WHERE = "source.derived.query"
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
    query = query_of(source)
    check(query, "duckdb", WHERE)
    tables = tables_of(source, inputs)
    check_repeatable(query, {name for table in tables.values() for name in table.schema.names})
    return Reading(rows_of(query, tables), is_text=False, read_from=", ".join(sorted(source.inputs.values())))


def query_of(source: DerivedSource) -> str:
    """Return the query of a source, or the one that a join to what was known is."""
    if source.query is not None:
        return source.query
    assert source.point_in_time is not None
    return point_in_time.query_of(source.point_in_time)


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
        opened[name] = dataset.dataset(table_in(folder, address), format="parquet")
    return opened


def table_in(folder: Path, address: str) -> list[Path]:
    """Return the files of rows of a dataset's version.

    Raises:
        InputError: it holds none.
    """
    if files := table_files(folder):
        return files
    raise InputError(f"{address} holds no {DATA}", "source.derived.inputs", "ingest that dataset again")


def check_repeatable(query: str, columns: frozenset[str] | set[str]) -> None:
    """See that a query gives the same rows of the same tables whenever it runs.

    Raises:
        InputError: DuckDB can't parse it, or it asks for chance or for the clock.
    """
    told = parsed(query)
    if isinstance(told, str):
        raise InputError(told, WHERE, "write one SELECT as DuckDB understands it")
    if found := whim(told, columns):
        fix = "take it from a column of an input: a version made of the same data must be the same"
        raise InputError(f"{found} differs each time that the query runs", WHERE, fix)


def columns_of(query: str, tables: Mapping[str, Any]) -> list[str]:
    """Return the names of a query's columns.

    Raises:
        InputError: the query is wrong, or two of its columns have the same name.
    """
    with _asked(query, tables) as rows:
        return list(rows.columns)


def rows_of(query: str, tables: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the rows of a query, after a batch without any.

    Raises:
        InputError: the query is wrong, or a row can't be computed.
    """
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
    with _telling(), sandbox(tables) as connection:
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
