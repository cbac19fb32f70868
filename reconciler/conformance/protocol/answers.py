"""What an answer has to look like. Pure functions: each says what is wrong, and nothing where nothing is."""

import math
from typing import Any

from reconciler.conformance.protocol.client import Answered
from reconciler.conformance.protocol.requests import DATATYPES, JSON_LENGTH, Document, flat, unpacked
from runners.contract.text import counted

Outputs = dict[str, list[Any]]
TOLERANCE = 1e-4
"""How far, of one of its size, a number may be off where the same is asked in another form."""


def refused(answer: Answered) -> str:
    """Hold an answer to a mistake of the client's: a status of 4xx, and the error as JSON."""
    if not 400 <= answer.status < 500:
        return f"a client's mistake is answered with 4xx, and this was {told(answer)}"
    document = answer.document
    if not isinstance(document, dict) or not isinstance(document.get("error"), str):
        return 'the error isn\'t told as {"error": "…"}'
    return ""


def told(answer: Answered) -> str:
    """Say which status an answer has."""
    return str(answer.status) if answer.status else "none: the connection was broken off, or the answer too late"


def good(answer: Answered) -> str:
    """Hold an answer to a status of 200 and a JSON object."""
    if answer.status != 200:
        return f"the status is {told(answer)}"
    return "" if isinstance(answer.document, dict) else "the body is no JSON object"


def server_metadata(answer: Answered) -> str:
    """Hold what a server says of itself against the protocol."""
    document = answer.document if not (wrong := good(answer)) else {}
    for name in ("name", "version"):
        if not wrong and not isinstance(document.get(name), str):
            wrong = f"{name} is no text"
    extensions = document.get("extensions", [])
    if not wrong and not (isinstance(extensions, list) and all(isinstance(one, str) for one in extensions)):
        wrong = "extensions is no list of texts"
    return wrong


def model_metadata(answer: Answered, model: str) -> str:
    """Hold what a model says of itself against the protocol."""
    if wrong := good(answer):
        return wrong
    document = answer.document
    if document.get("name") != model:
        return f"name isn't {model}"
    if not isinstance(document.get("platform"), str):
        return "platform is no text"
    for role in ("inputs", "outputs"):
        tensors = document.get(role)
        if not isinstance(tensors, list):
            return f"{role} is no list"
        for place, one in enumerate(tensors):
            if wrong := _tensor(one):
                return f"{role}[{place}]: {wrong}"
    return ""


def _tensor(one: Any) -> str:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        return "a tensor has a name"
    if one.get("datatype") not in DATATYPES:
        return f"the datatype {str(one.get('datatype'))[:40]} is none of {', '.join(DATATYPES)}"
    shape = one.get("shape")
    if not isinstance(shape, list) or not all(type(size) is int for size in shape):
        return "its shape is no list of whole numbers"
    return ""


def outputs_of(answer: Answered, model: str) -> tuple[Outputs, str]:
    """Return the outputs of an inference by their names, and what is wrong with them."""
    if answer.status != 200:
        return {}, f"the status is {told(answer)}"
    document, data, wrong = _parted(answer)
    if wrong:
        return {}, wrong
    if document.get("model_name") != model:
        return {}, f"model_name isn't {model}"
    outputs = document.get("outputs")
    if not isinstance(outputs, list) or not outputs:
        return {}, "there are no outputs"
    found: Outputs = {}
    for place, one in enumerate(outputs):
        values, data, wrong = _output(one, data)
        if wrong:
            return {}, f"outputs[{place}]: {wrong}"
        found[one["name"]] = values
    return found, f"{len(data)} bytes belong to no output" if data else ""


def _output(one: Any, data: bytes) -> tuple[list[Any], bytes, str]:
    """Return an output's values, the binary data that is left, and what is wrong with it."""
    if wrong := _tensor(one):
        return [], data, wrong
    if any(size < 0 for size in one["shape"]):
        return [], data, "its shape has a size below 0"
    values, data, wrong = _values(one, data)
    if not wrong and len(values) != math.prod(one["shape"]):
        wrong = f"it has {counted(len(values), 'value')}, and its shape says {math.prod(one['shape'])}"
    return values, data, wrong


def _parted(answer: Answered) -> tuple[Document, bytes, str]:
    """Return an answer's JSON, and the binary data behind it."""
    length = answer.headers.get(JSON_LENGTH.lower())
    if length is None:
        head, data = answer, b""
    elif length.isdigit() and int(length) <= len(answer.body):
        head, data = Answered(200, answer.body[: int(length)]), answer.body[int(length) :]
    else:
        return {}, b"", f"{JSON_LENGTH} isn't a number of bytes up to the body's {len(answer.body)}"
    document = head.document
    return (document, data, "") if isinstance(document, dict) else ({}, b"", "the body is no JSON object")


def _values(one: Document, data: bytes) -> tuple[list[Any], bytes, str]:
    """Return an output's values, and the binary data that is left."""
    if isinstance(one.get("data"), list):
        return flat(one["data"]), data, ""
    parameters = one.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if type(size) is not int or not 0 <= size <= len(data):
        return [], data, "it has no data, and no binary_data_size of what follows"
    try:
        return unpacked(one["datatype"], data[:size]), data[size:], ""
    except ValueError as error:
        return [], data, f"its binary data isn't {one['datatype']}: {error}"


def differs(outputs: Outputs, others: Outputs) -> str:
    """Say which output isn't the same in two answers, as far as numbers are."""
    for name, values in outputs.items():
        if name in others and not _same(values, others[name]):
            return f"{name} isn't what the same request was answered as JSON"
    return ""


def _same(values: list[Any], others: list[Any]) -> bool:
    return len(values) == len(others) and all(map(_alike, values, others))


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        is_close = math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        return is_close or (math.isnan(one) and math.isnan(other))
    return bool(one == other)
