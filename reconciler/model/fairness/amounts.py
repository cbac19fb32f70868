"""Amounts of what a pool gives out: cores, bytes and devices, added, compared and told."""

from collections.abc import Iterable
from typing import NamedTuple, Self

from reconciler.model.kinds.pools import Capacity
from reconciler.model.kinds.spec import Resources

_TOLERANCE = 1e-9
NAMES = ("cpus", "memory", "gpus")


class Amounts(NamedTuple):
    """How much of each resource: cores, bytes of memory, devices."""

    cpus: float = 0.0
    memory: float = 0.0
    gpus: float = 0.0

    @classmethod
    def of(cls, told: Resources | Capacity) -> Self:
        """Return what one node of a job asks for, or what a pool has."""
        return cls(told.cpus, told.memory, float(told.gpus))

    def plus(self, other: "Amounts") -> "Amounts":
        """Add resource by resource."""
        return Amounts(self[0] + other[0], self[1] + other[1], self[2] + other[2])

    def minus(self, other: "Amounts") -> "Amounts":
        """Subtract resource by resource; a pool that has shrunk has less than nothing left."""
        return Amounts(self[0] - other[0], self[1] - other[1], self[2] - other[2])

    def times(self, number: int) -> "Amounts":
        """Multiply, as for a job on several nodes."""
        return Amounts(self[0] * number, self[1] * number, self[2] * number)

    def exceeding(self, limit: "Amounts") -> str:
        """Return the name of the first resource that is above a limit; empty where all fit.

        What asks for nothing always fits, even where less than nothing is left.
        """
        for name, mine, most in zip(NAMES, self, limit, strict=True):
            if mine > 0 and mine > most + _TOLERANCE * max(mine, 1.0):
                return name
        return ""

    def dominant_share(self, capacity: "Amounts") -> float:
        """Return the largest share of any resource, the *dominant share* of Ghodsi et al. (NSDI 2011)."""
        return max((mine / most for mine, most in zip(self, capacity, strict=True) if most > 0), default=0.0)

    def told_by_name(self) -> dict[str, float]:
        """Return what is asked for of any resource, by its name."""
        return {name: value for name, value in zip(NAMES, self, strict=True) if value}

    def told(self, name: str) -> str:
        """Write how much of one resource this is, `1 cpu` or `1.5 GiB of memory`."""
        return amount(name, getattr(self, name))


def total(amounts: Iterable[Amounts]) -> Amounts:
    """Add amounts up."""
    columns = tuple(zip(*amounts, strict=True))
    return Amounts(*map(sum, columns)) if columns else Amounts()


def amount(name: str, value: float) -> str:
    """Write a quantity of a resource with its unit, in at most three digits after the point."""
    if name == "memory":
        return f"{number(value / 2**30)} GiB of memory"
    unit = name.removesuffix("s") if value == 1 else name
    return f"{number(value)} {unit}"


def number(value: float) -> str:
    """Write a number without zeros at its end."""
    return f"{round(value, 2) + 0.0:g}"
