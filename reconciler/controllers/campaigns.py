"""Campaigns: the project of labels in a labelling tool, brought to what their spec asks, and its answers pulled.

A pass looks at what is there and does what is missing: the project, its question, its tasks, a version of its answers.
What people did is theirs: an answered task is never taken away, and a question that would orphan answers waits for a
person's word.
"""

from reconciler.controllers.campaign_case import PORT, Case, Step
from reconciler.controllers.campaign_choosing import choosing_of
from reconciler.controllers.campaign_tasks import (
    AT_ONCE,
    Chosen,
    chosen_in,
    is_all_answered,
    short_of,
    stopped,
    tasks_of,
    unsure_in,
)
from reconciler.controllers.run_lifecycle import Stage
from reconciler.model.ids import RunName, digest, run_name
from reconciler.model.kinds.campaigns import Campaign
from reconciler.model.kinds.label_config import is_same, labels_of
from reconciler.model.label_changes import AddTasks, ConfigureProject, PullAnswers, RemoveTasks
from reconciler.model.label_projects import LabelProject
from reconciler.model.moment import moment_of
from reconciler.model.reason import Reason
from reconciler.model.text import counted, printable

FEWEST = 10
"""New answers after which all are merged anew, where the spec doesn't say."""


def step_of(case: Case) -> Step:
    """Bring a campaign's project one step on."""
    step = Step()
    project = case.view.actual.projects.get(case.resource.address)
    choosing = choosing_of(case, project, step)
    if case.pulled:
        step.runs.add(case.pulled.run)
    if why := case.view.actual.unread.get(PORT):
        step.notes.append(f"the labelling tool can't be read: {why}")
        step.facts |= {name: fact for name, fact in case.facts.items() if name in ("project", "asked", "vanished")}
        return step
    if project is None:
        _missing(case, step)
        return step
    step.facts["project"] = {"url": project.url, "tasks": len(project.tasks), "answers": project.answers}
    if case.merged is None or case.merged.stage.is_final:  # else one that takes long would never end
        _pull(case, project, step)
    _configure(case, project, step)
    if choosing is None:
        return step
    if choosing.stage is Stage.ACCEPTED:
        _sync(case, chosen_in(choosing.result), choosing.run, project, step)
        step.notes += short_of(choosing.result)
    elif choosing.stage.is_final:
        step.hold(f"the examples to ask about can't be chosen: {choosing.message}", Reason.JOB_FAILED)
    else:
        step.notes.append(f"the examples to ask about are being chosen: {choosing.message}")
    return step


def _missing(case: Case, step: Step) -> None:
    """Make the project; one that is gone with its answers is made anew only where somebody asks for that."""
    before, pulled, address = case.facts.get("project") or {}, case.pulled, case.resource.address
    vanished = moment_of(case.facts.get("vanished")) or case.view.actual.now
    asked = case.view.requested(address)
    if not (before and (before.get("answers") or pulled)) or (asked and asked > vanished):
        step.changes.append(_configured(case, "there is no such project yet"))
        step.notes.append("the project is being made")
        return
    step.facts |= {"project": before, "vanished": vanished.isoformat()}
    kept = f"the {counted(pulled.answers, 'answer')} that were pulled are kept in {pulled.run}" if pulled else ""
    step.hold(
        f"the project {printable(str(before.get('url', '')))} is gone from the labelling tool, or its description has "
        f"lost its mark; {kept or 'no answer was pulled'}: restore it, or have it made anew with "
        f"`setpoint reconcile {address}`",
        Reason.CHANGED_BY_HAND,
    )


def _configured(case: Case, why: str) -> ConfigureProject:
    config, guide = case.campaign.asked(case.spec.answer, case.spec.choices), case.campaign.guide.strip()
    address = case.resource.address
    return ConfigureProject(address=address, title=address, config=config, guide=guide, why=why)


def _configure(case: Case, project: LabelProject, step: Step) -> None:
    """Bring what is asked and told to the spec, unless that would orphan answers."""
    wanted, recorded = _configured(case, ""), case.facts.get("asked", "")
    name = digest([wanted.config, wanted.guide])
    step.facts["asked"] = name
    if project.twins:
        step.drifted = f"other projects say they were this one: {', '.join(project.twins[:3])}; take their marks away"
    is_asked = is_same(project.config, wanted.config)
    if is_asked and project.guide == wanted.guide:
        return
    what = "guide" if is_asked else "question"
    if recorded == name:
        step.drifted = f"its {what} was changed by hand in the labelling tool, and is put back"
    lost = {} if is_asked else orphaned(project, wanted.config, case.campaign)
    if lost:
        told = ", ".join(
            f"{printable(label, 60)} ({counted(count, 'answer')})" for label, count in sorted(lost.items())
        )
        step.facts["asked"] = recorded
        step.hold(
            f"the new question has no place for labels that were given: {told}; "
            "keep them, or name them in campaign.retire: their answers then no longer count",
            Reason.REFUSED,
        )
        return
    why = f"its {what} was changed by hand" if recorded == name else f"its {what} is another one now"
    step.changes.append(_configured(case, why))


