"""Writes a table from a source: one stream through a spool into Parquet, checked and digested on its way.

The Parquet file holds equal bytes for equal rows: fixed row groups, no times, no names of machines.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import parquet

from runners.contract import InputError, Violation
from runners.ingest.parameters import Parameters
from runners.ingest.spool import Spool, column
from runners.ingest.suspects import find_suspects
from runners.ingest.verdict import EXAMPLES, Counted, Verdict
from runners.sources.reading import Reading
from runners.tables.columns import ARROW, convert
from runners.tables.content import GROUP_ROWS, Content
from runners.tables.types import Spellings, Type

DATA = "data.parquet"


@dataclass(frozen=True)
class Table:
    """A table that was written, and what was found out while writing."""

    path: Path
    types: dict[str, Type]
    rows: int
    content: str
    violations: tuple[Violation, ...]
    details: tuple[dict[str, Any], ...] = ()
    """The rows and values behind the violations, which stay in the data store."""


def write_table(reading: Reading, params: Parameters, folder: Path) -> Table:
    """Write what a source holds to `data.parquet`, and check it.

    A column whose values don't all fit their declared type is written as what it is, for inspection.

    Raises:
        InputError: the source, or a pattern of the schema, is wrong.
        SourceUnavailable: the source is out of reach.
    """
    verdict = Verdict(params)
    with TemporaryDirectory(prefix="setpoint-") as place:
        spellings = params.source.spellings
        spool = Spool(Path(place), params.columns or {}, spellings)
        spool.fill(reading.batches, is_text=reading.is_text)
        if not spool.fits:
            raise InputError("there are no rows and no columns", reading.read_from, "fill the source first")
        types = spool.types()
        content = write(folder / DATA, types, _checked(spool, verdict, types, spellings))
    path = folder / DATA
    violations = verdict.violations(
        tuple(types), lambda name: _counts(path, name), all_missing=spool.rows > 0 and is_all_missing(path)
    )
    suspects = tuple(find_suspects(path, types, params)) if reading.is_text else ()
    return Table(path, types, spool.rows, content, (*violations, *suspects), tuple(verdict.details()))


def write(path: Path, types: dict[str, Type], batches: Iterable[Any]) -> str:
    """Write batches of stored columns to a Parquet file; return their content digest."""
    schema = pa.schema([(name, ARROW[type_]) for name, type_ in types.items()])
    content = Content(schema)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _grouped(batches, GROUP_ROWS):
            content.add(group)
            writer.write_batch(group, row_group_size=GROUP_ROWS)
    return content.hexdigest()


def _checked(spool: Spool, verdict: Verdict, types: dict[str, Type], spellings: Spellings) -> Iterator[Any]:
    for batch in spool.batches():
        verdict.see(batch, types)
        arrays = [convert(column(batch, name), type_, spellings)[0] for name, type_ in types.items()]
        yield pa.RecordBatch.from_arrays(arrays, names=list(types))


def _grouped(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    """Yield the same rows in batches of exactly so many, and a last one of the rest."""
    held: list[Any] = []
    count = 0
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            piece = batch.slice(start, rows - count)
            held.append(piece)
            count, start = count + piece.num_rows, start + piece.num_rows
            if count == rows:
                yield _joined(held)
                held, count = [], 0
    if held:
        yield _joined(held)


def _joined(pieces: list[Any]) -> Any:
    return pa.Table.from_batches(pieces).combine_chunks().to_batches()[0]


def _counts(path: Path, name: str) -> Counted:
    """Count a column's values; holds this one column in memory."""
    with parquet.ParquetFile(path) as file:
        values = pa.chunked_array(
            [batch.column(name) for batch in file.iter_batches(columns=[name], batch_size=GROUP_ROWS)],
            file.schema_arrow.field(name).type,
        )
    return count(values.drop_null())


def count(present: Any) -> Counted:
    """Count values that are all present, and name the first few that repeat an earlier one."""
    counted = pc.value_counts(present)
    repeated = counted.field("values").filter(pc.greater(counted.field("counts"), 1))[:EXAMPLES]
    return Counted(len(present), len(counted), tuple(repeated.to_pylist()))


def is_all_missing(path: Path) -> bool:
    """Tell by its statistics whether a Parquet file of rows holds no value at all."""
    metadata = parquet.read_metadata(path)
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    chunks = (group.column(index) for group in groups for index in range(metadata.num_columns))
    return all(chunk.statistics is not None and not chunk.statistics.num_values for chunk in chunks)
