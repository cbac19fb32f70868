"""JSON Schemas (2020-12) of every kind, for editors and CI, generated from the models.

What composition allows, the schemas allow: an interpolation wherever a value may stand, a `defaults` list at the top,
and a spec with `defaults` may leave to its parts what else is required. A patch may leave out everything.
"""

import inspect
import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reconciler.compose.schema_plugins import with_providers, with_runners
from reconciler.model.environment import Environment
from reconciler.model.kinds import KINDS
from reconciler.model.kinds.experiments import Experiment
from reconciler.plugins import Plugins, installed
from reconciler.yaml.parse import VERSION, VERSIONS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ANNOTATIONS = ("description", "default", "examples", "deprecated", "x-reference")
_INTERPOLATION = {
    "type": "string",
    "pattern": r"\$\{",
    "description": "An interpolation: ${key.key}, ${.key}, ${env.NAME} or ${secret:NAME}.",
}
_VERSION = {
    "description": "The version of the specs' language that this file is written in; left out, it is the first.",
    "default": VERSIONS[0],
    "enum": list(VERSIONS),
}
_DEFAULTS = {
    "description": "Hydra's defaults list: parts of specs/parts/ that this spec is laid over, and _self_.",
    "examples": [["tabular", "_self_"]],
    "type": "array",
    "items": {
        "anyOf": [
            {"type": "string", "description": "The name of a part, and where it lands: part@package."},
            {
                "type": "object",
                "description": "A group of parts and the one that is chosen.",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {"type": ["string", "null", "array"], "items": {"type": "string"}},
            },
        ]
    },
}

Schema = dict[str, Any]


def schemas(plugins: Plugins | None = None) -> Mapping[str, Schema]:
    """Return every schema by its name: `experiments`, `experiments.patch`, ..., `environment`.

    They know the providers and runners that are installed here.
    """
    plugins = plugins or installed()
    found: dict[str, Schema] = {}
    for kind, model in KINDS.items():
        definitions = _definitions(model)
        if model is Experiment:
            definitions = with_runners(definitions, plugins)
        found[kind] = _of_kind(kind, model, definitions)
        found[f"{kind}.patch"] = _of_patch(kind, model, definitions)
    definitions = with_providers(_definitions(Environment), plugins, _definitions)
    definitions[Environment.__name__]["properties"][VERSION] = _VERSION
    found["environment"] = _document("environment", Environment, {"$ref": "#/$defs/Environment"}, definitions)
    return found


def texts() -> Mapping[str, str]:
    """Return the text of every schema by its file's name."""
    return {f"{name}.schema.json": _text(schema) for name, schema in schemas().items()}


def write(folder: Path) -> tuple[Path, ...]:
    """Write every schema to a folder, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, text in texts().items():
        file = folder / name
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return tuple(files)


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _of_kind(kind: str, model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    name = model.__name__
    definitions[name]["properties"] |= {VERSION: _VERSION, "defaults": _DEFAULTS}
    choice = {
        "type": "object",
        "if": {"required": ["defaults"]},
        "then": {"$ref": f"#/$defs/{name}Partial"},
        "else": {"$ref": f"#/$defs/{name}"},
    }
    return _document(kind, model, choice, {**definitions, **_partial(definitions)})


def _of_patch(kind: str, model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    name = model.__name__
    definitions[name]["properties"] |= {VERSION: _VERSION, "defaults": _DEFAULTS}
    document = _document(f"{kind}.patch", model, {"$ref": f"#/$defs/{name}Partial"}, _partial(definitions))
    return {**document, "title": f"{name} patch"}


def _document(name: str, model: type[BaseModel], body: Schema, definitions: Schema) -> Schema:
    return {
        "$schema": _DIALECT,
        "$id": f"{name}.schema.json",
        "title": model.__name__,
        "description": inspect.getdoc(model),  # without its margin, which Python 3.13 leaves out itself
        **body,
        "$defs": {key: definitions[key] for key in sorted(definitions)} | {"Interpolation": _INTERPOLATION},
    }


def _definitions(model: type[BaseModel]) -> dict[str, Schema]:
    """Return the schemas of a model and of all its blocks, with interpolations allowed for their values."""
    schema = model.model_json_schema(mode="validation")
    blocks: dict[str, Schema] = schema.pop("$defs", {})
    return {name: _block(block) for name, block in {**blocks, model.__name__: schema}.items()}


def _block(schema: Schema) -> Schema:
    properties = schema.get("properties", {})
    return {**schema, "properties": {name: _value(value) for name, value in properties.items()}}


def _value(schema: Schema) -> Schema:
    """Return a value's schema that takes an interpolation as well; the notes for readers stay outside."""
    notes = {key: schema[key] for key in _ANNOTATIONS if key in schema}
    body = _nested({key: value for key, value in schema.items() if key not in notes and key != "title"})
    if _takes_any_text(body):
        return {**notes, **body}
    options = body["anyOf"] if body.keys() == {"anyOf"} else [body]
    return {**notes, "anyOf": [*options, {"$ref": "#/$defs/Interpolation"}]}


def _nested(schema: Schema) -> Schema:
    result = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = _value(schema[key])
    if "anyOf" in schema:
        result["anyOf"] = [_nested(option) for option in schema["anyOf"]]
    return result


def _takes_any_text(schema: Schema) -> bool:
    if "anyOf" in schema:
        return any(map(_takes_any_text, schema["anyOf"]))
    types = schema.get("type", [] if "$ref" in schema else ["string"])
    limits = {"pattern", "enum", "const", "format"} & schema.keys()
    return not limits and "string" in ([types] if isinstance(types, str) else types)


def _partial(definitions: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the definitions again under other names, with nothing required: what one of several files may say."""
    return {f"{name}Partial": _relaxed(deepcopy(schema)) for name, schema in definitions.items()}


def _relaxed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_relaxed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {key: _relaxed(value) for key, value in schema.items() if not _demands(key, value)}
    reference = relaxed.get("$ref", "")
    if isinstance(reference, str) and reference and not reference.endswith("/Interpolation"):
        relaxed["$ref"] = f"{reference}Partial"
    return relaxed


def _demands(key: str, value: Any) -> bool:
    return key == "required" and isinstance(value, list)
