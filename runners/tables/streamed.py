"""Rows of a Parquet file by batches, in bounded memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pyarrow import parquet

BUFFER = 2**18
"""Bytes of a column that are read at once. A reader without a buffer keeps what it has read until the file's end."""


def streamed(path: Path | str, rows: int, columns: Sequence[str] | None = None) -> Iterator[Any]:
    """Yield the rows of a file as batches of so many at the most, all columns or those that are named."""
    with parquet.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER) as file:
        yield from file.iter_batches(rows, columns=columns)
