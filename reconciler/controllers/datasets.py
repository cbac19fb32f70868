"""Datasets: pull, profile, hold to the schema, merge. A refresh falls due by cron, by request, or by an alert."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from reconciler.controllers.growing import begun_anew, full_schedule, gone_on_with, version_before
from reconciler.controllers.measured import count_of, is_finite
from reconciler.controllers.pinned import held, in_force, same_as
from reconciler.controllers.proposals import proposed_names, replaced, waiting
from reconciler.controllers.refresh_causes import Cause, newest_known
from reconciler.controllers.retention import expired
from reconciler.controllers.retraining import alerted, trigger_of
from reconciler.controllers.run_lifecycle import Lifecycle, Stage, finished_at, lifecycle_of_newest, surplus, tidy
from reconciler.controllers.run_orders import order, parts
from reconciler.controllers.schema_proposals import propose_schema
from reconciler.controllers.scoring_models import ScoringModel, scoring_model
from reconciler.controllers.status_pictures import pictures, profile_pages, profiles
from reconciler.controllers.waiting import data_of, waits_for
from reconciler.model.change import Change, StartRun
from reconciler.model.decision import DataVersion, Decision, Phase, View
from reconciler.model.facts import DatasetFacts, RunFacts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from reconciler.model.schedule import last_fire, next_fire
from reconciler.model.text import counted
from runners.contract.request import FORMER, PREVIOUS

PHASES = {
    Stage.WAITING: (Phase.WAITING, Reason.WAITING),
    Stage.RUNNING: (Phase.RECONCILING, Reason.RUNNING),
    Stage.FINISHING: (Phase.RECONCILING, Reason.MERGING),
    Stage.ACCEPTED: (Phase.READY, Reason.ACCEPTED),
    Stage.REJECTED: (Phase.STALLED, Reason.DATA_REFUSED),
    Stage.FAILED: (Phase.STALLED, Reason.JOB_FAILED),
}
"""How a resource stands whose newest run has come this far."""
TAKEN_OVER = "it is the newest that another environment has accepted"


def decide(resource: Resource, view: View) -> Decision:
    """Bring a dataset to the version that its spec, its schedule and its monitors ask for."""
    spec = resource.spec
    assert isinstance(spec, Dataset)
    if kept := held(resource, view):
        return kept
    if waits := _blocked(resource.address, spec, view):
        return replace(waits, output=_version(_standing(resource.address, view), resource.address, view))
    cause, former = _causes(resource, spec, view)
    wanted = _refresh(resource, spec, cause, view)
    known = wanted if former == cause else _refresh(resource, spec, former, view)
    lifecycle = lifecycle_of_newest(wanted, known, spec.retries, view)
    cause = cause if lifecycle.run == wanted.run else former
    changes = lifecycle.changes + tidy(resource.address, frozenset({lifecycle.run}), view)
    if lifecycle.stage is Stage.ACCEPTED:
        changes += _too_many_or_old(resource.address, spec, frozenset({lifecycle.run}), view)
    is_judged = lifecycle.stage in (Stage.ACCEPTED, Stage.REJECTED)
    changes += propose_schema(resource, view, lifecycle) if is_judged else ()
    phase, reason = PHASES[lifecycle.stage]
    taken_over = _taken_over(lifecycle, view, resource.address)
    proposal = waiting(resource.address, changes, view) if is_judged else None
    output = _output(lifecycle, view, resource.address)
    versions = in_force(resource.address, output, view)
    return Decision(
        address=resource.address,
        phase=phase,
        reason=reason,
        message="; ".join([_message(lifecycle), *_asides(same_as(output, versions), taken_over, proposal)]),
        changes=changes,
        facts=_facts(lifecycle, view, resource.address)
        | _memory(resource.address, cause, changes, view)
        | {"made_from": parts(wanted)}
        | versions
        | ({"taken_over": taken_over} if taken_over else {})
        | ({"proposal": proposal} if proposal else {}),
        files=_files(resource.address, lifecycle, view),
        output=output,
        wake=_first(
            lifecycle.wake, *(next_fire(cron, view.actual.now) for cron in (spec.refresh, full_schedule(spec)) if cron)
        ),
    )


def _files(address: Address, lifecycle: Lifecycle, view: View) -> Mapping[str, tuple[RunName, str]]:
    """Return what is shown of an accepted version: its pictures, its profile, and those of the versions before it."""
    if lifecycle.stage is not Stage.ACCEPTED:
        return {}
    results = view.actual.results
    here = [v.run for v in view.versions_by_owner.get(address, ()) if v.here and v.run in results]
    former = sorted(here, key=lambda run: (run == lifecycle.run, finished_at(results[run]) or "", run))
    told = profiles((run, results[run]) for run in former)
    return {**pictures(lifecycle.run, lifecycle.result), **profile_pages(lifecycle.run, lifecycle.result), **told}


def _blocked(address: Address, spec: Dataset, view: View) -> Decision | None:
    """Wait for the first dataset that this one is made of, or that its keys lead to, and that has no version.

    Where a model scores its rows, wait for that, too.
    """
    above = (*spec.sources.values(), *spec.keyed.values())
    if blocker := next((one for one in above if data_of(one, view) is None), None):
        return waits_for(address, blocker, view)
    told = spec.source.predictions
    model = scoring_model(told.by, view) if told else None
    if told is None or isinstance(model, ScoringModel):
        return None
    waits = waits_for(address, told.by, view)
    return replace(waits, message=model) if model else waits


def _causes(resource: Resource, spec: Dataset, view: View) -> tuple[Cause, Cause]:
    """Return what asks for a version now, and what asked for the one that the last status tells of."""
    told = view.facts_of(resource.address, DatasetFacts)
    former = Cause(told.get("due"), told.get("refreshed_for"), told.get("former"))
    alert = None if spec.sources else trigger_of(resource.address, view)  # what it is derived from answers
    now = Cause(due_since(resource.address, spec.refresh, view, also=full_schedule(spec)), alert)
    now = newest_known(resource.address, now, partial(_run_of, resource, spec, view), view)
    if not told.get("run"):
        now = _after_what_is_here(resource, spec, now, view) if spec.source.stream else now
        return now, now
    standing = _standing(resource.address, view)
    if spec.source.stream:
        name_of = partial(_run_of, resource, spec, view)
        former = begun_anew(former, told["run"], standing, name_of)
    if now.is_as(former):
        return former, former
    return now._replace(former=gone_on_with(spec, former, standing, view)), former


def _after_what_is_here(resource: Resource, spec: Dataset, cause: Cause, view: View) -> Cause:
    """Return a cause that goes on with the newest version here, where a stream's environment lost its memory of it."""
    here = {version.run for version in view.versions_by_owner.get(resource.address, ()) if version.here}
    if not here or _run_of(resource, spec, view, cause) in here:
        return cause
    newest = max(here, key=lambda run: (finished_at(view.actual.results.get(run, {})) or "", run))
    return cause._replace(former=newest)


