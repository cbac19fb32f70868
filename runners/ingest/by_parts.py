"""A derived table that grows: where its query works row by row it is put to the new parts of its inputs alone.

Each part of an input is to the version what a file is to one of files: it stays, or its rows go. Any other query is put
to all rows, and the result says why.
"""

import hashlib
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
from runners.ingest.spool import Spool
from runners.ingest.taking import Read, Taken
from runners.inputs import Lent
from runners.sources.derived import WHERE, check_repeatable, query_of, rows_of, table_in, tables_of
from runners.sources.objects import Object
from runners.sources.parameters import DerivedSource
from runners.sources.queries import check
from runners.sources.rowwise import why_not
from runners.tables.version import read_manifest

ALL = "*"
"""The name of all rows of all inputs together."""


class _Piece(NamedTuple):
    """A file of an input."""

    name: str
    table: str
    path: Path
    mark: str


class _Opened(NamedTuple):
    """The inputs of a query, as tables and as files."""

    tables: Mapping[str, Any]
    pieces: list[_Piece]


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
    pieces = list(_pieces(derived, inputs))
    take = partial(_take, query, _Opened(tables, pieces), params)
    return on_or_anew(
        lambda base, why: write_taken(take, params, folder, inputs, base=base, why=why),
        *Former.of(former, asked(params)),
    )


def _pieces(derived: DerivedSource, inputs: Mapping[str, str]) -> Iterator[_Piece]:
    """Yield the files of all inputs: a part's name says what is in it, any other file is looked at."""
    for table, address in derived.inputs.items():
        home = Path(inputs[table])
        manifest = read_manifest(home)
        marks = {part.file: part.sha256 for part in manifest.parts} if manifest else {}
        for path in table_in(home, address):
            name = path.relative_to(home).as_posix()
            yield _Piece(f"{table}/{name}", table, path, marks.get(name) or _digest(path))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _take(query: str, opened: _Opened, params: Parameters, before: Origins, place: Path) -> Taken:
    """Put the query to each new piece, while all other inputs are empty."""
    tables, pieces = opened
    known = {name: origin.mark for name, origin in before.files.items()}
    kept = tuple(piece.name for piece in pieces if known.get(piece.name) == piece.mark)
    empty = {name: table.schema.empty_table() for name, table in tables.items()}
    read = []
    for number, piece in enumerate(sorted(piece for piece in pieces if piece.name not in set(kept))):
        one = dataset.dataset([piece.path], schema=tables[piece.table].schema, format="parquet")
        rows = rows_of(query, {**empty, piece.table: one})
        read.append(_read(Object(str(piece.path), piece.name, piece.mark), rows, params, place / str(number)))
    return Taken(read, kept)


def _take_all(query: str, tables: Mapping[str, Any], params: Parameters, _before: Origins, place: Path) -> Taken:
    return Taken([_read(Object(ALL, ALL, None), rows_of(query, tables), params, place / "all")])


def _read(one: Object, rows: Iterator[Any], params: Parameters, folder: Path) -> Read:
    folder.mkdir()
    spool = Spool(folder, params.columns or {}, params.source.spellings)
    spool.fill(rows, is_text=False)
    return Read(one, spool)
