"""The bytes of an answer, by both versions of the Open Inference Protocol. Pure functions."""

from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from runners.serve.responses import Output
from runners.serve.types import JSON_LENGTH, LAYOUTS, TEXT_LENGTH

JSON = ((b"content-type", b"application/json"),)

Headers = Sequence[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """An answer of HTTP."""

    status: int
    body: bytes
    headers: Headers = JSON


class Streamed(NamedTuple):
    """An answer of HTTP that is sent part by part, as each is made."""

    parts: AsyncGenerator[bytes]
    headers: Headers
    status: int = 200


def told(document: Any, status: int = 200) -> Answer:
    """Return a document as an answer."""
    return Answer(status, orjson.dumps(document))


def refused(status: int, error: str, headers: Headers = JSON) -> Answer:
    """Return an error as an answer, in the protocol's words."""
    return Answer(status, orjson.dumps({"error": error}), headers)


def inferred(name: str, identity: str, outputs: Sequence[Output], binary: Collection[str]) -> Answer:
    """Return the answer of version 2; the outputs that are named in `binary` follow it as they lie in memory."""
    parts: list[bytes] = []
    told_of: list[dict[str, Any]] = []
    for output in outputs:
        known: dict[str, Any] = {"name": output.name, "datatype": output.datatype, "shape": output.shape}
        if output.name in binary:
            parts.append(as_bytes(output))
            known["parameters"] = {"binary_data_size": len(parts[-1])}
        else:
            known["data"] = output.data
        told_of.append(known)
    head = orjson.dumps({"model_name": name, "id": identity, "outputs": told_of})
    if not parts:
        return Answer(200, head)
    length = (JSON_LENGTH, str(len(head)).encode())
    return Answer(200, b"".join([head, *parts]), ((b"content-type", b"application/octet-stream"), length))


def as_bytes(output: Output) -> bytes:
    """Return the values of an output as they lie in memory; texts each after its length."""
    if output.datatype in LAYOUTS:
        array: NDArray[Any] = np.asarray(output.data, np.dtype(LAYOUTS[output.datatype]))
        return array.tobytes()
    texts = [str(value).encode() for value in output.data]
    return b"".join(part for text in texts for part in (TEXT_LENGTH.pack(len(text)), text))
