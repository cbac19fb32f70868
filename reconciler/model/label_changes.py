"""Changes of labelling projects: each an intention, for whose sake it is made, and nothing that was done yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.model.change import Change
from reconciler.model.ids import RunName


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureProject(Change):
    """Make a project, or give one that is there its configuration and its guide."""

    port = "labelling"
    verb = "configure"
    title: str
    config: str
    guide: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTasks(Change):
    """Ask people about examples: tasks by their external identifiers, with what the run `chosen` has left of each.

    `parts` are the files in which it stands. Which tasks they are is no part of the plan, their number is. What a model
    says is shown, but for a share that is `kept_back`; `model` is the run that asked it.
    """

    port = "labelling"
    verb = "add"
    sign = "+"
    chosen: RunName
    tasks: int
    names: Sequence[str] = field(repr=False)
    parts: Sequence[str] = field(default=(), repr=False)
    kept_back: float = 0.0
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTasks(Change):
    """Take tasks away that nobody has answered, and that nobody is to answer any more."""

    port = "labelling"
    verb = "remove"
    sign = "-"
    tasks: int
    names: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullAnswers(Change):
    """Keep all answers that a project has now as a version in the data store."""

    port = "labelling"
    verb = "pull"
    run: RunName
    state: str
    answers: int
    due: str = ""

    @property
    def target(self) -> str:
        """Return the name of the version."""
        return self.run
