"""Labels: merge what annotators said of one version of a dataset, when they agree enough."""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers.campaign_case import Case, Step, newest_answers
from reconciler.controllers.campaigns import step_of
from reconciler.controllers.datasets import PHASES, due_since
from reconciler.controllers.measured import is_finite
from reconciler.controllers.pinned import held, in_force, same_as
from reconciler.controllers.run_lifecycle import (
    Lifecycle,
    Stage,
    lifecycle_of,
    lifecycle_of_newest,
    surplus,
    tidy,
)
from reconciler.controllers.run_orders import order, parts
from reconciler.controllers.status_pictures import label_documents, pictures
from reconciler.controllers.waiting import data_of, waits_for
from reconciler.model.change import StartRun
from reconciler.model.decision import DataVersion, Decision, Phase, View
from reconciler.model.facts import LabelFacts
from reconciler.model.ids import RunName
from reconciler.model.kinds.labels import Labels
from reconciler.model.label_changes import PullAnswers
from reconciler.model.markdown import figure
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from reconciler.model.schedule import next_fire
from reconciler.model.text import counted, printable


def decide(resource: Resource, view: View) -> Decision:
    """Bring labels to the version that their spec and their dataset ask for."""
    spec = resource.spec
    assert isinstance(spec, Labels)
    if kept := held(resource, view):
        return kept
    data = data_of(spec.dataset, view)
    if data is None:
        return waits_for(resource.address, spec.dataset, view)
    if spec.campaign is not None:
        gold = spec.campaign.gold
        if gold and gold.labels and data_of(gold.labels, view) is None:
            return waits_for(resource.address, gold.labels, view)
        return _of_campaign(resource, spec, data, view)
    due, former = (
        due_since(resource.address, spec.refresh, view),
        view.facts_of(resource.address, LabelFacts).get("due"),
    )
    wanted = _merge(resource, spec, data, due, view)
    lifecycle = lifecycle_of_newest(wanted, _merge(resource, spec, data, former, view), spec.retries, view)
    due = due if lifecycle.run == wanted.run else former
    names = frozenset({lifecycle.run})
    accepted = lifecycle.stage is Stage.ACCEPTED
    phase, reason = PHASES[lifecycle.stage]
    told = lifecycle.result.get("facts", {})
    facts: LabelFacts = {"run": lifecycle.run, "stage": lifecycle.stage.value, "note": spec.note, "result": told}
    facts["made_from"] = parts(wanted)
    if due:
        facts["due"] = due
    output = DataVersion(lifecycle.run, str(lifecycle.result.get("content") or lifecycle.run)) if accepted else None
    shown = pictures(lifecycle.run, lifecycle.result) if accepted else {}
    versions = in_force(resource.address, output, view)
    message = _message(lifecycle.result, spec.agreement.alpha) if accepted else lifecycle.message
    beside = label_documents(lifecycle.run, lifecycle.result) if accepted else {}
    if accepted:
        facts |= {"version": lifecycle.run, "metrics": lifecycle.result.get("metrics", {}), "pictures": list(shown)}
    return Decision(
        address=resource.address,
        phase=phase,
        reason=reason,
        message="; ".join(filter(None, [message, same_as(output, versions)])),
        changes=lifecycle.changes
        + tidy(resource.address, names, view)
        + (surplus(resource.address, spec.keep and spec.keep - 1, names, view) if accepted else ()),
        facts={**facts, **versions},
        files={**shown, **beside},
        output=output,
        wake=lifecycle.wake or (next_fire(spec.refresh, view.actual.now) if spec.refresh else None),
    )


def _of_campaign(resource: Resource, spec: Labels, data: DataVersion, view: View) -> Decision:
    """Ask people, pull what they answer, and merge the newest of it; what was accepted before counts meanwhile."""
    due, pulled = due_since(resource.address, spec.refresh, view), newest_answers(resource, view)
    wanted = _merge_answers(Case(resource, spec, data, view, due or "", pulled)) if pulled else None
    merged = lifecycle_of(wanted, spec.retries, view) if wanted else None
    step = step_of(Case(resource, spec, data, view, due or "", pulled, merged))
    accepted = merged is not None and merged.stage is Stage.ACCEPTED
    facts: LabelFacts = {"note": spec.note, **step.facts}  # type: ignore[typeddict-item]
    if merged and wanted:
        told = {name: fact for name, fact in merged.result.get("facts", {}).items() if name != "unsure"}
        facts |= {"run": merged.run, "stage": merged.stage.value, "result": told, "made_from": parts(wanted)}
    shown = pictures(merged.run, merged.result) if merged and accepted else {}
    beside = label_documents(merged.run, merged.result) if merged and accepted else {}
    if shown:
        facts["pictures"] = list(shown)
    if due:
        facts["due"] = due
    output = _standing(resource, merged, view)
    if output:
        metrics = view.actual.results.get(output.run, {}).get("metrics", {})
        facts |= {"version": output.run, "metrics": metrics}
    names = frozenset({*step.runs, *([merged.run] if merged else []), *([output.run] if output else [])})
    phase, reason, message = _told(spec, step, merged)
    versions = in_force(resource.address, output, view)
    return Decision(
        address=resource.address,
        phase=phase,
        reason=reason,
        message="; ".join(filter(None, [message, same_as(output, versions)])),
        changes=tuple(step.changes)
        + (merged.changes if merged else ())
        + tidy(resource.address, names, view)
        + (surplus(resource.address, spec.keep and 2 * spec.keep - 2, names, view) if accepted else ()),
        facts={**facts, **versions},
        files={**shown, **beside},
        output=output,
        drifted=step.drifted,
        wake=(merged.wake if merged else None) or (next_fire(spec.refresh, view.actual.now) if spec.refresh else None),
    )


