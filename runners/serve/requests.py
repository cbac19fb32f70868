"""From the bytes of a request to what it asks, by both versions of the Open Inference Protocol. Pure functions.

The JSON is read once. Of version 2 the tensors' values may follow it as they lie in memory, as the protocol's extension
for binary data has them (https://github.com/kserve/open-inference-protocol, "Binary Tensor Data Extension").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
import orjson
from numpy.typing import NDArray

from runners.contract.mistakes import as_written
from runners.models import ModelInputError
from runners.serve.types import LAYOUTS, TEXT_LENGTH

_NO_JSON = re.compile(rb"(?:^|[\s:,\[-])(?:NaN|Infinity)(?:[\s,\]}]|$)")
"""Python's words for numbers that JSON has none for, as far as they can be told from text without reading it."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class RequestInput(msgspec.Struct, frozen=True):
    """A tensor of a request as its JSON tells it."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any] | None = None
    parameters: dict[str, Any] | None = None

    def as_numpy(self) -> NDArray[Any]:
        """Return its values as an array."""
        return np.asarray(self.data)


class RequestOutput(msgspec.Struct, frozen=True):
    """A tensor that a request asks for."""

    name: str
    parameters: dict[str, Any] | None = None


class _Inference(msgspec.Struct, frozen=True):
    inputs: list[RequestInput]
    id: str | None = None
    outputs: list[RequestOutput] | None = None
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class BinaryInput:
    """A tensor whose values came as binary data."""

    name: str
    shape: list[int]
    datatype: str
    array: NDArray[Any]
    data: None = None

    def as_numpy(self) -> NDArray[Any]:
        """Return its values as a flat array; texts as bytes."""
        return self.array


class Inference(NamedTuple):
    """What a request of version 2 asks; `binary` are the names of the outputs that it wants as binary data."""

    id: str | None
    inputs: Sequence[RequestInput | BinaryInput]
    requested: tuple[str, ...] | None
    binary: frozenset[str]
    is_binary: bool = False
    """Whether it wants all outputs as binary data of which it says nothing else."""


def read_json(body: bytes | bytearray) -> Any:
    """Read a body.

    Raises:
        ModelInputError: it is no JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "surrogate" in str(error) and _SURROGATE.search(body):
            raise ModelInputError(
                "the body holds half a character (a lone \\ud800 to \\udfff): send whole ones"
            ) from None
        if _NO_JSON.search(body):
            raise ModelInputError("NaN and Infinity are no JSON: send null where a value is missing") from None
        raise ModelInputError(f"the body is no JSON: {error}") from None


def read_inference(body: bytes | bytearray, header: bytes | None) -> Inference:
    """Read a request of version 2.

    Args:
        body: its body.
        header: the header Inference-Header-Content-Length, which says how many of the first bytes are JSON.

    Raises:
        ModelInputError: it is none.
    """
    end = _json_end(header, len(body)) if header is not None else len(body)
    told = read_json(body[:end])
    try:
        asked = msgspec.convert(told, _Inference)
    except msgspec.ValidationError as error:
        raise ModelInputError(f"{_NONE}: {error}") from None
    inputs = _with_binary(asked.inputs, memoryview(body)[end:]) if header is not None else asked.inputs
    for place, given in enumerate(inputs):
        if given.data is None and isinstance(given, RequestInput):
            raise ModelInputError(f"{_NONE}: it has no data - at `$.inputs[{place}]`", given.name)
    if asked.outputs is None and asked.parameters is None:
        return Inference(asked.id, inputs, None, _NO_NAMES)
    wanted = {out.name: (out.parameters or {}).get("binary_data") for out in asked.outputs or ()}
    return Inference(
        asked.id,
        inputs,
        tuple(wanted) or None,
        frozenset(name for name, is_so in wanted.items() if is_so is True),
        (asked.parameters or {}).get("binary_data_output") is True,
    )


_NO_NAMES: frozenset[str] = frozenset()
_NONE = "the body is no inference request of version 2"


def _json_end(header: bytes, size: int) -> int:
    # 18 digits are within 64 bits
    if not header.isdigit() or len(header) > 18 or int(header) > size:
        what = f"the header Inference-Header-Content-Length is a number of bytes, up to the body's {size}"
        raise ModelInputError(what)
    return int(header)


def _with_binary(inputs: Sequence[RequestInput], data: memoryview) -> list[RequestInput | BinaryInput]:
    """Give each tensor that says how many bytes it has its part of the binary data, in order."""
    found: list[RequestInput | BinaryInput] = []
    start = 0
    for given in inputs:
        size = (given.parameters or {}).get("binary_data_size")
        if size is None or given.data is not None:
            found.append(given)
            continue
        if type(size) is not int or not 0 <= size <= len(data) - start:
            what = f"{given.name} has a binary_data_size of {as_written(size)}, and {len(data) - start} bytes are left"
            raise ModelInputError(what, given.name)
        found.append(binary_input(given.name, given.shape, given.datatype, data[start : start + size]))
        start += size
    if start < len(data):
        raise ModelInputError(
            f"{len(data) - start} bytes of binary data belong to no input: tell each binary_data_size"
        )
    return found


def binary_input(name: str, shape: list[int], datatype: str, data: memoryview) -> BinaryInput:
    """Read a tensor's values as they lie in memory.

    Raises:
        ModelInputError: they aren't of its datatype.
    """
    if datatype == "BYTES":
        return BinaryInput(name, shape, datatype, _texts(name, data))
    if datatype not in LAYOUTS:
        raise ModelInputError(f"{name} has the datatype {as_written(datatype)}, which binary data can't have", name)
    dtype = np.dtype(LAYOUTS[datatype])
    if len(data) % dtype.itemsize:
        raise ModelInputError(f"{name} has {len(data)} bytes, and a {datatype} has {dtype.itemsize}", name)
    array = np.frombuffer(data, dtype)
    is_flawed = datatype == "BOOL" and array.view("u1").max(initial=0) > 1
    if is_flawed:
        raise ModelInputError(f"{name} is BOOL: a byte of it is 0 or 1", name)
    return BinaryInput(name, shape, datatype, array)


def _texts(name: str, data: memoryview) -> NDArray[Any]:
    """Read texts, each after its length in four bytes."""
    found: list[bytes] = []
    start = 0
    while start < len(data):
        if len(data) - start < TEXT_LENGTH.size:
            raise ModelInputError(f"{name} ends within the length of a text", name)
        (size,) = TEXT_LENGTH.unpack_from(data, start)
        start += TEXT_LENGTH.size
        if size > len(data) - start:
            raise ModelInputError(f"{name} has a text of {size} bytes, and {len(data) - start} are left", name)
        found.append(bytes(data[start : start + size]))
        start += size
    array = np.empty(len(found), np.object_)
    array[:] = found
    return array
