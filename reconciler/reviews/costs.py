"""What a merge may cost at the most: GPU hours by team, beside what the team may have and what is allowed.

What a pull request may come to stands in the environment's file on the branch, never in the one that it brings.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.controllers.experiments import gpu_hours
from reconciler.model.fairness.shares import limit_of
from reconciler.model.ids import Address
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.pools import Pool, Share
from reconciler.model.resource import Desired, Resource
from reconciler.model.text import counted


class Spender(NamedTuple):
    """Whose share of which pool it is."""

    team: str
    pool: Address


@dataclass(frozen=True, slots=True)
class Costs:
    """GPU hours at the most.

    Attributes:
        hours: of all experiments together.
        most: what a pull request may come to; None where nobody bounds that.
        lines: the parts of teams, for people.
    """

    hours: float = 0.0
    most: float | None = None
    lines: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Tell whether it is more than a pull request may come to."""
        return self.most is not None and self.hours > self.most

    @property
    def excess(self) -> str:
        """Say what is wrong where it is over, and what to do."""
        return (
            f"up to {self.hours:g} GPU hours, {self.most:g} allowed: lower it, split it, or raise plan.gpu_hours first"
        )


NO_COSTS = Costs()


def costs(experiments: Mapping[Address, Resource], before: Desired, after: Desired) -> Costs:
    """Tell what the experiments of a merge may cost.

    Args:
        experiments: those whose trials run because of it.
        before: what the branch asks for, and allows.
        after: what the merge asks for.
    """
    spent: dict[Spender, float] = {}
    for resource in experiments.values():
        spec = resource.spec
        assert isinstance(spec, Experiment)
        if hours := gpu_hours(resource):
            key = Spender(spec.team, Address(spec.pool))
            spent[key] = spent.get(key, 0.0) + hours
    pools = after.of_kind(Pool)
    lines = tuple(_line(key, hours, pools.get(key.pool)) for key, hours in sorted(spent.items()))
    return Costs(sum(spent.values()), before.environment.plan.gpu_hours, lines)


def _line(key: Spender, hours: float, pool: Pool | None) -> str:
    line = f"team {key.team}: up to {hours:g} GPU hours in {key.pool}"
    if pool is None:
        return line
    limit = min(limit_of(pool, key.team).gpus, pool.capacity.gpus)
    weights = {team: share.weight for team, share in pool.teams.items()}
    weight, total = weights.get(key.team, Share().weight), math.fsum(weights.values())
    of = (
        f", by weight {weight:g} of {total:g} among the named teams" if key.team in weights and len(weights) > 1 else ""
    )
    return f"{line}, where it may have {counted(int(limit), 'GPU')} at once{of}"
