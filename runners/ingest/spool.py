"""The spool: a source's batches on the disk, read once from the source and as often as needed from here.

While they pass, the spool notes of every column which types fit all of its values: only at the last row is its type
known. Memory holds one batch at a time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from runners.ingest.parameters import Column
from runners.tables.columns import ANY, candidates, convert, narrowest, plain
from runners.tables.types import USUAL, Spellings, Type

Batch = Any
"""A pyarrow RecordBatch; pyarrow ships no types."""


@dataclass
class Spool:
    """What came from a source: `segments` of batches of one schema each, and what fits each column.

    `fits` holds the columns in the order in which they were first seen, `misfits` those that the declared type
    doesn't fit everywhere.
    """

    folder: Path
    declared: Mapping[str, Column]
    spellings: Spellings = USUAL
    rows: int = 0
    segments: list[Path] = field(default_factory=list)
    fits: dict[str, frozenset[str]] = field(default_factory=dict)
    misfits: set[str] = field(default_factory=set)

    def fill(self, batches: Iterable[Batch], *, is_text: bool) -> None:
        """Write all batches down; a batch with another schema than the one before it starts a new segment."""
        writer: Any = None
        schema = None
        for raw in batches:
            batch = _plain(raw)
            self._note(batch, is_text)
            if schema is None or batch.schema != schema:
                if writer:
                    writer.close()
                schema, path = batch.schema, self.folder / f"{len(self.segments)}.arrow"
                writer = pa.ipc.new_stream(path, schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))
                self.segments.append(path)
            writer.write_batch(batch)
        if writer:
            writer.close()

    def _note(self, batch: Batch, is_text: bool) -> None:
        self.rows += batch.num_rows
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            spellings = self.spellings.of(name)
            self.fits[name] = self.fits.get(name, ANY) & candidates(values, is_text=is_text, spellings=spellings)
            if name in self.declared and convert(values, self.declared[name].type, spellings)[1].true_count:
                self.misfits.add(name)

    def batches(self) -> Iterator[Batch]:
        """Yield the batches again, in their order."""
        for path in self.segments:
            # by its path it would be mapped, and its pages counted as this process's memory
            with pa.OSFile(str(path)) as source, pa.ipc.open_stream(source) as stream:
                yield from stream

    def types(self) -> dict[str, Type]:
        """Return how each column is stored: as declared where every value fits, else as inferred."""
        return {
            name: self.declared[name].type if name in self.declared and name not in self.misfits else narrowest(fits)
            for name, fits in self.fits.items()
        }


def column(batch: Batch, name: str) -> Any:
    """Return a column of a batch; all missing when this part of the source has no such column."""
    index = batch.schema.get_field_index(name)
    return batch.column(index) if index >= 0 else pa.nulls(batch.num_rows)


def _plain(batch: Batch) -> Batch:
    return pa.RecordBatch.from_arrays([plain(values) for values in batch.columns], names=batch.schema.names)
