"""What is sound of a spec that has errors, so that all that doesn't depend on them is looked at too.

It is a spec of its kind that lacks the fields that are wrong. A check that reads one of these ends there: what it would
say depends on what isn't known yet. Nothing is ever made from such a spec.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from reconciler.model.kinds.spec import Spec


class Unsound(Exception):
    """A field was read that is wrong."""


def sound_part(kind: type[Spec], values: Mapping[str, Any]) -> Spec:
    """Return a spec with the fields that hold, each by itself; those that aren't given have their defaults."""
    found: dict[str, Any] = {}
    wrong = {name for name, field in kind.model_fields.items() if field.is_required()} - values.keys()
    for name in kind.model_fields.keys() & values.keys():
        try:
            found[name] = _field(kind, name).validate_python(values[name])
        except ValidationError:
            wrong.add(name)
    return without(_part_of(kind).model_construct(**found), wrong)


def without(part: Spec, wrong: set[str]) -> Spec:
    """Take out the fields that are wrong, which got their defaults."""
    for name in wrong:
        vars(part).pop(name, None)
    return part


@lru_cache(maxsize=512)
def _field(kind: type[Spec], name: str) -> TypeAdapter[Any]:
    field = kind.model_fields[name]
    held: Any = field.annotation
    for rule in field.metadata:
        held = Annotated[held, rule]
    return TypeAdapter(held)


@lru_cache(maxsize=16)
def _part_of(kind: type[Spec]) -> type[Spec]:
    return type(f"Part{kind.__name__}", (kind,), {"__getattr__": _tell, "__module__": __name__})


def _tell(part: Spec, name: str) -> NoReturn:
    raise Unsound(f"{part.kind} whose {name} is wrong")
