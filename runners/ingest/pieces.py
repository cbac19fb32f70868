"""Pieces: the files of an input of a table that is made of others, each of which is read once as long as it stays."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from runners.ingest.origins import Origins
from runners.ingest.parameters import Parameters
from runners.ingest.spool import Spool
from runners.ingest.taking import Read, Taken
from runners.sources.derived import table_in
from runners.sources.objects import Object
from runners.tables.version import read_manifest


class Piece(NamedTuple):
    """A file of an input, and the mark by which it is known to be as it was."""

    name: str
    table: str
    path: Path
    mark: str


def pieces_of(table: str, address: str, home: Path) -> Iterator[Piece]:
    """Yield the files of an input: a part's name says what is in it, any other file is looked at.

    Args:
        table: what the input is called.
        address: the dataset's.
        home: the folder of its version.

    Raises:
        InputError: it holds no table.
    """
    manifest = read_manifest(home)
    marks = {part.file: part.sha256 for part in manifest.parts} if manifest else {}
    for path in table_in(home, address):
        name = path.relative_to(home).as_posix()
        yield Piece(f"{table}/{name}", table, path, marks.get(name) or _digest(path))


def take_pieces(
    pieces: list[Piece], rows_of: Callable[[Piece], Iterator[Any]], params: Parameters, before: Origins, place: Path
) -> Taken:
    """Read the pieces that aren't as they were.

    Args:
        pieces: all that there are.
        rows_of: yields the batches that are made of one.
        params: what is declared of the columns.
        before: the pieces of the version before.
        place: where what was read lies, a folder for each piece.

    Raises:
        InputError: a row can't be made.
    """
    known = {name: origin.mark for name, origin in before.files.items()}
    kept = tuple(piece.name for piece in pieces if known.get(piece.name) == piece.mark)
    fresh = sorted(piece for piece in pieces if piece.name not in set(kept))
    read = [
        read_rows(Object(str(piece.path), piece.name, piece.mark), rows_of(piece), params, place / str(number))
        for number, piece in enumerate(fresh)
    ]
    return Taken(read, kept)


def read_rows(one: Object, rows: Iterator[Any], params: Parameters, folder: Path) -> Read:
    """Write rows down in a folder, as those of one piece."""
    folder.mkdir()
    spool = Spool(folder, params.columns or {}, params.source.spellings)
    spool.fill(rows, is_text=False)
    return Read(one, spool)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
