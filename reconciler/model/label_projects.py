"""Labelling projects: what people are asked in a labelling tool, as it was observed there, and the names of tasks.

A task asks one person about one example. Its external identifier is `<item>-<slot>`: the item stands for the example,
and an example that several people are to see has a slot for each of them. So nobody sees what another has said, in
tools that have no overlap of their own, too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from reconciler.model.ids import Address

SLOT = re.compile(r"(?P<item>[0-9a-f]{12})-(?P<slot>[1-9][0-9]?)")
"""What the external identifier of a task looks like."""
IDENTIFIER = "setpoint_task"
"""The field of a task's data that bears its external identifier."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A task as it is in the tool: how many answers it has. `copies` are tasks of the same identifier."""

    answers: int = 0
    copies: int = 1


@dataclass(frozen=True, slots=True)
class LabelProject:
    """A project of a labelling tool, as it is now.

    Attributes:
        identity: what the tool calls it.
        url: where people answer.
        config: the labelling configuration, Label Studio's XML.
        guide: what the people who answer are told, in Markdown.
        tasks: its tasks by their external identifiers; one that isn't ours isn't among them.
        strangers: how many tasks bear no identifier of ours.
        used: how often each label was given, by the control's name and the label; None where the tool can't tell.
        state: a digest of all that was asked and answered: it is another one when any of that changes.
        twins: other projects that say they were this one.
    """

    identity: str
    url: str
    config: str
    guide: str = ""
    tasks: Mapping[str, Asked] = field(default_factory=dict)
    strangers: int = 0
    used: Mapping[str, Mapping[str, int]] | None = field(default_factory=dict)
    state: str = ""
    twins: tuple[str, ...] = ()

    @property
    def answers(self) -> int:
        """Return how many answers there are to tasks of ours."""
        return sum(task.answers for task in self.tasks.values())


Projects = Mapping[Address, LabelProject]


def slot_name(item: str, slot: int) -> str:
    """Return the external identifier of a task."""
    return f"{item}-{slot}"


def is_kept_back(name: str, share: float) -> bool:
    """Tell whether who answers a task isn't shown what a model says of it: drawn by lot, so that both are alike."""
    return int(sha256(f"kept back {name}".encode()).hexdigest()[:12], 16) < share * 16**12


def slots_by_item(names: Iterable[str]) -> dict[str, list[int]]:
    """Return the slots of each item, in their order."""
    found: dict[str, list[int]] = {}
    for name in names:
        if match := SLOT.fullmatch(name):
            found.setdefault(match["item"], []).append(int(match["slot"]))
    return {item: sorted(slots) for item, slots in found.items()}
