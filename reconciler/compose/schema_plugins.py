"""The parts of the JSON Schemas that depend on what is installed: the options of providers, the names of runners."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from reconciler.model.errors import Refused
from reconciler.plugins import PORTS, Plugins

Schema = dict[str, Any]
Define = Callable[[type[BaseModel]], dict[str, Schema]]
"""Returns the definitions of a model and of its blocks, by their names."""
_INTERPOLATION = {"$ref": "#/$defs/Interpolation"}


def with_providers(definitions: Mapping[str, Schema], plugins: Plugins, define: Define) -> dict[str, Schema]:
    """Return the definitions of an environment, in which each port knows its providers and their options."""
    found = {name: schema for name, schema in definitions.items() if name != "ProviderChoice"}
    choice, fields = definitions["ProviderChoice"], dict(found["Environment"]["properties"])
    for port in PORTS:
        names = plugins.providers(port)
        about = choice["properties"]["provider"]["description"]
        named = {"description": about, "anyOf": [{"type": "string", "enum": list(names)}, _INTERPOLATION]}
        branches = []
        for name in names:
            options = _options(port, name, plugins, define)
            found |= options
            branches += [_branch(port, name)] if options else []
        found[port] = {**choice, "title": port, "properties": {"provider": named}, "allOf": branches}
        fields[port] = {**fields[port], "anyOf": [{"$ref": f"#/$defs/{port}"}, _INTERPOLATION]}
    return {**found, "Environment": {**found["Environment"], "properties": fields}}


def with_runners(definitions: Mapping[str, Schema], plugins: Plugins) -> dict[str, Schema]:
    """Return the definitions of an experiment, in which `runner` is one of those that there are."""
    whole = definitions["Experiment"]
    runner = whole["properties"]["runner"]
    others = [option for option in runner["anyOf"] if "pattern" not in option or option == _INTERPOLATION]
    named = {**runner, "anyOf": [{"type": "string", "enum": list(plugins.trainers())}, *others]}
    return {**definitions, "Experiment": {**whole, "properties": {**whole["properties"], "runner": named}}}


def _branch(port: str, name: str) -> Schema:
    chosen = {"properties": {"provider": {"const": name}}, "required": ["provider"]}
    return {"if": chosen, "then": {"$ref": f"#/$defs/{port}.{name}"}}


def _options(port: str, name: str, plugins: Plugins, define: Define) -> dict[str, Schema]:
    """Return the definitions of a provider's options; none where it declares none, or can't be loaded."""
    try:
        model = plugins.options(port, name)
        defined = plugins.guarded(f"{port}.{name}", lambda: define(model)) if model else {}
    except Refused:
        return {}
    if model is None:
        return {}
    whole = defined.pop(model.__name__)
    provider = {"description": "This provider.", "const": name}
    fields = {"provider": provider, **whole.get("properties", {})}
    root = {**whole, "title": f"{port}: {name}", "properties": fields}
    return {
        f"{port}.{name}": _renamed(root, f"{port}.{name}."),
        **{f"{port}.{name}.{block}": _renamed(schema, f"{port}.{name}.") for block, schema in defined.items()},
    }


def _renamed(schema: Any, prefix: str) -> Any:
    """Return a schema whose references to blocks have a prefix, so that no two providers share a name."""
    if isinstance(schema, list):
        return [_renamed(item, prefix) for item in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {key: _renamed(value, prefix) for key, value in schema.items()}
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference != _INTERPOLATION["$ref"]:
        renamed["$ref"] = reference.replace("#/$defs/", f"#/$defs/{prefix}")
    return renamed
