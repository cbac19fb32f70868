"""What every spec has in common: strict fields, references by address, where its jobs run."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from reconciler.model.ids import NAME
from reconciler.model.quantity import Duration, Quantity, parse_duration
from reconciler.model.text import printable
from runners.contract.one_or_many import one_or_many


class Block(BaseModel):
    """A strict, frozen part of a spec: an unknown field is an error, not a silent typo."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


@lru_cache(maxsize=1024)
def _cron(value: str) -> str:
    from reconciler.model.schedule import next_fire

    try:
        first = next_fire(value, datetime(2000, 1, 1, tzinfo=UTC))
    except (ValueError, KeyError, AttributeError, TypeError):
        raise ValueError("expected a cron expression of five fields such as `0 3 * * mon-fri`") from None
    if first is None:
        raise ValueError("expected a day that some month has: this never fires")
    return value


Cron = Annotated[str, AfterValidator(_cron), Field(max_length=100, examples=["0 3 * * *"], description="Cron, in UTC.")]
"""A cron expression of five fields, read in UTC."""

DNS_LABEL = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
Team = Annotated[str, StringConstraints(pattern=DNS_LABEL)]
"""A team's name: a DNS label."""
GpuKind = Annotated[str, StringConstraints(pattern=DNS_LABEL)]
"""A kind of GPU, such as `a100`: a DNS label."""


def reference(kind: str) -> Any:
    """Return the type of a reference to a resource of one kind, `datasets/loans`."""
    return Annotated[
        str,
        StringConstraints(pattern=rf"^{kind}/[a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?$"),
        Field(examples=[f"{kind}/example"], json_schema_extra={"x-reference": kind}),
    ]


class Resources(Block):
    """What one node of a job asks of its pool, in Kubernetes quantities."""

    cpus: Quantity = Field(default=1.0, description="Cores, such as 2 or 500m.")
    memory: Quantity = Field(default=2.0 * 2**30, description="Bytes, such as 2Gi.")
    gpus: int = Field(default=0, ge=0, le=1024, description="Whole GPUs.")
    gpu_kind: str = Field(
        default="",
        pattern=rf"^$|{DNS_LABEL}",
        description="The kind of GPU, as the pool's capacity.gpu_kinds names it; left out, any will do.",
    )
    nodes: int = Field(default=1, ge=1, le=1024, description="Nodes that run the job together, each with all of this.")

    @model_validator(mode="after")
    def _kind_of_something(self) -> Self:
        if self.gpu_kind and not self.gpus:
            raise ValueError("gpu_kind says which GPUs, and gpus is 0: set gpus, or leave gpu_kind out")
        return self

    @model_serializer(mode="wrap")
    def _without_any_kind(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave `gpu_kind` out where it isn't told, so that what was named before it was there keeps its name."""
        told: dict[str, Any] = written(self)
        return told if self.gpu_kind else {key: value for key, value in told.items() if key != "gpu_kind"}


class Spec(Block):
    """What a resource of any kind is declared with."""

    kind: ClassVar[str]
    description: str = Field(default="", max_length=2000, description="What it is for, in words for people.")
    suspend: bool = Field(default=False, description="Keep what is there and change nothing.")

    def references(self) -> tuple[str, ...]:
        """List the addresses of the resources that this spec is made from, in the order of its fields."""
        return tuple(addr for _, addr in self.reference_fields())

    def reference_fields(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """List the fields that hold references, by path, each with the address that it holds."""
        return _references(self, ())


_LABEL = {"type": "string", "pattern": DNS_LABEL}


def _former(names: tuple[str, ...]) -> tuple[str, ...]:
    odd = next((name for name in names if not NAME.fullmatch(name)), None)
    if odd is not None:
        raise ValueError(f"`{printable(odd, 80)}` is no former name: say it as its file was called, such as `loans`")
    return names


FormerNames = Annotated[
    tuple[str, ...],
    BeforeValidator(one_or_many),
    AfterValidator(_former),
    WithJsonSchema({"anyOf": [_LABEL, {"type": "array", "items": _LABEL}]}),
]
"""One former name of a resource, or all of them, the oldest first."""


class JobSpec(Spec):
    """The part that every kind with jobs shares: where its jobs run, for whom, for how long, under which name."""

    pool: reference("pools") = Field(  # type: ignore[valid-type]
        default="pools/shared", description="The pool that its jobs run in."
    )
    team: Team = Field(default="default", description="The team whose share of the pool its jobs use.")
    resources: Resources = Field(default=Resources(), description="What each of its jobs asks of the pool.")
    timeout: Duration = Field(
        default_factory=lambda: parse_duration("1h"), description="How long a job may run before it is stopped."
    )
    retries: int = Field(default=2, ge=0, le=20, description="Attempts after the first, when a job crashes.")
    moved_from: FormerNames = Field(
        default=(),
        max_length=20,
        examples=["loans"],
        description="What it was called before it was renamed; of several names all, the oldest first. It goes on "
        "under the oldest, so nothing is made anew.",
    )


def _references(block: BaseModel, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    told = vars(block)
    for name, is_reference in _fields(type(block)):
        item = told.get(name)
        if is_reference and isinstance(item, dict):
            yield from (((*path, name, key), addr) for key, addr in item.items())
        elif is_reference and item:
            yield (*path, name), item
        elif isinstance(item, BaseModel):
            yield from _references(item, (*path, name))
        elif isinstance(item, tuple):
            parts = [(place, part) for place, part in enumerate(item) if isinstance(part, BaseModel)]
            yield from chain.from_iterable(_references(part, (*path, name, place)) for place, part in parts)


@lru_cache(maxsize=256)
def _fields(block: type[BaseModel]) -> tuple[tuple[str, bool], ...]:
    """Return the names of a block's fields, and whether each holds a reference."""
    extras = {name: info.json_schema_extra for name, info in block.model_fields.items()}
    return tuple((name, isinstance(extra, dict) and "x-reference" in extra) for name, extra in extras.items())
