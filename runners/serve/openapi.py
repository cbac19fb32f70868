"""What an endpoint takes and answers, as OpenAPI 3.1 with the model's own columns. Pure functions.

https://spec.openapis.org/oas/v3.1.0. Paths are relative to where the description is read, whatever stands before an
endpoint. Values that columns held are examples; those of sensitive columns aren't told.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from runners.models import Column, Signature
from runners.models.coverage import SET
from runners.models.explaining import is_explainable
from runners.serve.explanations import explained_outputs

Schema = dict[str, Any]

MOST_EXAMPLES = 20
"""Values that are told of a column."""
_TYPES: Mapping[str, Schema] = {
    "FP32": {"type": ["number", "null"]},
    "FP64": {"type": ["number", "null"]},
    "INT64": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "BOOL": {"type": "boolean"},
    "BYTES": {"type": ["string", "null"]},
}
"""What a row may hold, by the protocol's words. A missing value is null where the type has room for one."""
_PICTURE: Schema = {
    "type": "object",
    "required": ["b64"],
    "properties": {"b64": {"type": "string", "contentEncoding": "base64", "description": "The picture's file."}},
}
_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "What doesn't fit, with the column and the row."}},
}
_REFUSED = {400: "The request doesn't fit the model.", 413: "The request is too large.", 500: "The model failed."}


def openapi(name: str, signature: Signature) -> Schema:
    """Describe an endpoint.

    Args:
        name: the model's name in the protocol's paths.
        signature: what the model takes and answers.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": name,
            "version": signature.digest.partition(":")[2][:12] or "0",
            "description": f"A model of {signature.target} ({signature.task}), by the Open Inference Protocol.",
        },
        "servers": [{"url": "."}],
        "paths": {
            f"/v1/models/{name}:predict": _posted("Ask by rows", "predict", "Rows", "Predictions"),
            f"/v2/models/{name}/infer": _posted("Ask by columns", "infer", "Tensors", "Outputs"),
            f"/v2/models/{name}": _got("Tell the columns", "describe"),
            "/v2/health/ready": _got("Tell whether requests are answered", "ready"),
            **_explained(name, signature),
        },
        "components": {
            "schemas": {
                "Row": row_of(signature),
                "Rows": _listed("instances", {"$ref": "#/components/schemas/Row"}),
                "Predictions": _predictions(signature),
                "Tensors": _tensors("inputs", signature.asked, _optional(signature)),
                "Outputs": _outputs(signature),
                "Error": _ERROR,
                **_explanations(signature),
            }
        },
    }


def row_of(signature: Signature) -> Schema:
    """Return the schema of a row of version 1."""
    properties = {column.name: _of_column(column, signature) for column in signature.asked}
    if signature.identifier and signature.identifier not in properties:
        told = "Names the row, so that its outcome can be found later. The model doesn't see it."
        properties[signature.identifier] = {"description": told}
    return {
        "type": "object",
        "required": [column.name for column in signature.asked],
        "additionalProperties": False,
        "properties": properties,
    }


def is_moment(column: Column, signature: Signature) -> bool:
    """Tell whether a column of texts holds moments: the model's file takes it as a number."""
    tensors = (tensor.datatype for tensor in signature.tensors if tensor.columns == (column.name,))
    return column.datatype == "BYTES" and next(tensors, "") == "INT64"


def is_picture(column: Column, signature: Signature) -> bool:
    """Tell whether a column holds pictures."""
    return bool(signature.image) and any(one.name == column.name and one.width != 1 for one in signature.inputs)


def _of_column(column: Column, signature: Signature) -> Schema:
    if is_picture(column, signature):
        return _PICTURE
    schema = dict(_TYPES[column.datatype])
    if is_moment(column, signature):
        return schema | {"description": "A moment by ISO 8601, such as 2026-05-01T12:00:00Z."}
    known = signature.schema.columns.get(column.name) if signature.schema else None
    if known and known.categories and not known.is_sensitive:
        schema["examples"] = list(known.categories[:MOST_EXAMPLES])
    return schema


def _predictions(signature: Signature) -> Schema:
    answers: Schema = {"predictions": {"type": "array", "items": _prediction(signature)}}
    for output in signature.outputs[1:]:
        answers[output.name] = {"type": "array", "items": _beside(output, signature)}
    return {"type": "object", "required": list(answers), "properties": answers}


def _beside(output: Column, signature: Signature) -> Schema:
    """Return the schema of what is answered beside a prediction: probabilities, or what holds the truth."""
    share: Schema = {"type": "number", "minimum": 0, "maximum": 1}
    if output.width != 1:
        return _shares(signature, share)
    if signature.coverage and output.name == SET:
        told = (
            f"Classes that hold the truth in {signature.coverage.share:.4g} of all rows, most often the one predicted."
        )
        return {"type": "array", "items": {"enum": list(signature.classes)}, "minItems": 1, "description": told}
    if signature.coverage and not signature.classes:
        told = (
            f"The {output.name} end of an interval that holds the truth in {signature.coverage.share:.4g} of all rows."
        )
        return {"type": "number", "description": told}
    return share | {"description": f"The probability of the class {signature.positive}."}


