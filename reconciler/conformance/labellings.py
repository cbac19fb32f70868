"""What a labelling tool is tried on: projects that outlive it, and people who answer."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from reconciler.model.ids import Address
from reconciler.model.label_projects import LabelProject
from reconciler.model.label_tools import LabelTool
from reconciler.ports.labelling import Labelling, ProjectOrder, Task


class LabellingBench(Protocol):
    """A labelling tool on state that outlives it."""

    def open(self, environment: str = "dev") -> Labelling:
        """Return a provider on the state, as a daemon that has just started makes it."""

    def answer(self, address: Address, name: str, who: str, label: str) -> None:
        """Let somebody answer a task of the environment `dev`; an empty label skips it."""

    def close(self) -> None:
        """End whatever still runs."""


class Reborn:
    """A tool whose daemon is killed after every call: each call is made on a provider that has just been opened."""

    def __init__(self, open_: Callable[[], Labelling]) -> None:
        self._open = open_

    def list(self) -> Mapping[Address, LabelProject]:
        return self._open().list()

    def configure(self, order: ProjectOrder) -> None:
        self._open().configure(order)

    def add(self, address: Address, tasks: Sequence[Task]) -> None:
        self._open().add(address, tasks)

    def remove(self, address: Address, names: Collection[str]) -> None:
        self._open().remove(address, names)

    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:
        return self._open().answers(address, name)

    def health(self) -> LabelTool:
        return self._open().health()
