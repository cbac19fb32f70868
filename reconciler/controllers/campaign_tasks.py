"""The tasks of a campaign: which there are to be, by what was chosen, what was answered, and what is unsure.

All of it follows from what is there, so nothing is remembered: a task that was given once stays while its example is
asked about, and one more is given only where all others of its example are answered.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.kinds.campaigns import MOST_SLOTS, Campaign, Stop
from reconciler.model.kinds.selection import MOST_ITEMS
from reconciler.model.label_projects import SLOT, LabelProject, slot_name, slots_by_item
from reconciler.model.text import counted, printable

MOST_TOLD = 5
"""Slices that a message names."""
AT_ONCE = 5_000
"""Tasks that one pass adds: the rest comes in the next."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which examples people are asked about, in their order, and in which files it stands what they are shown."""

    items: Sequence[str] = ()
    parts: Sequence[str] = ()
    size: int = 1
    places: Mapping[str, int] = field(default_factory=dict)

    def parts_of(self, names: Collection[str]) -> tuple[str, ...]:
        """Return the files that tell of some tasks."""
        numbers = {self.places[name.partition("-")[0]] // self.size for name in names}
        return tuple(self.parts[number] for number in sorted(numbers) if number < len(self.parts))


@dataclass(frozen=True, slots=True)
class Tasks:
    """What is to be done about a project's tasks. Both are external identifiers, in the order of the examples."""

    add: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()


def chosen_in(result: Mapping[str, Any]) -> Chosen:
    """Read what a `choose` run has left, which may be anything; what is no name of an item is left out."""
    told = result.get("facts", {})
    items, parts, size = told.get("items"), told.get("parts"), told.get("part")
    if not isinstance(items, list) or not isinstance(parts, list) or not isinstance(size, int) or size < 1:
        return Chosen()
    names = [str(item) for item in items[:MOST_ITEMS]]
    places = {item: place for place, item in enumerate(names) if SLOT.fullmatch(slot_name(item, 1))}
    return Chosen(tuple(places), tuple(map(str, parts)), size, places)


def short_of(result: Mapping[str, Any]) -> list[str]:
    """Say what a `choose` run hasn't got enough of: gold questions, or examples of a slice."""
    told, found = result.get("facts", {}), []
    match told.get("gold"):
        case {"questions": int() as there, "wanted": int() as wanted} if there < wanted:
            found.append(
                f"{there} of {wanted} gold questions are there that gold.share asks for: give more known answers"
            )
    slices = told.get("slices")
    lacking = (
        [one for one in slices if isinstance(one, Mapping) and one.get("lacks")] if isinstance(slices, list) else []
    )
    if lacking:
        names = ", ".join(f"{printable(str(one.get('value')), 60)} ({one['lacks']})" for one in lacking[:MOST_TOLD])
        found.append(f"{counted(len(lacking), 'slice')} will lack labels, as there are no more examples: {names}")
    return found


def unsure_in(result: Mapping[str, Any]) -> frozenset[str]:
    """Return the items of which a merge of labels says that they deserve another answer."""
    told = result.get("facts", {}).get("unsure")
    return frozenset(map(str, told[:MOST_ITEMS])) if isinstance(told, list) else frozenset()


def stopped(stop: Stop, answers: int, merged: Mapping[str, Any]) -> str:
    """Say why nobody is asked anything more; empty while people are.

    Args:
        stop: the rules.
        answers: how many were given.
        merged: what the newest merge of labels tells; empty where there is none.
    """
    if stop.answers is not None and answers >= stop.answers:
        return f"{answers} answers were given, and {stop.answers} was the budget"
    match merged.get("interval"):
        case [int() | float() as lower, int() | float()] if stop.alpha is not None and lower >= stop.alpha:
            return f"the labels agree with an alpha of at least {lower:.3f}, and {stop.alpha:g} was asked for"
        case _:
            pass
    if why := _gained_little(stop, merged.get("gain")):
        return why
    disputes, answered = merged.get("disputes"), merged.get("answered")
    if stop.disputed is not None and isinstance(disputes, int) and isinstance(answered, int) and answered:
        share = disputes / answered
        if share <= stop.disputed:
            return f"{100 * share:.1f} % of the answered examples are disputed, and {100 * stop.disputed:g} % may be"
    return ""


def _gained_little(stop: Stop, told: Any) -> str:
    """Say that the newest answers changed hardly any label, where a merge tells so of as many as were asked for."""
    rule = stop.gain
    if rule is None or not isinstance(told, Mapping) or told.get("answers") != rule.answers:
        return ""
    match told.get("interval"):
        case [int() | float() as lower, int() | float() as upper] if 0 <= lower <= upper < rule.below:
            changed, examples = told.get("changed"), told.get("examples")
            return (
                f"the last {rule.answers} answers changed {changed} of {examples} labels, which is at most "
                f"{100 * upper:.1f} % of such, and less than {100 * rule.below:g} % was asked for"
            )
    return ""


def tasks_of(
    campaign: Campaign, chosen: Chosen, project: LabelProject, unsure: Collection[str], *, is_stopped: bool
) -> Tasks:
    """Return what is to be done about the tasks of a project.

    Args:
        campaign: how many answers each example gets, and in which batches they are asked about.
        chosen: the examples.
        project: the tasks that there are, and how often each was answered.
        unsure: the items that deserve another answer, as of all answers that there are.
        is_stopped: nobody is asked anything more.
    """
    there = slots_by_item(project.tasks)
    add: list[str] = []
    for item in () if is_stopped else _open(campaign, chosen, there, project):
        slots = there.get(item, [])
        add += [slot_name(item, slot) for slot in range(1, campaign.answers.wanted + 1) if slot not in slots]
        if item in unsure and len(slots) >= campaign.answers.wanted and _all_answered(item, slots, project):
            add += [slot_name(item, slots[-1] + 1)] if slots[-1] < MOST_SLOTS else []
    spare = [
        name
        for name, asked in sorted(project.tasks.items())
        if not asked.answers and name.partition("-")[0] not in chosen.places
    ]
    return Tasks(tuple(add), tuple(spare) if chosen.items else ())


def is_all_answered(project: LabelProject) -> bool:
    """Tell whether no task of a project waits for an answer."""
    return bool(project.tasks) and all(task.answers for task in project.tasks.values())


def _open(
    campaign: Campaign, chosen: Chosen, there: Mapping[str, Sequence[int]], project: LabelProject
) -> Sequence[str]:
    """Return the items that people are asked about by now: batch after batch, each when those before are answered."""
    if campaign.batch is None:
        return chosen.items
    until = campaign.batch
    while until < len(chosen.items) and all(
        len(there.get(item, ())) >= campaign.answers.wanted and _all_answered(item, there[item], project)
        for item in chosen.items[until - campaign.batch : until]
    ):
        until += campaign.batch
    return chosen.items[:until]


def _all_answered(item: str, slots: Sequence[int], project: LabelProject) -> bool:
    return all(project.tasks[slot_name(item, slot)].answers for slot in slots)
