"""What a simulation found, as a value that prints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from reconciler.model.text import counted


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken: in which step, how, and the calls and faults that led to it, oldest first."""

    step: int
    promise: str
    what: str
    calls: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write the violation with its calls below it."""
        return "\n    ".join([f"step {self.step}: {self.promise}: {self.what}", *self.calls])


@dataclass(frozen=True, slots=True)
class Report:
    """One simulation: its seed, what it went through, and which promises broke."""

    seed: int
    steps: int
    commits: int
    calls: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()

    @property
    def held(self) -> bool:
        """Tell whether every promise held."""
        return not self.violations

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON-compatible values."""
        return {**asdict(self), "faults": dict(self.faults), "held": self.held}

    def __str__(self) -> str:
        """Write the report on a line, and each violation with its calls."""
        told = ", ".join(f"{count} x {fault}" for fault, count in sorted(self.faults.items())) or "no faults"
        head = f"seed {self.seed}: {self.steps} steps, {counted(self.commits, 'commit')}, {self.calls} calls; {told}"
        return "\n".join([head, *map(str, self.violations)])
