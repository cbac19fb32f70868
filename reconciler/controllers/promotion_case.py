"""One promotion in one pass: what is known of it, what must outlive the pass, and how it tells what it decides."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.controllers.promotable import VALUES, Pinned, Promotable, pinned_by, promotable_of
from reconciler.controllers.proposals import proposed_names, replaced
from reconciler.controllers.routed_values import values_in_force
from reconciler.model.change import Change
from reconciler.model.decision import Decision, Phase, Scores, Trial, View
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from reconciler.model.spec_values import digest_of, name_of_values

REMEMBERED = 50
"""Trials or versions that have been live, of which a promotion knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a promotion has chosen: a trial, or a version of data.

    Attributes:
        run: the run that made it.
        digest: of its model, or of its content.
        scores: what it is judged by, once it is chosen.
        data: the version of the data that it is, or was made from; empty where that isn't told.
        chosen: how it was chosen, in Markdown.
        doubts: what of it is not to be relied on, for people: it holds its gates all the same.
    """

    run: RunName
    digest: str
    scores: Scores
    data: str
    chosen: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def pin(self) -> Pinned:
        """Return what pins it."""
        return Pinned(self.run, self.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTrial(Candidate):
    """The trial that a promotion has chosen; `metric` ranks trials, and is empty where that isn't told."""

    trial: Trial
    metric: str


def chosen_trial(trial: Trial, *, data: str, metric: str, chosen: str = "") -> ChosenTrial:
    """Return a trial as the candidate of a promotion."""
    return ChosenTrial(
        run=trial.run,
        digest=trial.model_digest,
        scores=trial.test,
        data=data,
        chosen=chosen,
        doubts=trial.doubts,
        trial=trial,
        metric=metric,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one promotion in one pass. `memory` is what must outlive the pass.

    `subject` is what it promotes the model or the version of, and `live` what is pinned there now.
    """

    resource: Resource
    spec: Promotion
    subject: Resource
    live: Pinned | None
    view: View
    memory: PromotionFacts

    @property
    def sort(self) -> Promotable:
        """Return what sort of thing it promotes."""
        return VALUES if self.spec.is_of_spec else promotable_of(self.subject.address)

    @property
    def lost(self) -> RunName | None:
        """Return what is pinned now where the data store has it no more, so that nothing can be held against it."""
        run = RunName(self.live.run) if self.live else None
        return None if run is None or run in self.view.actual.data.versions else run

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
        whose: PromotionFacts = {"deployment": self.spec.subject}
        whose = {"subject": self.spec.subject} if self.spec.is_of_data else whose
        whose = {"spec": self.spec.subject, "fields": list(self.spec.fields)} if self.spec.is_of_spec else whose
        told: PromotionFacts = {**whose, **self.memory, **facts}
        again = replaced(changes, self.view)
        told["proposed"] = [name for name in told.get("proposed", ()) if name not in again]
        return told


def case_of(resource: Resource, spec: Promotion, subject: Resource, view: View) -> Case:
    """Return what is known of a promotion in this pass."""
    if not spec.is_of_spec:
        live = pinned_by(subject)
        return Case(resource, spec, subject, live, view, memory(resource, spec, live, view))
    said = said_by(spec, subject)
    told: PromotionFacts = {**memory(resource, spec, said, view), **values_in_force(resource, subject, said, view)}
    return Case(resource, spec, subject, said, view, told)


def said_by(spec: Promotion, subject: Resource) -> Pinned:
    """Return what the fields say that a promotion of values is of."""
    content = digest_of(subject.spec, spec.fields)
    return Pinned(name_of_values(subject.identity, content), content)


def memory(resource: Resource, spec: Promotion, live: Pinned | None, view: View) -> PromotionFacts:
    """Return the names proposed so far, what has been live and what was taken back, newest last.

    Where something has to be in force first is there for those who meet a promotion whose spec is broken now.
    """
    recorded = view.facts_of(resource.address, PromotionFacts)
    former, now = list(recorded.get("promoted") or ()), live.run if live else None
    told: PromotionFacts = {
        "promoted": (former if now is None else [run for run in former if run != now] + [now])[-REMEMBERED:],
        "proposed": proposed_names(resource.address, view),
    }
    if spec.is_of_data:
        contents = {**(recorded.get("contents") or {}), **({live.run: live.digest} if live else {})}
        told = {**told, "contents": {run: contents[run] for run in told["promoted"] if run in contents}}
    held = list(recorded.get("taken_back") or ())
    follows = spec.is_of_spec and live is not None and _follows(resource, live, view)
    taken_back = [run for run in held if run != now] if follows else _taken_back(former, held, now)
    told = {**told, "taken_back": taken_back} if taken_back else told
    opened = recorded.get("opened") if view.desired.environment.proposals.per_hour else None
    told = {**told, "opened": opened} if opened else told
    before = spec.before(view.desired.environment_name)
    return {**told, "after": list(before)} if before else told


def _follows(resource: Resource, now: Pinned, view: View) -> bool:
    """Tell whether all environments of the stage before say the same at this commit.

    Who says here what is said there has followed them, and has taken nothing back.
    """
    promoted = view.desired.promoted.get(resource.address)
    said = {one.said.digest if one.said else "" for one in promoted.before.values()} if promoted else set()
    return said == {now.digest}


def _taken_back(former: list[str], known: list[str], now: str | None) -> list[str]:
    """Return what was taken back, the newest last: it gave way to one that had been live, or to none."""
    last = former[-1] if former else None
    if last is not None and last != now and (now is None or now in former) and last not in known:
        known = [*known, last]
    return [run for run in known if run != now][-REMEMBERED:]
