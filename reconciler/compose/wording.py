"""pydantic's findings in the words of people who write specs."""

import json
import re
import shlex
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from reconciler.compose.flaws import Flaw
from reconciler.compose.nearest import did_you_mean, nearest
from reconciler.model.kinds.pools import Pool
from reconciler.yaml.positions import Path
from runners.contract.mistakes import choices, listed, said, shown, wanted

Words = tuple[str, str]
"""A message and a hint."""

_PLAIN = re.compile(r"(?!(?i:true|false|null|yes|no|on|off)$)(?:[A-Za-z_/.]|--?[A-Za-z])[\w./=+-]*")
"""Words that YAML reads as they are, as texts, within brackets."""


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
    message, hint = said(error, _about(path, model))
    return Flaw(path, message, hint or _nearest(error) or _type_hint(kind, path, error["input"]))


def _about(path: Path, model: type[BaseModel] | None) -> str:
    """Return what a field is, by its description; empty where that isn't known."""
    field = model.model_fields.get(str(path[-1])) if model and path else None
    return (field.description or "") if field else ""


def _nearest(error: ErrorDetails) -> str:
    """Return the hint of the choice that is nearest to a wrong one."""
    value = error["input"]
    found = nearest(value, choices(error)) if isinstance(value, str) else None
    return f"did you mean `{found}`?" if found else ""


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


def union_words(errors: Sequence[ErrorDetails]) -> Words:
    """Write the findings of a union none of whose branches takes the value as one."""
    value = errors[0]["input"]
    options = list(dict.fromkeys(option for error in errors for option in choices(error) or [wanted(error)]))
    options = [option for option in options if option != "a whole number" or "a number" not in options]
    told = f"expected {listed(options)}, not {shown(value)}"
    found = nearest(value, options) if isinstance(value, str) else None
    return told, f"did you mean `{found}`?" if found else ""


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
