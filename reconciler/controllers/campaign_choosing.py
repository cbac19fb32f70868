"""Which examples a campaign asks about: a job chooses them, by what models and former labels say of them."""

from reconciler.controllers.campaign_case import PORT, Case, Step
from reconciler.controllers.campaign_scores import scores_of
from reconciler.controllers.campaign_tasks import is_all_answered
from reconciler.controllers.run_lifecycle import Lifecycle, lifecycle_of
from reconciler.controllers.run_orders import order
from reconciler.controllers.waiting import data_of
from reconciler.model.decision import DataVersion
from reconciler.model.label_projects import LabelProject


def choosing_of(case: Case, project: LabelProject | None, step: Step) -> Lifecycle | None:
    """Follow the choice of examples; None while a model is asked about them for the first time."""
    is_amid = bool(project and project.tasks and not is_all_answered(project)) or PORT in case.view.actual.unread
    scores = scores_of(case.resource, case.data, case.view, is_amid=is_amid)
    step.changes += scores.changes
    step.runs |= scores.runs
    step.notes += scores.notes
    if scores.facts:
        step.facts["scores"] = scores.facts
    if scores.waits:
        step.notes.append(scores.waits)
        return None
    made_from, inputs = {"dataset": case.data.content}, {"dataset": case.data.run}
    for role, version in {**former_labels(case, step), **scores.versions}.items():
        made_from[role], inputs[role] = version.content, version.run
    wanted = order(
        case.resource,
        case.view,
        runner="choose",
        params=case.campaign.params(case.spec.answer, case.spec.choices),
        made_from=made_from | ({"due": case.due} if case.campaign.gold and case.campaign.gold.url else {}),
        inputs=inputs,
    )
    choosing = lifecycle_of(wanted, case.spec.retries, case.view)
    step.runs.add(choosing.run)
    step.changes += choosing.changes
    return choosing


def former_labels(case: Case, step: Step) -> dict[str, DataVersion]:
    """Return the labels that the choice of examples looks at, by what for; what isn't there yet is told."""
    found, gold = {}, case.campaign.gold
    for role, address in case.campaign.select.former.items():
        if version := data_of(address, case.view):
            found[role] = version
        else:
            step.notes.append(f"{address} has no version yet: examples are chosen without")
    known = data_of(gold.labels, case.view) if gold and gold.labels else None
    return found | ({"gold": known} if known else {})
