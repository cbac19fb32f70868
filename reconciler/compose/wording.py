"""pydantic's findings in the words of people who write specs."""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from reconciler.compose.flaws import Flaw, shown
from reconciler.compose.nearest import did_you_mean, nearest
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.sources import SIGN
from reconciler.yaml.positions import Path

Words = tuple[str, str]
"""A message and a hint."""

_PLAIN = re.compile(r"(?!(?i:true|false|null|yes|no|on|off)$)(?:[A-Za-z_/.]|--?[A-Za-z])[\w./=+-]*")
"""Words that YAML reads as they are, as texts, within brackets."""
_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def describe(error: ErrorDetails, path: Path, model: type[BaseModel] | None) -> Flaw:
    """Write one finding as a flaw.

    Args:
        error: pydantic's finding.
        path: its place in the spec, without the branches of unions that pydantic puts in.
        model: the block that the finding's field belongs to, if it is known.
    """
    kind = error["type"]
    if kind == "missing":
        return Flaw(path, f"`{path[-1]}` is missing", _missing_hint(path, model), on_key=True)
    if kind == "extra_forbidden":
        return Flaw(path, f"unknown field `{path[-1]}`", _unknown_hint(str(path[-1]), model), on_key=True)
    if kind in _EXPECTED:
        return Flaw(
            path, f"expected {_EXPECTED[kind]}, not {shown(error['input'])}", _type_hint(kind, path, error["input"])
        )
    if kind in _BOUNDS:
        name, word = _BOUNDS[kind]
        return Flaw(path, f"must be {word} {error['ctx'][name]:.10g}, and is {error['input']}")
    message, hint = _WORDS.get(kind, _as_said)(error)
    return Flaw(path, message, hint)


def _missing_hint(path: Path, model: type[BaseModel] | None) -> str:
    name = str(path[-1])
    field = model.model_fields.get(name) if model else None
    example = field.examples[0] if field and field.examples else "..."
    about = (field.description or "").rstrip(".") if field else ""
    return f"add `{name}: {example}`" + (f", {about[0].lower()}{about[1:]}" if about else "")


def _unknown_hint(name: str, model: type[BaseModel] | None) -> str:
    if name == "defaults":
        return "a `defaults` list stands at the top of a spec"
    if name == "moved_from" and model is Pool:
        return "leave it out: no job is named by its pool, so a pool that is renamed makes nothing anew"
    return did_you_mean(name, model.model_fields) if model else ""


def _type_hint(kind: str, path: Path, value: Any) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return "quote it"
    if isinstance(value, str) and value.lstrip().startswith(("choice(", "range(", "interval(", "glob(")):
        return "sweeps belong in `params`"
    if kind not in ("tuple_type", "list_type") or not isinstance(value, str):
        return ""
    return f"write [{', '.join(map(_entry, _parts(value))) if path[-1:] == ('command',) else value}]"


def _parts(line: str) -> list[str]:
    """Part a command as a shell would; one that no shell takes, at its blanks."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _entry(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else json.dumps(word, ensure_ascii=False)


def _literal(error: ErrorDetails) -> Words:
    expected = str(error["ctx"]["expected"]).replace("'", "")
    words = expected.replace(" or ", ", ").split(", ")
    found = nearest(str(error["input"]), words) if isinstance(error["input"], str) else None
    return f"expected {expected}, not {shown(error['input'])}", f"did you mean `{found}`?" if found else ""


def _pattern(error: ErrorDetails) -> Words:
    pattern = str(error["ctx"]["pattern"])
    kind, slash, rest = pattern.removeprefix("^").partition("/")
    value = shown(error["input"])
    if slash and kind.isalpha():
        form = f"{kind}/<name>" + ("/<digest>" if "0-9a-f]{12}" in rest else "")
        return (
            f"expected a reference such as `{form}`, not {value}",
            f"names are lower case, with digits and -, as in {form}",
        )
    if pattern.startswith("^sha256:"):
        return f"expected a digest such as `sha256:<64 hex digits>`, not {value}", "a promotion writes it"
    if pattern.startswith("^[a-z0-9]("):
        return f"expected a name such as `risk-2`, not {value}", "use lower case, digits and -, at most 63 of them"
    if pattern == SIGN:
        return f"expected one sign, no digit, quote or line break, not {value}", ""
    return f"{value} doesn't match {pattern}", ""


def _size(error: ErrorDetails) -> Words:
    context: Mapping[str, Any] = error["ctx"]
    least, most = context.get("min_length"), context.get("max_length")
    things = "characters" if error["type"].startswith("string") else "entries"
    bound = f"at least {least}" if least is not None else f"at most {most}"
    if least == 1 and not error["input"]:
        return "it may not be empty", ""
    return f"it may have {bound} {things}", ""


def _said(error: ErrorDetails) -> Words:
    text = str(error["ctx"]["error"]) if "error" in error.get("ctx", {}) else error["msg"]
    is_value = text.startswith("expected") and not isinstance(error["input"], dict | BaseModel)
    return (f"{text}, not {shown(error['input'])}" if is_value else text), ""


def _as_said(error: ErrorDetails) -> Words:
    return error["msg"][:1].lower() + error["msg"][1:], ""


_WORDS: Mapping[str, Callable[[ErrorDetails], Words]] = {
    "literal_error": _literal,
    "enum": _literal,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _size,
    "string_too_long": _size,
    "too_short": _size,
    "too_long": _size,
    "value_error": _said,
}


def union_words(errors: Sequence[ErrorDetails]) -> Words:
    """Write the findings of a union none of whose branches takes the value as one."""
    expected = []
    for error in errors:
        if error["type"] == "literal_error":
            expected.append(str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", "))
        else:
            expected.append(_EXPECTED.get(error["type"], "something else"))
    value = errors[0]["input"]
    options = list(dict.fromkeys(expected))
    words = [word for option in options for word in option.split(", ")]
    found = nearest(value, words) if isinstance(value, str) else None
    return f"expected {' or '.join(options)}, not {shown(value)}", f"did you mean `{found}`?" if found else ""


def block_at(model: type[BaseModel], path: Path, branch: str = "") -> type[BaseModel] | None:
    """Return the block that the fields at a path belong to, following types from a kind's model down."""
    found: Any = model
    for part in path:
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(str(part))
            found = field.annotation if field else None
        else:
            found = _inner(found)
        if found is None:
            return None
    return _block(found, branch)


def _inner(annotation: Any) -> Any:
    """Return what the items of a mapping or list type are."""
    for candidate in (annotation, *get_args(annotation)):
        items = [arg for arg in get_args(candidate) if arg is not Ellipsis and arg is not type(None)]
        if getattr(candidate, "__origin__", None) in (dict, tuple, list) and items:
            return items[-1]
    return None


def _block(annotation: Any, branch: str) -> type[BaseModel] | None:
    candidates = [annotation, *get_args(annotation)]
    blocks = [item for item in candidates if isinstance(item, type) and issubclass(item, BaseModel)]
    named = [block for block in blocks if block.__name__ == branch]
    return next(iter(named or blocks), None)
