"""Inferences for a model, by what it says of itself. Pure functions, without NumPy: the daemon's side has none."""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reconciler.conformance.protocol.client import Sent
from reconciler.model.errors import Refused

LAYOUTS: Mapping[str, str] = MappingProxyType(
    {
        "BOOL": "?", "UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q", "INT8": "b", "INT16": "h",
        "INT32": "i", "INT64": "q", "FP16": "e", "FP32": "f", "FP64": "d",
    }
)  # fmt: skip
"""How binary data has the values of each datatype, in the words of `struct`; texts have their lengths before them."""
DATATYPES = (*LAYOUTS, "BYTES", "BF16")
LARGEST_TENSOR = 2**20
"""Values of a tensor that is made up."""
JSON_LENGTH = "Inference-Header-Content-Length"

Document = dict[str, Any]


def made_up(metadata: Document) -> Document | None:
    """Return a request of one row of zeros and empty texts for a model; None where it doesn't say what it takes."""
    inputs = metadata.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        return None
    found = [_tensor(one) for one in inputs]
    return None if None in found else {"id": "setpoint", "inputs": found}


def _tensor(told: Any) -> Document | None:
    if not isinstance(told, dict) or told.get("datatype") not in (*LAYOUTS, "BYTES"):
        return None
    shape = told.get("shape")
    if not isinstance(shape, list) or not all(type(size) is int for size in shape):
        return None
    sizes = [max(size, 1) for size in shape]
    count = math.prod(sizes)
    if count > LARGEST_TENSOR:
        return None
    nothing = {"BYTES": "0", "BOOL": False}.get(told["datatype"], 0.0 if told["datatype"].startswith("FP") else 0)
    return {"name": told.get("name"), "datatype": told["datatype"], "shape": sizes, "data": [nothing] * count}


def nested(values: Sequence[Any], shape: Sequence[int]) -> list[Any]:
    """Return flat values nested as their shape is."""
    if len(shape) < 2:
        return list(values)
    step = math.prod(shape[1:])
    return [nested(values[at : at + step], shape[1:]) for at in range(0, len(values), step)]


def flat(data: Any) -> list[Any]:
    """Return values in row-major order, however deep they are nested."""
    if not isinstance(data, list):
        return [data]
    return [value for item in data for value in flat(item)]


def with_nested(request: Document) -> Document:
    """Return a request whose values are nested as their shapes are."""
    inputs = [{**one, "data": nested(flat(one["data"]), one["shape"])} for one in request["inputs"]]
    return {**request, "inputs": inputs}


def with_outputs(request: Document, names: Sequence[str], **parameters: Any) -> Document:
    """Return a request that asks for some outputs."""
    more = {"parameters": parameters} if parameters else {}
    return {**request, "outputs": [{"name": name, **more} for name in names]}


def as_binary(path: str, request: Document) -> Sent:
    """Return a request whose values follow its JSON as they lie in memory.

    Raises:
        ValueError: a value has no such form.
    """
    inputs, parts = [], []
    for one in request["inputs"]:
        part = packed(one["datatype"], flat(one["data"]))
        told = {key: value for key, value in one.items() if key != "data"}
        inputs.append({**told, "parameters": {"binary_data_size": len(part)}})
        parts.append(part)
    head = json.dumps({**request, "inputs": inputs}).encode()
    headers = {JSON_LENGTH: str(len(head)), "Content-Type": "application/octet-stream"}
    return Sent("POST", path, b"".join([head, *parts]), headers)


def packed(datatype: str, values: Sequence[Any]) -> bytes:
    """Return values as they lie in memory.

    Raises:
        ValueError: they have no such form, as null has none.
    """
    try:
        if datatype != "BYTES":
            return struct.pack(f"<{len(values)}{LAYOUTS[datatype]}", *values)
    except (struct.error, LookupError, OverflowError) as error:
        raise ValueError(str(error)) from None
    texts = [str(value).encode() for value in values]
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def unpacked(datatype: str, data: bytes) -> list[Any]:
    """Return the values of binary data.

    Raises:
        ValueError: it isn't of that datatype.
    """
    try:
        if datatype != "BYTES":
            return list(struct.unpack(f"<{len(data) // struct.calcsize(LAYOUTS[datatype])}{LAYOUTS[datatype]}", data))
        found, at = [], 0
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            at += 4 + size
            found.append(data[at - size : at].decode("utf-8", "replace"))
        if at != len(data):
            raise ValueError("a text ends behind the data")
    except (struct.error, KeyError) as error:
        raise ValueError(str(error)) from None
    return found


def checked(request: Any) -> Document:
    """Return a request that a person gave, if it can be asked in other forms.

    Raises:
        Refused: it has no inputs, or one that doesn't hold together.
    """
    inputs = request.get("inputs") if isinstance(request, dict) else None
    if isinstance(inputs, list) and inputs and all(map(_holds_together, inputs)):
        return dict(request)
    fix = 'give {"inputs": [{"name": …, "shape": […], "datatype": …, "data": […]}]}'
    raise Refused("the request is no inference of version 2 with as many values as its shapes say", fix)


def _holds_together(one: Any) -> bool:
    if not isinstance(one, dict) or not all(isinstance(one.get(key), str) for key in ("name", "datatype")):
        return False
    shape, data = one.get("shape"), one.get("data")
    if not isinstance(shape, list) or not all(type(size) is int and size > 0 for size in shape):
        return False
    return isinstance(data, list) and len(flat(data)) == math.prod(shape)
