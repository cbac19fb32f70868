"""`pools`: slots that teams share."""

from typing import ClassVar

from pydantic import Field

from reconciler.model.kinds.spec import Block, Spec, Team
from reconciler.model.quantity import Quantity


class Capacity(Block):
    """What a pool has to give at one time."""

    cpus: Quantity = Field(default=2.0, description="Cores, such as 2 or 500m.")
    memory: Quantity = Field(default=8.0 * 2**30, description="Bytes, such as 8Gi.")
    gpus: int = Field(default=0, ge=0, description="Whole GPUs.")


class Share(Block):
    """A team's part of a pool: a weight, and a limit that holds even when others are idle."""

    weight: float = Field(default=1.0, gt=0, le=1000, description="Its part, against the weights of the others.")
    limit: Capacity | None = Field(default=None, description="The most it gets, even of what is idle.")


class Pool(Spec):
    """Slots for jobs, shared by teams in proportion to their weights; idle shares are borrowed."""

    kind: ClassVar[str] = "pools"

    capacity: Capacity = Field(default=Capacity(), description="What all jobs together may use at one time.")
    teams: dict[Team, Share] = Field(default={}, description="Teams that aren't named share with weight 1.")
