"""What ingest took each column of a version for, by its spec and its values: the reading that the version carries."""

from runners.ingest.parameters import Column, Parameters
from runners.tables.reading import ColumnReading, Reading
from runners.tables.summary import ColumnSummary, Summary
from runners.tables.summary.columns import Classes
from runners.tables.types import Type, Value

MOST_CATEGORIES = 1000
"""Distinct values above which a column holds no categories."""
LONGEST = 1_000
"""Characters of a text above which it is none."""
_COUNTED = ("string", "boolean")


def reading_of(summary: Summary, params: Parameters) -> Reading:
    """Return the reading of the rows that were summarised."""
    columns = {name: _column(column, name, params) for name, column in summary.columns.items()}
    identifier, target = (name if name in columns else None for name in (params.identifier, params.target))
    return Reading(columns, identifier, target)


def _column(column: ColumnSummary, name: str, params: Parameters) -> ColumnReading:
    declared, type_ = (params.columns or {}).get(name), column.type
    is_counted = type_ in _COUNTED or (type_ == "integer" and name == params.target)
    is_sensitive, is_training_only = (
        bool(declared and declared.sensitive),
        bool(declared and declared.is_training_only),
    )
    if name == params.identifier or not is_counted:
        return ColumnReading(type_, (), is_sensitive, is_training_only)
    return ColumnReading(type_, _declared(declared, type_) or _found(column), is_sensitive, is_training_only)


def _declared(declared: Column | None, type_: Type) -> tuple[Value, ...]:
    is_so = declared is not None and declared.type == type_
    return tuple(declared.enum or ()) if declared and is_so else ()


def _found(column: ColumnSummary) -> tuple[Value, ...]:
    """Return the distinct values of a column in their order; none where they are too many, or too long."""
    if column.exact_distinct is None or column.exact_distinct > MOST_CATEGORIES or _are_long(column):
        return ()
    return tuple(column.values() or ())


def _are_long(column: ColumnSummary) -> bool:
    lengths = column.figures.lengths if isinstance(column.figures, Classes) else None
    return lengths is not None and lengths.longest > LONGEST
