"""What is wrong with a value, by a finding of pydantic, in words: what was expected, and what is there."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from runners.contract.forms import Form, form_of
from runners.contract.text import printable

Finding = Mapping[str, Any]
"""One of pydantic's `ErrorDetails`, with its context."""

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("string_type", "string_unicode"), "a text"),
        **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"),
        **dict.fromkeys(("float_type", "float_parsing"), "a number"),
        "finite_number": "a finite number",
        **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
        **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), "a mapping"),
        **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type"), "a list"),
        "none_required": "nothing",
        **dict.fromkeys(("url_type", "url_parsing", "url_scheme"), "an address such as https://example.com"),
    }
)
_MOMENT = re.compile(r"(datetime|timezone)_")
_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}
_CHOICE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,'"]+""")
_OF_TIME = "a moment such as 2026-01-31T09:00:00Z"


def said(error: Finding, about: str = "") -> tuple[str, str]:
    """Write one finding as a message and a hint.

    Args:
        error: pydantic's finding.
        about: what the field is, by its description, for what has no other words.
    """
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return "it is missing", ""
    if kind == "extra_forbidden":
        return "there is no such field", ""
    if kind in _BOUNDS:
        return f"must be {wanted(error)}, and is {as_written(value)}", ""
    if kind in _SIZES:
        return _size(error), ""
    if kind == "value_error":
        return _refused(error), ""
    if kind == "string_pattern_mismatch":
        return _misformed(error, about)
    return f"expected {wanted(error, about)}, not {shown(value)}", ""


def wanted(error: Finding, about: str = "") -> str:
    """Return what was expected of a value, as it follows "expected"."""
    kind = error["type"]
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _WANTED:
        return _WANTED[kind](error)
    if kind in _BOUNDS:
        name, word = _BOUNDS[kind]
        return f"{word} {error['ctx'][name]:.10g}"
    if _MOMENT.match(kind):
        return _OF_TIME
    return _by(about) or "another value"


def choices(error: Finding) -> list[str]:
    """Return what a value may be, where that is listed."""
    if error["type"] not in ("literal_error", "enum"):
        return []
    told = str(error["ctx"]["expected"])
    found = [match[0][1:-1] if match[0][0] in "'\"" else match[0] for match in _CHOICE.finditer(told)]
    names = [name for place, name in enumerate(found) if name and not (name == "or" and 0 < place < len(found) - 1)]
    return [_IN_YAML.get(name, name) for name in names]


_IN_YAML = {"True": "true", "False": "false", "None": "nothing"}


def listed(options: Sequence[str]) -> str:
    """Write what a value may be: `a, b or c`."""
    return " or ".join(filter(None, (", ".join(options[:-1]), options[-1]))) if options else "another value"


def shown(value: Any) -> str:
    """Name a value in an error, in YAML's words, cut to a readable length."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number {printable(str(value), 40)}"
    if isinstance(value, str):
        return f"`{printable(value, 60)}`" if value else "an empty text"
    if isinstance(value, bytes):
        return f"`{printable(value.decode('ascii', 'backslashreplace'), 60)}`" if value else "no bytes"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list | tuple) else "this"


def as_written(value: Any) -> str:
    """Name a value as `shown` does, a number as it is: `7`, where the sentence says that it is one."""
    return shown(value).removeprefix("the number ")


def misread(error: Exception) -> str:
    """Say why a document of another program can't be understood, by the error that reading it ended in."""
    if isinstance(error, KeyError):
        return f"it has no {shown(error.args[0] if error.args else None)}"
    if isinstance(error, ValueError | OSError):
        return printable(str(error))
    return "a part of it has another form"


def _form(error: Finding) -> Form | None:
    return form_of(str(error["ctx"]["pattern"]))


def _misformed(error: Finding, about: str) -> tuple[str, str]:
    form, value = _form(error), shown(error["input"])
    if form:
        return f"expected {form.words}, not {'the text that is there' if form.is_secret else value}", form.hint
    words = _by(about) or "a text of another form"
    return f"expected {words}, not {value}", f"its form is {printable(str(error['ctx']['pattern']))}"


def _by(about: str) -> str:
    """Return a field's description as it stands in a sentence."""
    first = about.split(". ", maxsplit=1)[0].strip().rstrip(".")
    return f"what the field holds ({first[0].lower()}{first[1:]})" if first else ""


def _size(error: Finding) -> str:
    context: Mapping[str, Any] = error["ctx"]
    least = context.get("min_length")
    if least == 1 and not error["input"]:
        return "it may not be empty"
    return f"it may have {_length(error)}"


def _length(error: Finding) -> str:
    context: Mapping[str, Any] = error["ctx"]
    least, most = context.get("min_length"), context.get("max_length")
    count, bound = (least, "at least") if least is not None else (most, "at most")
    one, many = ("character", "characters") if error["type"].startswith("string") else ("entry", "entries")
    return f"{bound} {count} {one if count == 1 else many}"


def _refused(error: Finding) -> str:
    text = _told(error)
    is_value = text.startswith("expected") and not _is_block(error["input"])
    return f"{text}, not {shown(error['input'])}" if is_value else text


def _is_block(value: Any) -> bool:
    return isinstance(value, dict) or hasattr(value, "model_fields_set")


def _told(error: Finding) -> str:
    """Return what a validator of ours says."""
    return str(error["ctx"]["error"]) if "error" in error.get("ctx", {}) else str(error["msg"])


_SIZES: Mapping[str, Callable[[Finding], str]] = MappingProxyType(
    {
        "string_too_short": lambda error: f"a text of {_length(error)}",
        "string_too_long": lambda error: f"a text of {_length(error)}",
        "too_short": lambda error: f"a list of {_length(error)}",
        "too_long": lambda error: f"a list of {_length(error)}",
    }
)
_WANTED: Mapping[str, Callable[[Finding], str]] = MappingProxyType(
    {
        **_SIZES,
        **dict.fromkeys(("literal_error", "enum"), lambda error: listed(choices(error))),
        "value_error": lambda error: _told(error).removeprefix("expected "),
        "string_pattern_mismatch": lambda error: form.words if (form := _form(error)) else "a text of another form",
    }
)
