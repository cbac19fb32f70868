"""The plan: every decision of one pass as one sorted, immutable, printable value with a digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address, CommitId, Digest, digest


@dataclass(frozen=True)
class Plan:
    """What one pass will do, for one commit in one environment. Decisions stand upstream before downstream."""

    commit: CommitId
    environment: str
    decisions: Mapping[Address, Decision] = field(default_factory=dict)
    removed: frozenset[Address] = frozenset()
    notes: tuple[str, ...] = ()

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Return all changes in the order in which they may be applied."""
        return tuple(change for decision in self.decisions.values() for change in decision.changes)

    @cached_property
    def digest(self) -> Digest:
        """Digest the changes: two plans that would do the same are equal, whenever they were made."""
        return digest([change.as_json() for change in self.changes])

    @property
    def wake(self) -> datetime | None:
        """Return the first moment at which time alone would change the plan."""
        return min((d.wake for d in self.decisions.values() if d.wake), default=None)

    def phase(self, phase: Phase) -> tuple[Decision, ...]:
        """Return the decisions that stand like this."""
        return tuple(d for d in self.decisions.values() if d.phase is phase)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change. `error` is empty when it was done; `retry` tells whether trying again may help."""

    change: Change
    error: str = ""
    hint: str = ""
    retry: bool = False
