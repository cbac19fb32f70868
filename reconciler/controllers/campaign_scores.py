"""What served models say of a campaign's examples: asked by a job, once for each model, and used round by round.

1. A model is asked by a run that is named by the data and the model's digest: the same model says the same.
2. What one has said is used until nobody waits for an answer any more; then the model that serves by now is asked. So a
   new model never takes tasks away that people have before them.
3. Where nobody answers, the campaign goes on with what was said before, or without, and that is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.controllers.endpoints import digest_of
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, lifecycle_of
from reconciler.controllers.run_orders import order
from reconciler.model.change import Change
from reconciler.model.decision import DataVersion, Live, View
from reconciler.model.facts import LabelFacts
from reconciler.model.ids import Address, RunName, digest, name_of
from reconciler.model.kinds.labels import Labels
from reconciler.model.observed import JobState
from reconciler.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Said:
    """What a model has said: the version of its scores, and the trial that made the model."""

    version: DataVersion
    model: str


@dataclass(slots=True)
class Scores:
    """What models have said, by what they were asked for; `waits` says for whom choosing waits."""

    versions: dict[str, DataVersion] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    runs: set[RunName] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    waits: str = ""


@dataclass(frozen=True, slots=True)
class _Asking:
    """Whom a campaign asks: a deployment, what it was told before, and whether people are in the middle of a round."""

    resource: Resource
    data: DataVersion
    view: View
    deployment: Address
    is_amid: bool

    @property
    def where(self) -> str | None:
        """Return which examples are meant."""
        spec = self.resource.spec
        assert isinstance(spec, Labels)
        return spec.campaign.select.where if spec.campaign else None

    @property
    def former(self) -> Said | None:
        """Return what was said last, as long as it is there."""
        scores = self.view.facts_of(self.resource.address, LabelFacts).get("scores")
        told = scores.get(self.deployment) if isinstance(scores, Mapping) else None
        if not isinstance(told, Mapping) or told.get("where") != digest([self.where]):
            return None
        run = RunName(str(told.get("run")))
        if run not in self.view.actual.data.versions:
            return None
        return Said(DataVersion(run, str(told.get("content"))), str(told.get("model", "")))


def scores_of(resource: Resource, data: DataVersion, view: View, *, is_amid: bool) -> Scores:
    """Return what the models have said that a campaign asks, and what asks them.

    Args:
        resource: the labels.
        data: the version of the dataset.
        view: what is known.
        is_amid: people have tasks before them that they haven't answered.
    """
    spec, found = resource.spec, Scores()
    assert isinstance(spec, Labels)
    assert spec.campaign is not None
    said: dict[str, Said | None] = {}
    for role, address in spec.campaign.endpoints.items():
        if address not in said:
            said[address] = _said(_Asking(resource, data, view, Address(address), is_amid), found)
        if one := said[address]:
            found.versions[role] = one.version
    return found


def _said(asking: _Asking, found: Scores) -> Said | None:
    former = asking.former
    said = former if former and asking.is_amid else _newest(asking, former, found)
    if said:
        found.runs.add(said.version.run)
        told = {"run": said.version.run, "content": said.version.content, "model": said.model}
        found.facts[asking.deployment] = {**told, "where": digest([asking.where])}
    return said


def _newest(asking: _Asking, former: Said | None, found: Scores) -> Said | None:
    """Ask the model that serves now; return what it said, or what was said before where it doesn't answer."""
    view, spec = asking.view, asking.resource.spec
    assert isinstance(spec, Labels)
    above = view.upstream.get(asking.deployment)
    live = above.output if above else None
    endpoint = view.actual.endpoints.get(view.moves.identity(asking.deployment))
    revision = endpoint.revisions.get(live.revision) if endpoint and isinstance(live, Live) else None
    if not isinstance(live, Live) or revision is None:
        _without(asking, former, "no model serves there", found)
        return former
    wanted = order(
        asking.resource,
        view,
        runner="score",
        params={"name": name_of(view.moves.identity(asking.deployment)), "where": asking.where},
        made_from={"dataset": asking.data.content, "model": digest_of(asking.deployment, live, view)},
        inputs={"dataset": asking.data.run},
        urls={"endpoint": revision.url},
        asks=view.moves.identity(asking.deployment),
    )
    life = lifecycle_of(wanted, spec.retries, view)
    found.runs.add(life.run)
    found.changes += life.changes
    if life.stage is Stage.ACCEPTED:
        return Said(DataVersion(life.run, str(life.result.get("content") or life.run)), live.trial)
    return _meanwhile(asking, life, former, found)


def _meanwhile(asking: _Asking, life: Lifecycle, former: Said | None, found: Scores) -> Said | None:
    """Go on with what was said before, as long as a model hasn't answered; the first time it is waited for."""
    job = asking.view.actual.pool.jobs.get(life.run)
    has_failed = job is not None and (job.attempt > 1 or job.state is JobState.FAILED)
    if life.stage.is_final or has_failed:
        why = "it is asked once more" if life.stage is Stage.RUNNING else life.message
        _without(asking, former, why, found)
    elif former is None:
        found.waits = f"{asking.deployment} is asked about the examples: {life.message}"
    return former


def _without(asking: _Asking, former: Said | None, why: str, found: Scores) -> None:
    goes_on = "what it said before counts" if former else "the campaign goes on without"
    found.notes.append(f"{asking.deployment} can't be asked about the examples ({why}): {goes_on}")
