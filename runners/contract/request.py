"""The request: what a job is asked to do, as the daemon writes it and a runner of this or another version reads it."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runners.contract.errors import InputError
from runners.contract.formats import REQUEST, UnknownFormat, format_of
from runners.contract.mistakes import said
from runners.contract.text import dotted

Params = TypeVar("Params", bound=BaseModel)
"""A runner's own model of its parameters."""


FORMER = "former-version"
"""The role of the version before: a growing dataset goes on with it, any other is only compared with it. No table of a
query has such a name."""
PREVIOUS = "previous"
"""The role of the version that limits of drift are about: it is compared with, and not gone on with."""
_VERSION = "version"


def version_role(place: int, run: str) -> str:
    """Return the role of a version of the data that a model's columns are looked for in.

    Args:
        place: 0 for the one that the model was trained on, and from 1 on those that came since, in their order.
        run: the version's name.
    """
    return f"{_VERSION} {place:04d} {run}"


def is_version_role(role: str) -> bool:
    """Tell whether a role is that of a version which is looked through, if at all, and of which no row is read."""
    return role.startswith(f"{_VERSION} ") and role.count(" ") >= 2


def versions_of(inputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the names and the URLs of the versions among inputs, the one that the model was trained on first."""
    return [(role.split(" ", 2)[2], inputs[role]) for role in sorted(filter(is_version_role, inputs))]


class Request(BaseModel):
    """What a job is asked to do. Every place is a fsspec URL of a folder, without a trailing slash.

    Fields that aren't known here are left out: a newer daemon may tell more, in the same format.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    format: int = REQUEST
    run: str
    """Name of the run, `experiments/employment/3f2a1b4c5d6e`."""
    runner: str
    """`ingest`, `label`, `choose`, `score`, `tabular`, `images`, `torch-images`, `command`, `evaluate`, `replica`,
    `smoke`, `monitor`."""
    params: dict[str, Any] = Field(default={})
    inputs: dict[str, str] = Field(default={})
    """URLs by role: `dataset`, `labels`, `model`, `live`, `logs`, `code`, `endpoint`, `former-version`, ..."""
    digests: dict[str, str] = Field(default={})
    """`sha256:<hex>` by role of the `result.json` that the run behind an input has left, as the data store has it."""
    output: str
    """Where everything goes that comes of it. In every format it stands here, so that a refusal gets there."""
    seed: int = 0
    provenance: dict[str, Any] = Field(default={})
    """What the daemon knows of the run's origin (spec commit, spec digest, inputs' commits); copied to the output."""

    def params_as(self, model: type[Params]) -> Params:
        """Read the parameters.

        Raises:
            InputError: they don't fit; the first problem is told with its place, the others are counted.
        """
        return read_params(model, self.params)


def read_params(model: type[Params], params: Mapping[str, Any]) -> Params:
    """Read a job's parameters by its runner's own model.

    Raises:
        InputError: they don't fit; the first problem is told with its place, the others are counted.
    """
    try:
        return model.model_validate(params)
    except ValidationError as error:
        first, *others = error.errors(include_url=False)
        more = f" (and {len(others)} more)" if others else ""
        where = dotted(first["loc"])
        what = f"the parameter {where or 'set'} doesn't fit: {said(first)[0]}{more}"
        raise InputError(what, where, "correct this field of the spec") from error


class Misunderstood(InputError):
    """A request of a newer format. `request` is as much of it as a refusal needs, where even that can be read."""

    def __init__(self, what: str, fix: str, request: Request | None) -> None:
        super().__init__(what, "request", fix)
        self.request = request


def read_request(text: bytes) -> Request:
    """Read a request.

    Raises:
        Misunderstood: a newer daemon wrote it, in a format that isn't known here.
        ValueError: it is no request.
    """
    told = json.loads(text)
    if not isinstance(told, dict):
        raise ValueError("it is no JSON object")
    try:
        format_of(told, REQUEST)
    except UnknownFormat as error:
        if not error.is_newer:
            raise
        what = f"the runners here are older than the daemon, and can't read its request: {error}"
        fix = "upgrade the image, or what else the jobs of this pool run in, to the daemon's version of Setpoint"
        raise Misunderstood(what, fix, _enough(told)) from error
    return Request.model_validate(told)


def _enough(told: dict[str, Any]) -> Request | None:
    """Return what a refusal needs of a request: where it goes."""
    output = told.get("output")
    if not isinstance(output, str) or not output:
        return None
    return Request(run=str(told.get("run", "")), runner=str(told.get("runner", "")), output=output)
