"""What is wrong with a spec, by its path in the spec; `locate` then finds the line that said so."""

from dataclasses import dataclass

from reconciler.model.errors import Severity
from reconciler.yaml.positions import Path
from runners.contract.text import dotted


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong at a path. `on_key` points at the field's name rather than at its value.

    `file` says in which file to look first, where that is known; otherwise it is the one that supplied the value.
    """

    path: Path
    message: str
    hint: str = ""
    on_key: bool = False
    file: str = ""
    severity: Severity = Severity.ERROR


class Flawed(Exception):
    """A step of composition can't go on; `flaws` says why."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("; ".join(f"{dotted(flaw.path)}: {flaw.message}" for flaw in flaws))
        self.flaws = flaws
