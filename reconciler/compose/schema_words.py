"""JSON Schema's findings about an experiment's params, in the words of people who write specs."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.compose.flaws import Flaw
from reconciler.compose.nearest import did_you_mean
from reconciler.model.text import printable
from reconciler.yaml.positions import Path
from runners.contract.mistakes import shown

Finding = Any
"""A `jsonschema.exceptions.ValidationError`, whose fields are typed as possibly unset."""
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "multipleOf": "a multiple of",
}
_KINDS = ("type", "enum", "const")
"""Findings that a value is something else altogether."""


def described(error: Finding, runner: str, params: Mapping[str, Any]) -> Iterator[Flaw]:
    """Write one finding as flaws: at the parameter's name where that is wrong, else at its value."""
    path: Path = ("params", *error.absolute_path)
    keyword = str(error.validator)
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        model = params.get("model")
        whose = f"{runner} ({printable(model, 40)})" if isinstance(model, str) else runner
        yield from _unknown(error, path, whose)
    elif keyword == "required":
        yield from (
            Flaw((*path, name), f"`{printable(name)}` is missing", f"{runner} needs it")
            for name in error.validator_value
            if name not in error.instance
        )
    elif keyword in ("anyOf", "oneOf") and error.context:
        yield from _of_union(error, path)
    else:
        yield Flaw(path, *_words(error))


def _unknown(error: Finding, path: Path, whose: str) -> Iterator[Flaw]:
    known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    for name in error.instance:
        if name not in known and repr(name) in error.message:
            what = f"{whose} has no parameter `{printable(str(name))}`"
            yield Flaw((*path, str(name)), what, did_you_mean(str(name), known), on_key=True)


def _of_union(error: Finding, path: Path) -> Iterator[Flaw]:
    """Write what is wrong with a value that none of several schemas takes: what the one it comes nearest to says."""
    near = [one for one in error.context if str(one.validator) not in _KINDS]
    if near:
        yield Flaw(("params", *near[0].absolute_path), *_words(near[0]))
        return
    known = list(dict.fromkeys(_expected(one) for one in error.context))
    words = [str(value) for one in error.context if one.validator == "enum" for value in one.validator_value]
    hint = did_you_mean(error.instance, words) if isinstance(error.instance, str) and words else ""
    yield Flaw(path, f"expected {' or '.join(known)}, not {shown(error.instance)}", hint)


def _words(error: Finding) -> tuple[str, str]:
    """Return a message and a hint."""
    keyword, told = str(error.validator), error.validator_value
    if keyword in _KINDS:
        words = [str(value) for value in told] if keyword == "enum" else []
        hint = did_you_mean(error.instance, words) if isinstance(error.instance, str) else ""
        return f"expected {_expected(error)}, not {shown(error.instance)}", hint if "did you" in hint else ""
    if keyword in _BOUNDS:
        return f"must be {_BOUNDS[keyword]} {told:.10g}, and is {error.instance}", ""
    if keyword in ("minItems", "maxItems", "minLength", "maxLength"):
        bound, things = "at least" if keyword[:3] == "min" else "at most", keyword[3:].lower()
        return f"it may have {bound} {told} {'entries' if things == 'items' else 'characters'}", ""
    return printable(error.message, 200), ""


def _expected(error: Finding) -> str:
    told = error.validator_value
    if error.validator == "type":
        types = [told] if isinstance(told, str) else told
        return " or ".join(_TYPES.get(str(name), str(name)) for name in types)
    values = [told] if error.validator == "const" else told
    return ", ".join("null" if value is None else str(value) for value in values)
