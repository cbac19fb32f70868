"""The tree of errors, named by what the loop does next.

SetpointError
├── Refused      a person must act: the resource is Stalled until its input changes
│   ├── BadSpec      the text of a spec is wrong (carries its Problems)
│   └── Unsafe       the plan would do harm (deletion budget, rewritten history, lost lease)
├── Transient    try again later, with backoff and jitter
│   └── Unavailable  an engine didn't answer, or only in part: nothing may be deleted in this pass
└── Raced        somebody else wrote first: read again and retry at once
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem in a spec is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong with a file of the repository, told as an editor would show it.

    `line` and `column` count from 1; 0 means the whole file. `path` is the place in the spec, `params.depth`.
    `hint` says what to do: what was expected, or the nearest valid name.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Write the problem in the `file:line:column` form that editors and terminals link."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        where = f" {self.path}:" if self.path else ""
        return f"{place}:{where} {self.message}" + (f" ({self.hint})" if self.hint else "")


class SetpointError(Exception):
    """Something that Setpoint foresaw; `message` is stable, so that it never differs from call to call.

    Args:
        message: what happened, and where.
        hint: what to do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Write the message and its hint on one line."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class Refused(SetpointError):
    """The input is wrong: trying again without a change makes no sense."""


class Missing(Refused):
    """There is no such thing, or none that we may see."""


class BadSpec(Refused, ValueError):
    """Files of a commit can't be understood; `problems` holds every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)) or "bad spec")
        self.problems = problems


class Unsafe(Refused):
    """The plan would do harm, and waits for a person's word in Git."""


class Transient(SetpointError):
    """It failed this time and may work the next: the loop backs off and retries."""


class Unavailable(Transient, ConnectionError):
    """An engine couldn't be read or written. What wasn't read isn't absent."""


class Raced(Transient):
    """A compare-and-swap lost: the ref has moved since it was read."""