def _run_of(resource: Resource, spec: Dataset, view: View, cause: Cause) -> RunName:
    return _refresh(resource, spec, cause, view).run


def _too_many_or_old(address: Address, spec: Dataset, wanted: frozenset[RunName], view: View) -> tuple[Change, ...]:
    old = expired(address, spec.keep_for, wanted, view)
    gone = {change.target for change in old}
    many = surplus(address, spec.keep and spec.keep - 1, wanted, view)
    return old + tuple(change for change in many if change.target not in gone)


def _refresh(resource: Resource, spec: Dataset, cause: Cause, view: View) -> StartRun:
    named = {**spec.sources, **spec.keyed}
    above = {name: version for name, address in named.items() if (version := data_of(address, view))}
    contents: dict[str, Any] = {"inputs": {name: version.content for name, version in above.items()}} if above else {}
    model = scoring_model(spec.source.predictions.by, view) if spec.source.predictions else None
    contents |= {"scored_by": model.digest} if isinstance(model, ScoringModel) else {}
    standing = _standing(resource.address, view)
    ordered = order(
        resource,
        view,
        runner="ingest",
        params=spec.ingest_params,
        made_from=cause.named() | contents,
        inputs={name: version.run for name, version in above.items()}
        | ({"model": model.run} if isinstance(model, ScoringModel) else {})
        | _compared_with(spec, standing)
        | version_before(spec, cause, standing, view),
    )
    return replace(ordered, provenance={**ordered.provenance, **cause.told()})


def _compared_with(spec: Dataset, standing: RunName | None) -> dict[str, RunName]:
    """Return the version before as an input, by which no run is named: it was there before.

    Of the one that isn't for the limits of drift the profile alone is read; one that grows would go on with it.
    """
    if standing is None or (spec.goes_on and not spec.drift):
        return {}
    return {PREVIOUS if spec.drift else FORMER: standing}


