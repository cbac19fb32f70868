"""The guard: how much one pass may delete, and when it may delete at all."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from reconciler.model.change import MergeProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.environment import DeletionBudget
from reconciler.model.errors import Severity
from reconciler.model.ids import Address, Digest, RunName, digest, owner_of
from reconciler.model.moves import Moves
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.reason import Reason
from reconciler.model.resource import Desired


def allowed(budget: DeletionBudget, inventory: int) -> int:
    """Return how many of so many resources one pass may delete: one at least, unless the budget's number is 0."""
    return min(budget.number, max(1, int(budget.share * inventory)))


def approval(removed: Mapping[Address, Decision]) -> Digest:
    """Name a set of removals, so that a person can approve exactly these."""
    return digest(sorted(removed))


def without_deletions(decision: Decision) -> Decision:
    """Take from a decision whatever deletes: not everything could be read, and what wasn't read isn't absent."""
    return replace(decision, changes=tuple(change for change in decision.changes if change.sign != "-"))


def without_merges(plan: Plan) -> Plan:
    """Take from a plan what merges to the watched branch: its newest commit is refused, and a merge would let it in."""
    message = "nothing is merged while the newest commit is refused: `notes` in pass.yaml of the status branch tell why"
    return _held_back(plan, Phase.WAITING, Reason.COMMIT_REFUSED, message)


def without_unsigned_merges(plan: Plan, why: str) -> Plan:
    """Take from a plan what merges to the watched branch: the daemon can't sign it, and would refuse its own merge."""
    return _held_back(plan, Phase.STALLED, Reason.NO_SIGNING_KEY, why)


def _held_back(plan: Plan, phase: Phase, reason: Reason, message: str) -> Plan:
    decisions = dict(plan.decisions)
    for address, decision in plan.decisions.items():
        kept = tuple(change for change in decision.changes if not isinstance(change, MergeProposal))
        if len(kept) != len(decision.changes):
            decisions[address] = replace(decision, changes=kept, phase=phase, reason=reason, message=message)
    return replace(plan, decisions=MappingProxyType(decisions))


def guard(
    removed: Mapping[Address, Decision], desired: Desired, actual: Actual, moves: Moves | None = None
) -> tuple[Mapping[Address, Decision], tuple[str, ...]]:
    """Hold back the deletions that are unsafe.

    What never made anything is removed without counting. An approval holds until the last of its removals is done,
    which may take several passes: the status remembers it.

    Returns:
        The decisions, stalled where they may not go on, and a note for the plan when any was held back.
    """
    if not removed:
        return removed, ()
    if any(problem.severity is Severity.ERROR for problem in desired.all_problems()):
        return _held(
            removed, Reason.COMMIT_HAS_ERRORS, "the commit has errors, and nothing is deleted until it has none"
        )
    if actual.unread:
        return _held(removed, Reason.UNAVAILABLE, "not everything could be read, and nothing is deleted until it can")
    begun = {a: name for a in removed if (name := _approved_as(a, actual)) in actual.controls.approved}
    holders = _holders(actual, moves or Moves())
    asked = {a: d for a, d in removed.items() if a not in begun and (d.changes or a in holders)}
    name, limit = approval(asked), allowed(desired.environment.deletion, len(actual.recorded))
    if name in actual.controls.approved:
        begun |= dict.fromkeys(asked, name)
    elif len(asked) > limit:
        held, notes = _held(
            asked,
            Reason.DELETION_BUDGET,
            f"the commit removes {len(asked)} of {len(actual.recorded)} resources and one pass may delete {limit}: "
            f"restore the specs, or approve with `setpoint apply --approve {name}`",
        )
        return {**removed, **held}, notes
    return {a: replace(d, facts={**d.facts, "approved": begun[a]}) if a in begun else d for a, d in removed.items()}, ()


def _holders(actual: Actual, moves: Moves) -> frozenset[Address]:
    """Return the resources that have made something which is there: data, jobs, an endpoint, a pool, a proposal."""
    versions = (run for run, version in actual.data.versions.items() if version.here)
    branches = (run for run, branch in actual.data.branches.items() if branch.ours)
    named = (*versions, *branches, *actual.pool.jobs, *actual.proposals)
    owners = {owner_of(RunName(name)) for name in named} | actual.endpoints.keys() | actual.pool.pools.keys()
    return frozenset(map(moves.holder, owners))


def _approved_as(address: Address, actual: Actual) -> str:
    facts = actual.recorded.get(address, {}).get("facts")
    return str(facts.get("approved", "")) if isinstance(facts, Mapping) else ""


def _held(
    removed: Mapping[Address, Decision], reason: Reason, message: str
) -> tuple[Mapping[Address, Decision], tuple[str, ...]]:
    phase = Phase.WAITING if reason is Reason.UNAVAILABLE else Phase.STALLED
    held = {
        address: replace(decision, changes=(), phase=phase, reason=reason, message=message)
        for address, decision in removed.items()
    }
    return held, (message,)
