"""A derived table that grows: where its query works row by row it is put to the new parts of its inputs alone.

Each part of an input is to the version what a file is to one of files: it stays, or its rows go. Any other query is put
to all rows, and the result says why.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pyarrow import dataset

from runners.ingest.by_files import write_taken
from runners.ingest.former import Former
from runners.ingest.grown import Grown, asked, on_or_anew
from runners.ingest.origins import Origins
from runners.ingest.parameters import Parameters
from runners.ingest.pieces import Piece, pieces_of, read_rows, take_pieces
from runners.ingest.taking import Taken
from runners.inputs import Lent
from runners.sources.derived import WHERE, check_repeatable, query_of, rows_of, tables_of
from runners.sources.objects import Object
from runners.sources.parameters import DerivedSource
from runners.sources.queries import check
from runners.sources.rowwise import why_not

ALL = "*"
"""The name of all rows of all inputs together."""


class _Opened(NamedTuple):
    """The inputs of a query, as tables and as files."""

    tables: Mapping[str, Any]
    pieces: list[Piece]


def grow_by_parts(
    derived: DerivedSource, params: Parameters, folder: Path, inputs: Mapping[str, str], former: Lent | None
) -> Grown:
    """Write a version of a derived table that grows to a folder.

    Args:
        derived: the query and its inputs.
        params: the schema and the roles.
        folder: where the version is written.
        inputs: the local folders of the inputs, by their names in the query.
        former: the version before; without one, or where it can't be gone on with, all is read.

    Raises:
        InputError: the query, an input or the schema is wrong.
    """
    query = query_of(derived)
    check(query, "duckdb", WHERE)
    tables = tables_of(derived, inputs)
    check_repeatable(query, {name for table in tables.values() for name in table.schema.names})
    if why := why_not(query, tables):
        take_all = partial(_take_all, query, tables, params)
        return write_taken(take_all, params, folder, inputs, why=f"the query needs it: {why}")
    pieces = [piece for name, at in derived.inputs.items() for piece in pieces_of(name, at, Path(inputs[name]))]
    take = partial(_take, query, _Opened(tables, pieces), params)
    return on_or_anew(
        lambda base, why: write_taken(take, params, folder, inputs, base=base, why=why),
        *Former.of(former, asked(params)),
    )


def _take(query: str, opened: _Opened, params: Parameters, before: Origins, place: Path) -> Taken:
    """Put the query to each new piece, while all other inputs are empty."""
    tables, pieces = opened
    empty = {name: table.schema.empty_table() for name, table in tables.items()}

    def rows_of_one(piece: Piece) -> Iterator[Any]:
        one = dataset.dataset([piece.path], schema=tables[piece.table].schema, format="parquet")
        return rows_of(query, {**empty, piece.table: one})

    return take_pieces(pieces, rows_of_one, params, before, place)


def _take_all(query: str, tables: Mapping[str, Any], params: Parameters, _before: Origins, place: Path) -> Taken:
    return Taken([read_rows(Object(ALL, ALL, None), rows_of(query, tables), params, place / "all")])
