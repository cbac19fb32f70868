"""A composed mapping held against its kind's model: every flaw at once, each at its path."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.nearest import nearest
from reconciler.compose.wording import block_at, describe, union_words
from reconciler.yaml.positions import Path

_MOST = 60
"""Findings of one spec that are told."""

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], spec: Mapping[str, Any]) -> Model:
    """Read a composed mapping as a model.

    Raises:
        Flawed: it doesn't hold; every way in which it doesn't.
    """
    try:
        return model.model_validate(spec)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=True)
        found = flaws(model, spec, errors[:_MOST])
        if len(errors) > _MOST:
            found.append(Flaw((), f"there are {len(errors) - _MOST:,} more findings", "mend these first"))
        raise Flawed(*found) from None


def errors_in(model: type[BaseModel], values: Mapping[str, Any]) -> list[ErrorDetails]:
    """Return pydantic's findings about a mapping, of which there are no more than are told."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        return error.errors(include_url=False, include_context=True)[:_MOST]
    return []


def flaws(model: type[BaseModel], spec: Mapping[str, Any], errors: Sequence[ErrorDetails]) -> list[Flaw]:
    """Return the flaws that pydantic's findings stand for, one for each value that is wrong."""
    found: list[Flaw] = []
    unions: dict[Path, list[tuple[str, ErrorDetails]]] = {}
    wrong = {error["loc"][:-1] for error in errors if error["loc"]}
    for error in errors:
        if error["type"] == "too_short" and error["loc"] in wrong:
            continue  # pydantic counts the entries that hold: those that don't are told by themselves
        path, union, branch = _placed(error, spec)
        if union is None:
            found.append(describe(error, path, block_at(model, path[:-1])))
        else:
            unions.setdefault(union, []).append((branch, error))
    for path, members in unions.items():
        found += _of_union(model, spec, path, members)
    return found


def _placed(error: ErrorDetails, spec: Mapping[str, Any]) -> tuple[Path, Path | None, str]:
    """Return a finding's path in the spec, and the path of the union and the branch where it is in one.

    pydantic puts the branch's name between the keys; what isn't in the spec there is such a name, except at the end of
    a finding about a field that is missing.
    """
    path: list[str | int] = []
    value: Any = spec
    union, branch = None, ""
    for index, part in enumerate(error["loc"]):
        is_last = index == len(error["loc"]) - 1
        if _has(value, part):
            path.append(part)
            value = value[part]
        elif is_last and error["type"] == "missing":
            path.append(part)
        elif union is None and part != "[key]":
            union, branch = tuple(path), str(part)
    return tuple(path), union, branch


def _has(value: Any, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)


def _of_union(
    model: type[BaseModel], spec: Mapping[str, Any], path: Path, members: list[tuple[str, ErrorDetails]]
) -> list[Flaw]:
    """Return the flaws of a value that fits no branch of a union: those of the branch that it comes nearest to."""
    inside = [(branch, error, _placed(error, spec)[0]) for branch, error in members]
    deeper: dict[str, list[tuple[ErrorDetails, Path]]] = {}
    for branch, error, place in inside:
        if len(place) > len(path):
            deeper.setdefault(branch, []).append((error, place))
    if not deeper:
        return [Flaw(path, *union_words([error for _, error in members]))]
    branch = min(deeper, key=lambda name: _distance(block_at(model, path, name), deeper[name]))
    return [describe(error, place, block_at(model, place[:-1], branch)) for error, place in deeper[branch]]


def _distance(block: type[BaseModel] | None, found: Sequence[tuple[ErrorDetails, Path]]) -> float:
    """Tell how far a value is from a branch of a union: its flaws, of which names nearly right weigh little."""
    fields = block.model_fields if block else {}
    unknown = [str(place[-1]) for error, place in found if error["type"] == "extra_forbidden"]
    return len(found) - 0.9 * sum(nearest(name, fields) is not None for name in unknown)
