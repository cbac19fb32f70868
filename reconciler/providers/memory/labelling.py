"""A labelling tool in memory: projects, tasks and what people answered, in the world that all fakes share."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.errors import Missing
from reconciler.model.ids import Address, digest
from reconciler.model.label_projects import Asked, LabelProject
from reconciler.model.label_tools import LabelTool
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.memory.world import Room, World, verb


@dataclass(slots=True)
class Held:
    """A project: what was ordered last, its tasks by name, and the annotations of each."""

    order: ProjectOrder
    tasks: dict[str, Task] = field(default_factory=dict)
    annotations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answers(self, name: str) -> list[dict[str, Any]]:
        """Return the annotations of a task that aren't skipped."""
        return [one for one in self.annotations.get(name, []) if not one["was_cancelled"]]


class LabellingRoom(Room):
    """All projects, by environment and labels."""

    def __init__(self) -> None:
        self.projects: dict[tuple[str, Address], Held] = {}

    def answer(self, environment: str, address: Address, name: str, who: str, label: str) -> None:
        """Let somebody choose a label for a task; an empty one skips it."""
        held = self.projects[environment, address]
        value = {"from_name": "answer", "to_name": "text", "type": "choices", "value": {"choices": [label]}}
        told = {"completed_by": {"email": f"{who}@example.org"}, "result": [value] if label else []}
        held.annotations.setdefault(name, []).append({**told, "was_cancelled": not label})


class MemoryLabelling:
    """Projects of one environment.

    Args:
        world: where they live.
        environment: whose they are.
    """

    def __init__(self, world: World, environment: str = "dev") -> None:
        self.world = world
        self._environment = environment

    @property
    def _projects(self) -> dict[tuple[str, Address], Held]:
        return self.world.room(LabellingRoom).projects

    @verb("labelling")
    def list(self) -> Mapping[Address, LabelProject]:
        """List the projects with all their tasks."""
        ours = sorted(
            (address, held) for (whose, address), held in self._projects.items() if whose == self._environment
        )
        return {address: self._shown(address, held) for address, held in ours}

    @verb("labelling")
    def configure(self, order: ProjectOrder) -> None:
        """Make a project, or give the one that is there what is asked and told."""
        self._projects.setdefault((self._environment, order.address), Held(order)).order = order

    @verb("labelling")
    def add(self, address: Address, tasks: Sequence[Task]) -> None:
        """Add the tasks of which there are none of that name."""
        held = self._demanded(address)
        for task in tasks:
            held.tasks.setdefault(task.name, task)

    @verb("labelling")
    def remove(self, address: Address, names: Collection[str]) -> None:
        """Take tasks away that nobody has answered; one with an answer stays."""
        held = self._projects.get((self._environment, address))
        for name in names if held else ():
            if held and not held.answers(name):
                held.tasks.pop(name, None)

    @verb("labelling")
    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:  # noqa: ARG002 - there is no snapshot to name
        """Return all answered tasks."""
        held = self._demanded(address)
        told = [
            {
                "data": dict(task.data),
                "meta": dict(task.meta),
                "annotations": held.annotations[task.name],
                "predictions": [dict(task.prediction)] if task.prediction else [],
            }
            for task in held.tasks.values()
            if held.answers(task.name)
        ]
        return iter([json.dumps(told).encode()])

    @verb("labelling")
    def health(self) -> LabelTool:
        """Tell that it is in memory."""
        return LabelTool(where="the labelling tool in memory")

    def _demanded(self, address: Address) -> Held:
        held = self._projects.get((self._environment, address))
        if held is None:
            raise Missing(f"the labelling tool has no project of {address}", "it is made anew in the next pass")
        return held

    def _shown(self, address: Address, held: Held) -> LabelProject:
        tasks = {name: Asked(len(held.answers(name))) for name in held.tasks}
        used: dict[str, dict[str, int]] = {}
        for name in held.tasks:
            for result in (result for one in held.answers(name) for result in one["result"]):
                counts = used.setdefault(result["from_name"], {})
                for label in result["value"]["choices"]:
                    counts[label] = counts.get(label, 0) + 1
        state = digest([self._environment, address, sorted(held.tasks), sorted(held.annotations.items())])
        url = f"memory://labelling/{self._environment}/{address}"
        return LabelProject(address, url, held.order.config, held.order.guide, tasks, used=used, state=state)