def _prediction(signature: Signature) -> Schema:
    if signature.thresholds:
        return {"type": "array", "items": {"enum": list(signature.classes)}}
    return {"enum": list(signature.classes)} if signature.classes else {"type": "number"}


def _shares(signature: Signature, share: Schema) -> Schema:
    names = ", ".join(map(str, signature.classes))
    if signature.thresholds:
        return {"type": "object", "additionalProperties": share, "description": f"By label: {names}."}
    count = len(signature.classes)
    told = f"In the order of the classes: {names}."
    return {"type": "array", "items": share, "minItems": count, "maxItems": count, "description": told}


def _tensors(word: str, columns: Sequence[Column], optional: Sequence[str]) -> Schema:
    rows = "One value a row, in row-major order, flat or nested."
    names = [*(column.name for column in columns), *optional]
    tensor: Schema = {
        "type": "object",
        "required": ["name", "shape", "datatype"],
        "properties": {
            "name": {"enum": names},
            "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            "datatype": {"type": "string", "description": _datatypes(columns)},
            "data": {"type": "array", "description": rows},
        },
    }
    return _listed(word, tensor) | {"description": "The Open Inference Protocol, version 2."}


def _outputs(signature: Signature) -> Schema:
    names, told = ", ".join(map(str, signature.classes)), "The Open Inference Protocol, version 2."
    order = f" Probabilities are in the order of the classes: {names}." if names else ""
    more = f" Asked for by name, probabilities of both classes are in their order: {names}."
    more = more if signature.positive is not None else order
    optional = ("probabilities",) if signature.positive is not None else ()
    return _tensors("outputs", signature.outputs, optional) | {"description": told + more}


def _explained(name: str, signature: Signature) -> Schema:
    """Return the paths of explanations, where answers are explained."""
    if not is_explainable(signature):
        return {}
    paths = {
        f"/v1/models/{name}:explain": _posted("Have answers explained, by rows", "explain", "Rows", "Explanations"),
        f"/v2/models/{name}/explain": _posted("The same by columns", "explainTensors", "Tensors", "Explained"),
    }
    told = "The class whose probability is explained; left out, it is the positive one, or the likeliest."
    one = {"name": "class", "in": "query", "schema": {"enum": list(map(str, signature.classes))}, "description": told}
    for path in paths.values():
        path["post"]["parameters"] = [one] if signature.classes else []
        path["post"]["responses"]["429"] = _response("So many are being explained that this one isn't.", "Error")
    return paths


def _explanations(signature: Signature) -> Schema:
    if not is_explainable(signature):
        return {}
    number: Schema = {"type": "number"}
    by_column = {"type": "object", "required": list(signature.columns), "additionalProperties": number}
    properties: Schema = {
        "value": {**number, "description": "What is explained: the number, or the probability of the class."},
        "base_value": {**number, "description": "The same in the mean of rows like those that trained."},
        "contributions": {**by_column, "description": "What each column adds; with base_value all together are value."},
        "errors": {**by_column, "description": "The standard error of each, as orders of columns are drawn."},
    }
    one = {"type": "object", "required": list(properties), "properties": properties}
    gains: Schema = {"type": "array", "items": {"type": "array"}}
    properties["words"] = {"type": "object", "additionalProperties": gains, "description": "What words of texts add."}
    properties["patches"] = {"type": "object", "additionalProperties": gains, "description": "Of pictures, 4 by 4."}
    if signature.classes:
        properties["class"] = {"enum": list(signature.classes)}
    whole = _predictions(signature)
    added = {"explanations": {"type": "array", "items": one}}
    optional = ("patches",) if signature.image else ()
    return {
        "Explanations": {**whole, "properties": {**whole["properties"], **added}},
        "Explained": _tensors("outputs", explained_outputs(signature), optional),
    }


def _optional(signature: Signature) -> tuple[str, ...]:
    is_other = signature.identifier not in signature.columns
    return (signature.identifier,) if signature.identifier and is_other else ()


def _datatypes(columns: Sequence[Column]) -> str:
    return ", ".join(f"{column.name}: {column.datatype} {list(column.shape)}" for column in columns)


def _listed(word: str, item: Schema) -> Schema:
    return {"type": "object", "required": [word], "properties": {word: {"type": "array", "minItems": 1, "items": item}}}


def _posted(summary: str, operation: str, request: str, answer: str) -> Schema:
    refused = {str(status): _response(told, "Error") for status, told in _REFUSED.items()}
    return {
        "post": {
            "summary": summary,
            "operationId": operation,
            "requestBody": {"required": True, "content": _content(request)},
            "responses": {"200": _response("The answers, in the order of the rows.", answer), **refused},
        }
    }


def _got(summary: str, operation: str) -> Schema:
    return {"get": {"summary": summary, "operationId": operation, "responses": {"200": {"description": "The answer."}}}}


def _response(told: str, schema: str) -> Schema:
    return {"description": told, "content": _content(schema)}


def _content(schema: str) -> Schema:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
