"""The digest of what data *says*: its columns, types and values, whoever wrote it down and however it is packed.

Two Parquet files of the same rows may differ in their bytes (another version of the writer, other row groups); their
content digest is equal, so that nothing downstream is made again for a refresh that brought nothing new.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from runners.tables.texts import bytes_of

GROUP_ROWS = 65_536
"""Rows that are digested at once: a part of the digest's definition, and the row groups of what is written."""


class Content:
    """A digest that grows with each group of rows; groups must come in their order, all but the last full."""

    def __init__(self, schema: Any) -> None:
        self._hash = hashlib.sha256()
        for field in schema:
            self._hash.update(f"{field.name}\0{field.type}\0".encode())

    def add(self, group: Any) -> None:
        """Digest a group of at most `GROUP_ROWS` rows, a record batch of plain columns."""
        for values in group.columns:
            for part in _canonical(values):
                self._hash.update(part)

    def hexdigest(self) -> str:
        """Return the digest of all that was added, in hexadecimal."""
        return self._hash.hexdigest()


def content_of_table(table: Any) -> str:
    """Return the content digest of a table in memory, whose columns are plain."""
    content = Content(table.schema)
    for start in range(0, table.num_rows, GROUP_ROWS):
        group = table.slice(start, GROUP_ROWS).combine_chunks()
        content.add(group.to_batches()[0])
    return content.hexdigest()


def with_reading(content: str, reading: Mapping[str, Any]) -> str:
    """Digest data together with how it is to be read, such as its identifier: whatever those downstream go by.

    What they make, or refuse, is named by this digest; so what a refusal asks for must change it.
    """
    return hashlib.sha256(json.dumps([content, dict(reading)], sort_keys=True).encode()).hexdigest()


def _canonical(values: Any) -> list[Any]:
    """Return buffers of an array in a form that depends on nothing but its values."""
    present = np.packbits(pc.is_valid(values).to_numpy(zero_copy_only=False))
    if pa.types.is_string(values.type):
        _, lengths, texts = bytes_of(pc.fill_null(values, "") if values.null_count else values)
        return [present, lengths.astype("<i4"), texts]
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    if pa.types.is_boolean(values.type):
        return [present, np.packbits(pc.fill_null(values, False).to_numpy(zero_copy_only=False))]
    kind = "<f8" if pa.types.is_floating(values.type) else "<i8"
    numbers = pc.fill_null(values, 0) if values.null_count else values
    # + 0 makes minus zero zero
    return [present, (numbers.to_numpy(zero_copy_only=False) + 0).astype(kind, copy=False)]
