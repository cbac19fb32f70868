"""From a message to what it asks, and from outputs to a message. Pure functions."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from google.protobuf.message import DecodeError

from runners.models import ModelInputError
from runners.serve.answers import as_bytes
from runners.serve.grpc.messages import MESSAGES
from runners.serve.requests import BinaryInput, Inference, RequestInput, binary_input
from runners.serve.responses import Output
from runners.serve.types import of_datatype

CONTENTS: Mapping[str, str] = MappingProxyType(
    {
        "BOOL": "bool_contents",
        **dict.fromkeys(("INT8", "INT16", "INT32"), "int_contents"),
        "INT64": "int64_contents",
        **dict.fromkeys(("UINT8", "UINT16", "UINT32"), "uint_contents"),
        "UINT64": "uint64_contents",
        "FP32": "fp32_contents",
        "FP64": "fp64_contents",
        "BYTES": "bytes_contents",
    }
)
"""The field that holds the values of each datatype; FP16 has none, and comes as raw contents."""
_REQUEST, _ANSWER = MESSAGES["ModelInferRequest"], MESSAGES["ModelInferResponse"]


def read(kind: str, data: bytes) -> Any:
    """Read a message.

    Raises:
        ModelInputError: the bytes are none of that kind.
    """
    try:
        return MESSAGES[kind].FromString(data)
    except DecodeError:
        raise ModelInputError(f"the bytes are no message inference.{kind}") from None


def inference_of(message: Any) -> Inference:
    """Return what a ModelInferRequest asks.

    Raises:
        ModelInputError: its values are told twice, or not at all.
    """
    given, raw = message.inputs, message.raw_input_contents
    if raw and len(raw) != len(given):
        what = f"the request has {len(given)} inputs, and {len(raw)} raw_input_contents: give one for each"
        raise ModelInputError(what)
    inputs = [_raw(one, raw[place]) for place, one in enumerate(given)] if raw else [_typed(one) for one in given]
    requested = tuple(dict.fromkeys(output.name for output in message.outputs))
    return Inference(message.id or None, inputs, requested or None, frozenset(), bool(raw))


def _raw(given: Any, content: bytes) -> BinaryInput:
    if given.HasField("contents"):
        what = f"{given.name} has contents beside raw_input_contents: give either for all inputs"
        raise ModelInputError(what, given.name)
    return binary_input(given.name, list(given.shape), given.datatype, memoryview(content))


def _typed(given: Any) -> RequestInput:
    filled = given.contents.ListFields()
    if len(filled) == 1 and filled[0][0].name == CONTENTS.get(given.datatype):
        return RequestInput(given.name, list(given.shape), given.datatype, list(filled[0][1]))
    _explain(given.name, given.datatype, [field.name for field, _ in filled])
    return RequestInput(given.name, list(given.shape), given.datatype, [])


def _explain(name: str, datatype: str, filled: Sequence[str]) -> None:
    """Say what is wrong with an input whose values aren't in the one field of their datatype, if anything is.

    Raises:
        ModelInputError: it is anything but that there are no values.
    """
    of_datatype(name, datatype)
    field = CONTENTS.get(datatype)
    if field is None:
        raise ModelInputError(f"{name} is {datatype}, which comes as raw_input_contents only", name)
    if others := [other for other in filled if other != field]:
        raise ModelInputError(f"{name} has {others[0]}, and {datatype} are in {field}", name)


def answer_of(name: str, version: str, identity: str, outputs: Sequence[Output], *, is_raw: bool) -> bytes:
    """Return a ModelInferResponse; `is_raw` has the values as they lie in memory."""
    answer = _ANSWER(model_name=name, model_version=version, id=identity)
    for output in outputs:
        told = answer.outputs.add(name=output.name, datatype=output.datatype, shape=output.shape)
        if is_raw:
            answer.raw_output_contents.append(as_bytes(output))
        else:
            getattr(told.contents, CONTENTS[output.datatype]).extend(_values(output))
    return bytes(answer.SerializeToString())


def _values(output: Output) -> Sequence[Any]:
    return [str(value).encode() for value in output.data] if output.datatype == "BYTES" else output.data
