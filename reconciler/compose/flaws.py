"""What is wrong with a spec, by its path in the spec; `locate` then finds the line that said so."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reconciler.model.errors import Severity
from reconciler.model.text import printable
from reconciler.yaml.positions import Path

_PLAIN = re.compile(r"[\w-]+")


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


def dotted(path: Iterable[str | int]) -> str:
    """Write a path as people do, `gates[0].metric`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f'["{printable(part)}"]'
    return text


def shown(value: Any) -> str:
    """Name a value in an error, in YAML's words, cut to a readable length."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number {printable(str(value), 40)}"
    if isinstance(value, str):
        return f"`{printable(value, 60)}`" if value else "an empty text"
    return "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list | tuple) else "this"