def orphaned(project: LabelProject, config: str, campaign: Campaign) -> dict[str, int]:
    """Return the labels that were given, and how often, for which a configuration has no place any more."""
    offered = labels_of(config)
    return {
        label: count
        for control, labels in (project.used or {}).items()
        for label, count in labels.items()
        if label not in offered.get(control, frozenset()) and label not in campaign.retire
    }


def _pull(case: Case, project: LabelProject, step: Step) -> None:
    """Pull the answers when they are all there, when enough are new, or when it is time."""
    pulled, campaign = case.pulled, case.campaign
    if not project.answers or (pulled and pulled.state == project.state):
        return
    new = project.answers - (pulled.answers if pulled else 0)
    enough = 1 if pulled is None else campaign.every or max(FEWEST, pulled.answers // 10)
    is_due = pulled is not None and case.due != pulled.due
    if not (new >= enough or is_due or is_all_answered(project)):
        return
    view, address = case.view, case.resource.address
    made_of = {"answers": project.state, "due": case.due, "environment": view.desired.environment_name}
    run = run_name(case.resource.identity, made_of)
    step.runs.add(run)
    if run in view.actual.data.versions:
        return
    why = f"{counted(new, 'answer')} more than were pulled" if new > 0 else "the answers are others now"
    step.changes.append(
        PullAnswers(address=address, run=run, state=project.state, answers=project.answers, due=case.due, why=why)
    )


def _sync(case: Case, chosen: Chosen, run: RunName, project: LabelProject, step: Step) -> None:
    """Add the tasks that are missing and take away those that nobody asks for any more, within their budget."""
    merged, campaign = case.merged, case.campaign
    told = merged.result if merged and merged.stage in (Stage.ACCEPTED, Stage.REJECTED) else {}
    is_current = case.pulled is not None and case.pulled.state == project.state
    why_stopped = stopped(campaign.stop, project.answers, told.get("facts", {}))
    unsure = unsure_in(told) if is_current else frozenset()
    tasks = tasks_of(campaign, chosen, project, unsure, is_stopped=bool(why_stopped))
    if tasks.add:
        names = tasks.add[:AT_ONCE]
        add = AddTasks(
            address=case.resource.address,
            chosen=run,
            tasks=len(names),
            names=names,
            parts=chosen.parts_of(names),
            kept_back=campaign.prelabels.without if campaign.prelabels else 0.0,
            model=_model_of(campaign, step),
            why=f"{counted(len(tasks.add), 'task')} of {len(project.tasks) + len(tasks.add)} aren't there",
        )
        step.changes.append(add)
    _remove(case, project, tasks.spare, step)
    if why_stopped:
        step.is_stopped = True
        step.notes.append(f"nobody is asked anything more: {why_stopped}")
    if project.strangers:
        step.notes.append(f"{counted(project.strangers, 'task')} that others made are left alone")


def _model_of(campaign: Campaign, step: Step) -> str:
    """Return the trial whose model says what people are shown; empty where none does."""
    told = step.facts.get("scores", {}).get(campaign.prelabels.deployment) if campaign.prelabels else None
    return str(told["model"]) if told else ""


def _remove(case: Case, project: LabelProject, spare: tuple[str, ...], step: Step) -> None:
    if not spare:
        return
    address, most = case.resource.address, case.campaign.deletion.allowed(len(project.tasks))
    approval = digest([address, *spare])
    if len(spare) > most and approval not in case.view.actual.controls.approved:
        step.hold(
            f"{len(spare)} of {counted(len(project.tasks), 'task')} show examples that nobody asks about any more, and "
            f"one pass may delete {most}: approve with `setpoint apply --approve {approval}`, or raise deletion",
            Reason.DELETION_BUDGET,
        )
        return
    why = "nobody asks about their examples any more"
    step.changes.append(RemoveTasks(address=address, tasks=len(spare), names=spare, why=why))