def _standing(resource: Resource, merged: Lifecycle | None, view: View) -> DataVersion | None:
    """Return the newest labels that were accepted: answers that came since are merged beside them."""
    if merged and merged.stage is Stage.ACCEPTED:
        return DataVersion(merged.run, str(merged.result.get("content") or merged.run))
    facts = view.facts_of(resource.address, LabelFacts)
    run = RunName(str(facts.get("version", "")))
    return DataVersion(run, str(facts.get("content") or run)) if run in view.actual.data.versions else None


def _told(spec: Labels, step: Step, merged: Lifecycle | None) -> tuple[Phase, Reason, str]:
    """Tell how labels of a campaign stand: what waits for a person, or else how far the merge is.

    What is refused while people answer isn't stalled: their next answers may be what it lacks.
    """
    project = step.facts.get("project") or {}
    counts = (
        f"{project.get('answers')} answers to {counted(int(project.get('tasks') or 0), 'task')}"
        if "tasks" in project
        else ""
    )
    where = f"{counts} at {project.get('url')}" if counts else ""
    phase, reason = PHASES[merged.stage] if merged else (Phase.WAITING, Reason.WAITING)
    what = "nobody has answered yet" if merged is None else merged.message
    if merged and merged.stage is Stage.ACCEPTED:
        what = _message(merged.result, spec.agreement.alpha)
    if merged and merged.stage is Stage.REJECTED and _goes_on(step):
        phase, reason, what = Phase.WAITING, Reason.WAITING, f"so far: {what}"
    if step.held:
        phase, reason, what = step.phase, step.reason, step.held
    return phase, reason, "; ".join(part for part in (what, where, *step.notes) if part)


def _goes_on(step: Step) -> bool:
    """Tell whether there are to be other answers than those that were merged."""
    project = step.facts.get("project") or {}
    is_asked = not step.is_stopped and project.get("answers", 0) < project.get("tasks", 0)
    return is_asked or any(isinstance(change, PullAnswers) for change in step.changes)


def _merge_answers(case: Case) -> StartRun:
    pulled, gold, data = case.pulled, case.campaign.gold, case.data
    assert pulled is not None
    made_from, inputs = {"dataset": data.content, "answers": pulled.content}, {"dataset": data.run}
    inputs["answers"] = pulled.run
    if gold and gold.url:
        made_from["due"] = case.due
    if known := data_of(gold.labels, case.view) if gold and gold.labels else None:
        made_from["gold"], inputs["gold"] = known.content, known.run
    return order(
        case.resource, case.view, runner="label", params=case.spec.label_params, made_from=made_from, inputs=inputs
    )


def _merge(resource: Resource, spec: Labels, data: DataVersion, due: str | None, view: View) -> StartRun:
    return order(
        resource,
        view,
        runner="label",
        params=spec.label_params,
        made_from={"dataset": data.content, "due": due},
        inputs={"dataset": data.run},
    )


def _message(result: Mapping[str, Any], gate: float) -> str:
    told = result.get("facts", {})
    alpha, why = told.get("alpha"), printable(str(told.get("undefined") or "their agreement is not known"))
    agreed = (
        f"labels are merged; {why}"
        if not is_finite(alpha)
        else f"labels agree with alpha {figure(alpha)}{_between(told, gate)}"
    )
    answered, labelled = told.get("answered"), result.get("metrics", {}).get("labelled")
    if not isinstance(answered, int) or not isinstance(labelled, int | float) or labelled >= answered:
        return agreed
    return f"{agreed}; {answered - int(labelled)} of {answered} answered examples have no label: ties or disputed"


def _between(told: Mapping[str, Any], gate: float) -> str:
    """Tell the interval of alpha, and whether the gate lies in it; labels of before have none."""
    match told.get("interval"):
        case [int() | float() as lower, int() | float() as upper]:
            is_sure = not lower < gate <= upper
            return f" ({figure(lower)} to {figure(upper)}{'' if is_sure else f', with the gate {gate:g} in between'})"
    return ""
