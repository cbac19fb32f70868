"""The labelling tool: where people are asked about examples, and answer."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.model.ids import Address
from reconciler.model.label_projects import IDENTIFIER, LabelProject
from reconciler.model.label_tools import LabelTool
from runners.contract.files import KEPT_BACK

PIECE = 32 * 2**20
"""Bytes of a piece of answers: no more of them are in memory at once, however many there are."""


@dataclass(frozen=True, slots=True)
class ProjectOrder:
    """A project as it is handed to a tool: whose it is, how people know it, what they are asked and told."""

    address: Address
    title: str
    config: str
    guide: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its external identifier, and what people are shown. `prediction` is what a model says of it.

    A prediction is a list of Label Studio's results, with who made it and how sure it is. One that is `kept_back` goes
    with the task, and nobody who answers is shown it.
    """

    name: str
    data: Mapping[str, Any]
    prediction: Mapping[str, Any] = field(default_factory=dict)
    kept_back: Mapping[str, Any] = field(default_factory=dict)

    @property
    def meta(self) -> Mapping[str, Any]:
        """Return what goes with the task and isn't shown."""
        return {IDENTIFIER: self.name} | ({KEPT_BACK: dict(self.kept_back)} if self.kept_back else {})


class Labelling(Protocol):
    """Projects of this environment, by the addresses of the labels that ask for them.

    People may do in the tool whatever it lets them: rename a project, change what it asks, delete tasks or all of it.
    """

    def list(self) -> Mapping[Address, LabelProject]:
        """List this environment's projects with all their tasks.

        Raises:
            Unavailable: not all of them could be read.
        """

    def configure(self, order: ProjectOrder) -> None:
        """Make a project, or give the one that is there what is asked and told; its tasks and answers stay.

        Raises:
            Refused: the tool won't have the configuration.
        """

    def add(self, address: Address, tasks: Sequence[Task]) -> None:
        """Add the tasks of which there are none of that name.

        Raises:
            Refused: there is no such project, or it won't have the tasks.
        """

    def remove(self, address: Address, names: Collection[str]) -> None:
        """Take tasks away that nobody has answered, whether or not they are there; one with an answer stays."""

    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:
        """Return all answered tasks as Label Studio's JSON, from a snapshot of this name; None while it is made.

        They come in pieces of at most `PIECE` bytes, which one after the other are the document.

        Raises:
            Refused: there is no such project.
            Unavailable: while they are read, they broke off.
        """

    def health(self) -> LabelTool:
        """Tell how the tool is: its version, whom it takes us for, who may answer, and which tasks nobody can.

        Raises:
            Refused: it doesn't know us.
            Unavailable: it doesn't answer.
        """
