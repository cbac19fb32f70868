"""`pools`: slots that teams share."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from reconciler.model.kinds.spec import Block, GpuKind, Spec, Team
from reconciler.model.quantity import Quantity


class Capacity(Block):
    """What a pool has to give at one time."""

    cpus: Quantity = Field(default=2.0, description="Cores, such as 2 or 500m.")
    memory: Quantity = Field(default=8.0 * 2**30, description="Bytes, such as 8Gi.")
    gpus: int = Field(default=0, ge=0, description="Whole GPUs, of all kinds together.")
    gpu_kinds: dict[GpuKind, Annotated[int, Field(ge=0)]] = Field(
        default={}, description="How many of each kind, such as {a100: 8, t4: 4}; `gpus` is then their sum."
    )

    @model_validator(mode="before")
    @classmethod
    def _sum(cls, told: Any) -> Any:
        """Fill in `gpus` where only the kinds are told."""
        kinds = told.get("gpu_kinds") if isinstance(told, dict) else None
        if not kinds or "gpus" in told or not isinstance(kinds, dict):
            return told
        counts = [count for count in kinds.values() if isinstance(count, int)]
        return {**told, "gpus": sum(counts)}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.gpu_kinds and sum(self.gpu_kinds.values()) != self.gpus:
            total = sum(self.gpu_kinds.values())
            raise ValueError(f"gpus is {self.gpus} and gpu_kinds add up to {total}: leave gpus out")
        return self

    @model_serializer(mode="wrap")
    def _without_kinds(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave `gpu_kinds` out where there are none, so that older pools stay as they are written."""
        told: dict[str, Any] = written(self)
        return told if self.gpu_kinds else {key: value for key, value in told.items() if key != "gpu_kinds"}


class Share(Block):
    """A team's part of a pool: a weight, and a limit that holds even when others are idle."""

    weight: float = Field(default=1.0, gt=0, le=1000, description="Its part, against the weights of the others.")
    limit: Capacity | None = Field(default=None, description="The most it gets, even of what is idle.")


class Pool(Spec):
    """Slots for jobs, shared by teams in proportion to their weights; idle shares are borrowed."""

    kind: ClassVar[str] = "pools"

    capacity: Capacity = Field(default=Capacity(), description="What all jobs together may use at one time.")
    teams: dict[Team, Share] = Field(default={}, description="Teams that aren't named share with weight 1.")
