"""The bytes of texts, as they lie in an Arrow array."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]


def bytes_of(values: Any) -> tuple[Places, Places, Bytes]:
    """Return where each text of an Arrow array begins, how many bytes it has, and the bytes of all."""
    kind = np.int64 if pa.types.is_large_string(values.type) else np.int32
    _, offsets, data = values.buffers()
    if offsets is None or not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8)
    all_places = np.frombuffer(offsets, kind)[values.offset : values.offset + len(values) + 1]
    first, last = int(all_places[0]), int(all_places[-1])
    places = all_places.astype(np.int64) - first
    held = np.frombuffer(data, np.uint8, last - first, first) if last > first else np.zeros(0, np.uint8)
    return places[:-1], np.diff(places), held
