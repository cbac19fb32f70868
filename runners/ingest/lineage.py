"""The lineage of a derived dataset, from its inputs' own schemas."""

from collections.abc import Mapping, Sequence

from runners.ingest.parameters import Parameters
from runners.sources.point_in_time import made_from
from runners.staging import local
from runners.tables.schema import read_schema

_SQL: Mapping[str, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "datetime": "TIMESTAMPTZ",
    "string": "VARCHAR",
}


def trace(params: Parameters, inputs: Mapping[str, str]) -> Mapping[str, Sequence[str] | None]:
    """Return from which columns of its inputs each column of a derived dataset is made; nothing of any other.

    Raises:
        InputError: the query or an input is wrong, or a column is made from a sensitive one and isn't declared as such.
    """
    derived = params.source.derived
    if derived is None:
        return {}
    from runners.sources.derived import columns_of, query_of, tables_of
    from runners.sources.lineage import Lineage, check_hidden, lineage_of

    tables = tables_of(derived, inputs)
    readings = {name: read_schema(local(inputs[name])) for name in tables}
    types = {
        name: {column: _SQL[told.type] for column, told in reading.columns.items()}
        for name, reading in readings.items()
    }
    query = query_of(derived)
    told = derived.point_in_time
    known = {name: list(columns) for name, columns in types.items()}
    made: Lineage = made_from(told, known) if told else lineage_of(query, types, columns_of(query, tables))
    declared = frozenset(name for name, column in (params.columns or {}).items() if column.sensitive)
    check_hidden(made, {name: reading.sensitive for name, reading in readings.items()}, declared)
    return made
