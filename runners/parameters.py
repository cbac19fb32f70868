"""What a job is told, read as a strict model."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from runners.contract import InputError

Model = TypeVar("Model", bound=BaseModel)


class Block(BaseModel):
    """A strict, frozen part of the parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def understood(model: type[Model], params: Mapping[str, Any]) -> Model:
    """Read a job's parameters.

    Raises:
        InputError: they don't fit; the first problem is told with its place, the others are counted.
    """
    try:
        return model.model_validate(params)
    except ValidationError as error:
        first, *others = error.errors(include_url=False)
        more = f" (and {len(others)} more)" if others else ""
        place = ".".join(map(str, first["loc"]))
        raise InputError(first["msg"] + more, place, "correct this field of the spec") from error
