"""A rehearsal: what one environment would do if a pull request were merged now, against what it does anyway."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Problem, Severity
from reconciler.model.ids import Address, CommitId, Digest
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired, Resource
from reconciler.model.reviews import Verdict
from reconciler.model.text import counted
from reconciler.reviews.costs import NO_COSTS, Costs, costs
from reconciler.reviews.difference import Line, difference
from reconciler.reviews.fulfilment import Shown
from reconciler.reviews.outlook import Outlook, outlook

MOST_FILES = 2000
"""Files of specs that a pull request may change and be planned for; composing takes the daemon's time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two commits that are compared: the branch's newest, and what a merge of the pull request would make of it."""

    base: CommitId
    head: CommitId


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a merge would do in one environment.

    Attributes:
        environment: the environment's name.
        pair: the head of the watched branch, and the head of the pull request.
        problems: errors and warnings that the pull request brings; not those that stand on the branch already.
        lines: how the composed specs differ.
        places: where the fields that differ stand, by address and path: a file and a line.
        decisions: the resources on which the next pass would decide otherwise.
        changes: what that pass would do that it wouldn't do without the merge.
        following: resources that differ and wait for others, and those made from what changes; upstream first.
        trials: how many trials an experiment among all these has.
        costs: GPU hours that these experiments may take at the most, and what is allowed.
        outlook: what their jobs read, how long they usually take, and whose traffic moves.
        plan: the digest of the whole plan, as the pass after the merge would have it.
        notes: what else is to be known.
        obstacle: why it can't be planned, or merged; empty where it can.
        shown: the specs after the merge and the whole plan for them, to be held against what is done then.
    """

    environment: str
    pair: Pair
    problems: tuple[Problem, ...] = ()
    lines: tuple[Line, ...] = ()
    places: Mapping[tuple[Address, tuple[str | int, ...]], tuple[str, int]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    changes: tuple[Change, ...] = ()
    following: tuple[Address, ...] = ()
    trials: Mapping[Address, int] = field(default_factory=dict)
    costs: Costs = NO_COSTS
    outlook: Outlook = field(default_factory=Outlook)
    plan: Digest | None = None
    notes: tuple[str, ...] = ()
    obstacle: str = ""
    shown: Shown | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that are errors."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def stalled(self) -> tuple[Decision, ...]:
        """Return the decisions that would wait for a person because of the merge."""
        return tuple(decision for decision in self.decisions if decision.phase is Phase.STALLED)

    @property
    def is_quiet(self) -> bool:
        """Tell whether the merge would change nothing in this environment."""
        return not (self.obstacle or self.problems or self.lines or self.changes or self.stalled)

    @property
    def hours(self) -> float:
        """Return the GPU hours that its experiments may take at the most."""
        return self.costs.hours

    @property
    def verdict(self) -> Verdict:
        """Return what the commit status says: whether this may be merged, as far as is known."""
        is_held = self.obstacle or self.errors or self.stalled or self.costs.is_over
        return Verdict.FAILURE if is_held else Verdict.SUCCESS

    @property
    def summary(self) -> str:
        """Return the verdict's line."""
        if self.obstacle:
            return self.obstacle
        if self.errors:
            return f"{counted(len(self.errors), 'error')} in the specs"
        if self.stalled:
            return f"{counted(len(self.stalled), 'resource')} would wait for a person"
        if self.costs.is_over:
            return self.costs.excess
        if self.is_quiet:
            return "nothing changes"
        told = [counted(len(self.changes), "change") if self.changes else "no change at once"]
        usual = self.outlook.hours
        most = f"up to {self.hours:g} GPU hours"
        told += [most if usual is None else f"usually {usual:.2g} and {most}"] if self.hours else []
        told += [f"{counted(len(self.following), 'resource')} after that"] if self.following else []
        return ", ".join(told)


def rehearsed(
    environment: str,
    pair: Pair,
    *,
    before: tuple[Desired, Plan],
    after: tuple[Desired, Plan],
    actual: Actual | None = None,
) -> Rehearsal:
    """Compare what would be done after a merge with what is done without it.

    Args:
        environment: the environment's name.
        pair: the two heads.
        before: what the branch asks for, and the plan for it.
        after: what the merge would ask for, and the plan for it, in the same world.
        actual: that world; without it, what is known of former runs isn't told.
    """
    (old, former), (new, plan) = before, after
    lines = tuple(difference(old, new))
    there = set(old.all_problems())
    known = {change.key for change in former.changes}
    changes = tuple(change for change in plan.changes if change.key not in known)
    decisions = tuple(d for d in plan.decisions.values() if _is_other(d, former.decisions.get(d.address)))
    following = _following({line.address for line in lines}, {change.address for change in changes}, new)
    experiments = _experiments({change.address for change in changes if change.verb == "run"} | set(following), new)
    return Rehearsal(
        environment=environment,
        pair=pair,
        problems=tuple(problem for problem in new.all_problems() if problem not in there),
        lines=lines,
        decisions=decisions,
        changes=changes,
        following=following,
        trials={address: len(resource.trials) for address, resource in experiments.items()},
        costs=costs(experiments, old, new),
        outlook=outlook(changes, experiments, new, actual) if actual else Outlook(),
        plan=plan.digest,
        shown=Shown(new, plan.digest, plan.changes),
        notes=tuple(note for note in plan.notes if note not in former.notes),
    )


def _is_other(decision: Decision, former: Decision | None) -> bool:
    if former is None:
        return True
    return (decision.phase, decision.reason, decision.message) != (former.phase, former.reason, former.message)


def _following(differing: Iterable[Address], changing: Iterable[Address], desired: Desired) -> tuple[Address, ...]:
    """Return what comes later: what differs and doesn't change at once, and all that is made from any of these.

    What is suspended changes nothing, and so nothing comes of it.
    """
    still = {address for address, resource in desired.resources.items() if resource.spec.suspend}
    now, waiting = set(changing), [address for address in (*differing, *changing) if address not in still]
    found = {address for address in waiting if address in desired.resources} - now
    while waiting:
        for follower in desired.followers.get(waiting.pop(), ()):
            if follower not in found | now | still:
                found.add(follower)
                waiting.append(follower)
    return tuple(address for address in desired.resources if address in found)


def _experiments(addresses: Iterable[Address], desired: Desired) -> Mapping[Address, Resource]:
    found = {address: desired.resources[address] for address in addresses if address in desired.resources}
    return {address: resource for address, resource in found.items() if isinstance(resource.spec, Experiment)}
