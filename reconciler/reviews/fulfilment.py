"""Fulfilment: whether what a pull request was shown is what was done once it was merged.

A page says what is done at once after the merge, in the world as it was. When passes apply the very specs that were
shown, that is held against what they did until they came to rest: all that was shown, and in the first one nothing
else. Where it differs, the world has moved on since, and the page says how.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciler.model.change import Change
from reconciler.model.ids import CommitId, Digest
from reconciler.model.markdown import code, escaped
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired
from reconciler.model.text import counted

MOST = 20
"""Changes of each kind that are told."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page said: the specs after the merge, the plan's digest, and everything that the next pass would do."""

    desired: Desired
    plan: Digest
    changes: tuple[Change, ...]

    def is_of(self, desired: Desired) -> bool:
        """Tell whether a commit asks for exactly what was shown, whatever its merge is called."""
        mine = self.desired.environment, self.desired.broken, self.desired.resources
        return mine == (desired.environment, desired.broken, desired.resources)


@dataclass(frozen=True, slots=True)
class Done:
    """What passes did on one commit: the specs, what the first one did, and the keys of all changes so far."""

    desired: Desired
    commit: CommitId
    first: tuple[Change, ...]
    keys: frozenset[str]

    def with_pass(self, plan: Plan) -> "Done":
        """Return the same with another pass on it."""
        more = frozenset(change.key for change in plan.changes)
        return self if more <= self.keys else replace(self, keys=self.keys | more)


def begun(desired: Desired, plan: Plan) -> Done:
    """Return what the first pass on a commit did."""
    return Done(desired, plan.commit, plan.changes, frozenset(change.key for change in plan.changes))


def fulfilled(environment: str, shown: Shown, done: Done) -> str:
    """Write the section of an environment on a pull request that is merged.

    Args:
        environment: the environment's name.
        shown: what its page said.
        done: what passes did on the commit that was applied.
    """
    head = f"{code(environment)}: applied with {code(done.commit[:12])}"
    known = {change.key for change in shown.changes}
    missing = [change for change in shown.changes if change.key not in done.keys]
    more = [change for change in done.first if change.key not in known]
    if not missing and not more:
        return f"✅ {head}; what was shown is what was done (plan {code(shown.plan)})"
    why = f"what was done isn't what was shown (plan {code(shown.plan)}): the world has moved on since"
    parts = [f"⚠️ {head}, and {why}", _told("shown, and not done", missing), _told("done, and not shown", more)]
    return "\n\n".join(part for part in parts if part)


def _told(what: str, changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    lines = [f"- {what}: {code(f'{c.sign} {c.target}')} {escaped(c.verb)}" for c in changes[:MOST]]
    more = [f"- and {counted(len(changes) - MOST, 'change')} more"] if len(changes) > MOST else []
    return "\n".join([*lines, *more])