def _taken_over(lifecycle: Lifecycle, view: View, address: Address) -> str | None:
    """Return the run, if this environment found it in the store as the newest when it had none of its own yet."""
    former = view.facts_of(address, DatasetFacts)
    version = view.actual.data.versions.get(lifecycle.run)
    is_found = not former.get("run") and version is not None and not version.here
    return lifecycle.run if is_found or former.get("taken_over") == lifecycle.run else None


def _memory(address: Address, cause: Cause, changes: tuple[Change, ...], view: View) -> DatasetFacts:
    """Return what must outlive the pass: the cause, and the names of proposals that were seen."""
    gone = replaced(changes, view)
    names = [name for name in proposed_names(address, view) if name not in gone]
    facts: DatasetFacts = {"proposed": names} if names else {}
    if cause.due:
        facts["due"] = cause.due
    if cause.former:
        facts["former"] = cause.former
    if cause.alert:
        facts["refreshed_for"] = cause.alert
        if moment := alerted(address, RunName(cause.alert), view):
            facts["alerted"] = moment
    return facts


def due_since(address: Address, cron: str | None, view: View, *, also: str | None = None) -> str | None:
    """Return the moment since which a new version is due, in UTC: by schedule, as an operator asked, or as it was.

    `also` is a second schedule. It never goes back: a schedule that becomes rarer or is taken away brings no older
    version in again.
    """
    former = view.facts_of(address, RunFacts).get("due")
    moments = (
        last_fire(cron, view.actual.now) if cron else None,
        last_fire(also, view.actual.now) if also else None,
        view.requested(address),
        datetime.fromisoformat(former) if former else None,
    )
    due = max((moment for moment in moments if moment), default=None)
    return due.astimezone(UTC).isoformat() if due else None


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _message(lifecycle: Lifecycle) -> str:
    if lifecycle.stage is Stage.ACCEPTED:
        facts = lifecycle.result.get("facts", {})
        held = f" with {counted(count_of(facts, 'rows'), 'row')}" if is_finite(facts.get("rows")) else ""
        return f"version {lifecycle.run.rsplit('/', 1)[1]}{held} is merged{_odd(facts.get('found'))}"
    return lifecycle.message


def _odd(found: Any) -> str:
    """Say how many findings a person should look at; a runner may have left anything in their place."""
    told = found if isinstance(found, Mapping) else {}
    counts = [(told.get(word), word) for word in ("error", "warning")]
    shown = [counted(count, word) for count, word in counts if isinstance(count, int) and count > 0]
    return f", in which its profile finds {' and '.join(shown)}" if shown else ""


def _asides(same: str, taken_over: str | None, proposal: str | None) -> list[str]:
    return (
        [same] * bool(same)
        + [TAKEN_OVER] * bool(taken_over)
        + ([f"its schema waits for a review: {proposal}"] if proposal else [])
    )


def _facts(lifecycle: Lifecycle, view: View, address: Address) -> DatasetFacts:
    facts: DatasetFacts = {"run": lifecycle.run, "stage": lifecycle.stage.value}
    if lifecycle.result:
        facts["metrics"] = lifecycle.result.get("metrics", {})
        facts["result"] = lifecycle.result.get("facts", {})
        facts["violations"] = list(lifecycle.result.get("violations") or ())
    accepted = _accepted(lifecycle, view, address)
    if accepted:
        facts["version"] = accepted
    if lifecycle.stage is Stage.ACCEPTED:
        facts["pictures"] = list(pictures(lifecycle.run, lifecycle.result))
    return facts


def _accepted(lifecycle: Lifecycle, view: View, address: Address) -> str | None:
    """Return the newest version that was accepted: this run, the one that the last pass followed, or its former."""
    return lifecycle.run if lifecycle.stage is Stage.ACCEPTED else _standing(address, view)


def _standing(address: Address, view: View) -> RunName | None:
    """Return the newest accepted version that the last status tells of."""
    facts = view.facts_of(address, DatasetFacts)
    here = {version.run for version in view.versions_by_owner.get(address, ()) if version.here}
    return next((RunName(name) for name in (facts.get("run"), facts.get("version")) if name in here), None)


def _output(lifecycle: Lifecycle, view: View, address: Address) -> DataVersion | None:
    """Hand on the newest accepted version: while a new one is made or refused, the former one stands."""
    return _version(_accepted(lifecycle, view, address), address, view)


def _version(name: str | None, address: Address, view: View) -> DataVersion | None:
    for version in view.versions_by_owner.get(address, ()):
        result = view.actual.results.get(version.run)
        if version.run == name and version.here and result is not None:
            return DataVersion(version.run, str(result.get("content") or version.run))
    return None
