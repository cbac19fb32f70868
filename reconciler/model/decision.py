"""Decisions: what a controller says of one resource in one pass, and what it hands to those downstream."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar, cast

from reconciler.model.change import Change
from reconciler.model.facts import Facts
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.moves import Moves
from reconciler.model.observed import Actual, Branch, Control, Proposal, Version
from reconciler.model.reason import Reason
from reconciler.model.resource import Desired, Resource

Told = TypeVar("Told", bound=Facts)
"""The facts of a kind."""


class Phase(StrEnum):
    """Where a resource stands.

    `WAITING` is a planned outcome with a reason, not a failure; `STALLED` needs a person.
    """

    READY = "ready"
    RECONCILING = "reconciling"
    WAITING = "waiting"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class DataVersion:
    """What a dataset or labels give to those downstream. `content` is equal when the data is."""

    run: RunName
    content: str


@dataclass(frozen=True, slots=True)
class Scores:
    """A model's metrics on one set of rows, over all of them and by slice: column, value, metric.

    `interval` has `low` and `high` of the metrics of which the runner tells them.
    """

    metrics: Mapping[str, float]
    slices: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    interval: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """A finished trial on a leaderboard: its parameters, its scores, and the digest of its model.

    By the validation rows trials are ranked and one is chosen; on the test rows, which no choice has seen, it is
    judged. `doubts` say what of it is not to be relied on, for people.
    """

    run: RunName
    params: Mapping[str, Any]
    validation: Scores
    test: Scores
    model_digest: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """What an experiment gives to those downstream: its trials, the best first, on one version of the data.

    `metric` is the one that ranks them.
    """

    trials: tuple[Trial, ...]
    data: DataVersion
    metric: str


@dataclass(frozen=True, slots=True)
class Live:
    """What a deployment gives to those downstream: the model that answers now, and where its traffic is told of.

    `since` is when that model got its traffic, by whichever of its revisions.
    """

    trial: RunName
    revision: Digest
    url: str
    logs_url: str
    metrics_url: str
    since: datetime | None


Output = DataVersion | Leaderboard | Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one pass says of one resource.

    `reason` is one CamelCase word for machines, `message` a sentence for people that doesn't differ from call to
    call. `changes` are applied in their order, and the first that fails stops the rest. `facts` go to the status.
    `files` maps paths on the status branch to a file of a run, `pages` to rows that are too many for the facts, which
    name them in `leaderboard_pages`. `alerting` says what is wrong with what a ready resource watches. `wake` is when
    time alone would change the decision.
    """

    address: Address
    phase: Phase
    reason: Reason
    message: str
    changes: tuple[Change, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, tuple[RunName, str]] = field(default_factory=dict)
    pages: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    output: Output | None = None
    drifted: str = ""
    alerting: str = ""
    wake: datetime | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What a controller sees: everything desired and observed, and what was decided upstream of its resource."""

    desired: Desired
    actual: Actual
    upstream: Mapping[Address, Decision] = field(default_factory=dict)
    versions_by_owner: Mapping[Address, tuple[Version, ...]] = field(default_factory=dict)
    branches_by_owner: Mapping[Address, tuple[Branch, ...]] = field(default_factory=dict)
    proposals_by_owner: Mapping[Address, tuple[Proposal, ...]] = field(default_factory=dict)
    moves: Moves = field(default_factory=Moves)

    def recorded_facts(self, address: Address) -> Mapping[str, Any]:
        """Return the facts that the last status commit holds of a resource, whatever that was called then."""
        place = self.moves.recorded_as(address)
        facts = self.actual.recorded.get(place, {}).get("facts") if place else None
        return facts if isinstance(facts, dict | Mapping) else {}  # a dict is told apart faster

    def facts_of(self, address: Address, kind: type[Told]) -> Told:  # noqa: ARG002 - it names the type
        """Return the same as what the resource's kind tells."""
        return cast(Told, self.recorded_facts(address))

    def control(self, address: Address) -> Control | None:
        """Return what an operator asked of a resource: by its name, or else by the newest former one."""
        asked, resource = self.actual.controls.resources, self.desired.resources.get(address)
        if not asked or resource is None or not resource.former:
            return asked.get(address)
        return next((asked[name] for name in (address, *reversed(resource.former)) if name in asked), None)

    def requested(self, address: Address) -> datetime | None:
        """Return when an operator last asked that a resource be reconciled anew."""
        control = self.control(address)
        return control.requested if control else None


class Controller(NamedTuple):
    """What is known of a kind: the ports it depends on, how to converge a resource, how to take one away."""

    needs: frozenset[str]
    decide: Callable[[Resource, View], Decision]
    retire: Callable[[Address, View], Decision]
