"""Labels: merge what annotators said of one version of a dataset, when they agree enough."""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers.datasets import PHASES, due_since
from reconciler.controllers.pinned import held, in_force
from reconciler.controllers.run_lifecycle import Stage, lifecycle_of_newest, surplus, tidy
from reconciler.controllers.run_orders import order, parts
from reconciler.controllers.status_pictures import pictures
from reconciler.controllers.waiting import data_of, waits_for
from reconciler.model.change import StartRun
from reconciler.model.decision import DataVersion, Decision, View
from reconciler.model.facts import LabelFacts
from reconciler.model.kinds.labels import Labels
from reconciler.model.markdown import figure
from reconciler.model.resource import Resource
from reconciler.model.schedule import next_fire


def decide(resource: Resource, view: View) -> Decision:
    """Bring labels to the version that their spec and their dataset ask for."""
    spec = resource.spec
    assert isinstance(spec, Labels)
    if kept := held(resource, view):
        return kept
    data = data_of(spec.dataset, view)
    if data is None:
        return waits_for(resource.address, spec.dataset, view)
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
    if accepted:
        facts |= {"version": lifecycle.run, "metrics": lifecycle.result.get("metrics", {})}
    return Decision(
        address=resource.address,
        phase=phase,
        reason=reason,
        message=_message(lifecycle.result, spec.agreement.alpha) if accepted else lifecycle.message,
        changes=lifecycle.changes
        + tidy(resource.address, names, view)
        + (surplus(resource.address, spec.keep and spec.keep - 1, names, view) if accepted else ()),
        facts={**facts, **in_force(resource.address, output, view)},
        files=pictures(lifecycle.run, lifecycle.result) if accepted else {},
        output=output,
        wake=lifecycle.wake or (next_fire(spec.refresh, view.actual.now) if spec.refresh else None),
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
    alpha, why = told.get("alpha"), told.get("undefined") or "their agreement is not known"
    agreed = (
        f"labels are merged; {why}"
        if alpha is None
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
