"""Fulfilment: whether what a pull request was shown is what was done once it was merged.

A page says what the next pass would do after the merge, in the world as it was. When a pass applies the very specs that
were shown, the first one's plan is held against that: the same, or what differs since the world has moved on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.change import Change
from reconciler.model.ids import CommitId
from reconciler.model.markdown import code, escaped
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired
from reconciler.model.text import counted

MOST = 20
"""Changes of each kind that are told."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page said: the specs after the merge, and everything that the next pass would do."""

    desired: Desired
    plan: Plan

    def is_of(self, desired: Desired) -> bool:
        """Tell whether a commit asks for exactly what was shown, whatever its merge is called."""
        mine, other = self.desired, desired
        return (mine.environment, mine.broken) == (
            other.environment,
            other.broken,
        ) and mine.resources == other.resources


def fulfilled(environment: str, shown: Shown, commit: CommitId, done: Plan) -> str:
    """Write the section of an environment on a pull request that is merged.

    Args:
        environment: the environment's name.
        shown: what its page said.
        commit: the commit that was applied.
        done: the plan of the first pass on it.
    """
    head = f"{code(environment)}: applied with {code(commit[:12])}"
    if shown.plan.digest == done.digest:
        return f"✅ {head}; what was shown is what was done (plan {code(done.digest)})"
    known, now = _named(shown.plan.changes), _named(done.changes)
    missing = [change for key, change in known.items() if key not in now]
    more = [change for key, change in now.items() if key not in known]
    parts = [
        f"⚠️ {head}, and what was done isn't what was shown: the world has moved on since (plan {code(done.digest)}, "
        f"shown was {code(shown.plan.digest)})",
        _told("shown, and not done", missing),
        _told("done, and not shown", more),
    ]
    return "\n\n".join(part for part in parts if part)


def _named(changes: Sequence[Change]) -> dict[str, Change]:
    return {repr(sorted(change.as_json().items(), key=lambda pair: pair[0])): change for change in changes}


def _told(what: str, changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    lines = [f"- {what}: {code(f'{c.sign} {c.target}')} {escaped(c.verb)}" for c in changes[:MOST]]
    more = [f"- and {counted(len(changes) - MOST, 'change')} more"] if len(changes) > MOST else []
    return "\n".join([*lines, *more])
