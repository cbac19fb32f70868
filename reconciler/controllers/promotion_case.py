"""One promotion in one pass: what is known of it, what must outlive the pass, and how it tells what it decides."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.controllers.proposals import proposed_names, replaced
from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase, Trial, View
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address
from reconciler.model.kinds.deployments import Model
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource

REMEMBERED = 50
"""Trials that have been live, of which a promotion knows."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The trial that a promotion has chosen.

    Attributes:
        trial: the trial.
        chosen: how it was chosen, in Markdown.
        data: the version of the data that it was made from; empty where that isn't told.
        metric: the one that ranks trials, by which slices are shown; empty where that isn't told.
    """

    trial: Trial
    chosen: str
    data: str
    metric: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one promotion in one pass. `memory` is what must outlive the pass."""

    resource: Resource
    spec: Promotion
    live: Model | None
    view: View
    memory: PromotionFacts

    @property
    def address(self) -> Address:
        """Return the promotion's address."""
        return self.resource.address

    @property
    def environment(self) -> str:
        """Return the name of the environment that this pass is for."""
        return self.view.desired.environment_name

    def told(
        self,
        phase: Phase,
        reason: Reason,
        message: str,
        changes: tuple[Change, ...] = (),
        *,
        wake: datetime | None = None,
        facts: PromotionFacts | None = None,
    ) -> Decision:
        """Decide, and remember what must outlive the pass."""
        return Decision(
            address=self.address,
            phase=phase,
            reason=reason,
            message=message,
            changes=changes,
            facts=self._facts(changes, facts or {}),
            wake=wake,
        )

    def _facts(self, changes: tuple[Change, ...], facts: PromotionFacts) -> PromotionFacts:
        told: PromotionFacts = {"deployment": self.spec.deployment, **self.memory, **facts}
        again = replaced(changes, self.view)
        told["proposed"] = [name for name in told.get("proposed", ()) if name not in again]
        return told


def memory(resource: Resource, spec: Promotion, live: Model | None, view: View) -> PromotionFacts:
    """Return the names proposed so far, the trials that have been live and those that were taken back, newest last.

    Where a model has to serve first is there for deployments that meet a promotion whose spec is broken now.
    """
    recorded = view.facts_of(resource.address, PromotionFacts)
    former, now = list(recorded.get("promoted") or ()), live.trial if live else None
    told: PromotionFacts = {
        "promoted": (former if now is None else [run for run in former if run != now] + [now])[-REMEMBERED:],
        "proposed": proposed_names(resource.address, view),
    }
    taken_back = _taken_back(former, list(recorded.get("taken_back") or ()), now)
    told = {**told, "taken_back": taken_back} if taken_back else told
    opened = recorded.get("opened")
    told = {**told, "opened": opened} if opened else told
    before = spec.before(view.desired.environment_name)
    return {**told, "after": list(before)} if before else told


def _taken_back(former: list[str], known: list[str], now: str | None) -> list[str]:
    """Return the trials that were taken back, the newest last: they gave way to one that had been live, or to none."""
    last = former[-1] if former else None
    if last is not None and last != now and (now is None or now in former) and last not in known:
        known = [*known, last]
    return [run for run in known if run != now][-REMEMBERED:]
