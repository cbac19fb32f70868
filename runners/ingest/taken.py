"""What ingest took each column of a version for, by its spec and its values: the reading that the version carries."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import parquet

from runners.ingest.parameters import Column, Parameters
from runners.tables.content import GROUP_ROWS
from runners.tables.reading import ColumnReading, Reading
from runners.tables.types import Type, Value

MOST_CATEGORIES = 1000
"""Distinct values above which a column holds no categories."""
LONGEST = 1_000
"""Characters of a text above which it is none."""
_COUNTED = ("string", "boolean")


def reading_of(path: Path, types: Mapping[str, Type], params: Parameters) -> Reading:
    """Return the reading of what was written to a Parquet file of plain columns."""
    columns = {name: _column(path, name, type_, params) for name, type_ in types.items()}
    identifier, target = (name if name in types else None for name in (params.identifier, params.target))
    return Reading(columns, identifier, target)


def _column(path: Path, name: str, type_: Type, params: Parameters) -> ColumnReading:
    declared = (params.columns or {}).get(name)
    is_counted = type_ in _COUNTED or (type_ == "integer" and name == params.target)
    is_sensitive = bool(declared and declared.sensitive)
    if name == params.identifier or not is_counted:
        return ColumnReading(type_, (), is_sensitive)
    return ColumnReading(type_, _declared(declared, type_) or _found(path, name), is_sensitive)


def _declared(declared: Column | None, type_: Type) -> tuple[Value, ...]:
    is_so = declared is not None and declared.type == type_
    return tuple(declared.enum or ()) if declared and is_so else ()


def _found(path: Path, name: str) -> tuple[Value, ...]:
    """Return the distinct values of a column in their order; none where they are too many, or too long."""
    found: Any = None
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=[name], batch_size=GROUP_ROWS):
            values = batch.column(0).drop_null()
            found = pc.unique(values if found is None else pa.concat_arrays([found, values]))
            if len(found) > MOST_CATEGORIES or _are_long(found):
                return ()
    return tuple(sorted(found.to_pylist())) if found is not None else ()


def _are_long(values: Any) -> bool:
    return pa.types.is_string(values.type) and len(values) > 0 and pc.max(pc.utf8_length(values)).as_py() > LONGEST
