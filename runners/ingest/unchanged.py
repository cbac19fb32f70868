"""Values that a log leaves out because they are unchanged: they are those of the version before.

PostgreSQL keeps large values beside their rows, and doesn't write them to its log again when others of the row change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import parquet

from runners.ingest.former import Former, found_in
from runners.ingest.grown import NotAppendable
from runners.ingest.parts import KEY, hashes_at
from runners.sources.changes.catalogue import Table
from runners.sources.changes.texts import array_of
from runners.tables.bag import row_hashes
from runners.tables.columns import convert, plain
from runners.tables.summary.hashes import Hashes


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The rows of the version before, by their keys."""

    base: Former
    table: Table

    def filled(
        self, batch: Any, is_left: Mapping[str, Sequence[bool]], origins: Sequence[tuple[str, ...] | None]
    ) -> Any:
        """Return a batch with all of its values.

        Args:
            batch: rows, some of whose values are missing because they are unchanged.
            is_left: in which rows, by column.
            origins: the key of each row in the version before, where something of it is missing.

        Raises:
            NotAppendable: the version before doesn't have a row.
        """
        places = [place for place, origin in enumerate(origins) if origin is not None]
        hashes = self._hashes([origin for origin in origins if origin is not None])
        rows, found = self._found(hashes, list(is_left))
        lines = np.zeros(batch.num_rows, np.int64)
        lines[places] = found
        columns = {
            name: self._joined(batch.column(name), name, told, rows[name].combine_chunks().take(pa.array(lines)))
            for name, told in is_left.items()
        }
        names = batch.schema.names
        return pa.RecordBatch.from_arrays([columns.get(name, batch.column(name)) for name in names], names=names)

    def _joined(self, values: Any, name: str, is_left: Sequence[bool], former: Any) -> Any:
        stored, misfits = convert(plain(values), self.base.manifest.types[name])
        if misfits.true_count:
            raise NotAppendable(f"column {name} has values that aren't of its type")
        return pc.if_else(pa.array(is_left), former, stored)

    def _hashes(self, keys: Sequence[tuple[str, ...]]) -> Hashes:
        columns = {column.name: column for column in self.table.columns}
        stored = []
        for name, texts in zip(self.table.key, zip(*keys, strict=True), strict=True):
            values = plain(array_of(texts, columns[name].oid, columns[name].type))
            stored.append(convert(values, self.base.manifest.types[name])[0])
        return row_hashes(stored)

    def _found(self, hashes: Hashes, names: list[str]) -> tuple[Any, list[int]]:
        """Return columns of the rows of some keys, and of each key which of these is its."""
        lines: dict[tuple[int, ...], int] = {}
        tables = []
        for mine, rows in self._looked_up(hashes, names):
            for pair in map(tuple, mine.tolist()):
                lines[pair] = len(lines)
            tables.append(rows)
        try:
            found = [lines[pair] for pair in map(tuple, hashes.tolist())]
        except KeyError:
            raise NotAppendable("a row was changed that isn't in the version before") from None
        return pa.concat_tables(tables), found

    def _looked_up(self, hashes: Hashes, names: list[str]) -> Iterator[tuple[Hashes, Any]]:
        """Yield of each part the rows that may be of some keys, with the hashes of their own."""
        key = list(self.table.key)
        for part in self.base.closed:
            held = hashes_at(self.base.files.path(part.hashes(KEY)))
            if not found_in(held, hashes[:, 0]).any():
                continue
            file = self.base.files.path(part.file)
            keys = parquet.read_table(file, columns=key)
            mine = row_hashes([keys[name].combine_chunks() for name in key])
            is_hit = np.isin(mine[:, 0], hashes[:, 0])
            rows = parquet.read_table(file, columns=names)
            yield mine[is_hit], rows.filter(pa.array(is_hit))
