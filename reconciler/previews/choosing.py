"""Which pull requests get a preview: those that were granted one, as many as there may be at once."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.model.environment import Previews
from reconciler.model.reviews import PullRequest
from reconciler.model.text import printable

_NAME = re.compile(r"pr-([1-9][0-9]{0,9})")


def name_of(number: int) -> str:
    """Return the name of the environment that is the preview of a pull request."""
    return f"pr-{number}"


def number_of(name: str) -> int | None:
    """Return the pull request whose preview has a name; None where it is the name of something else."""
    told = _NAME.fullmatch(name)
    return int(told[1]) if told else None


@dataclass(frozen=True, slots=True)
class Request:
    """A pull request that bears the label. `by` has set it, and `may_write` to the repository.

    `by` is empty where the forge doesn't tell.
    """

    pull: PullRequest
    by: str = ""
    may_write: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to become of the requests: those that have a preview, and why the others have none, by number."""

    granted: tuple[PullRequest, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)
    waiting: Mapping[int, str] = field(default_factory=dict)


def choose(requests: Iterable[Request], there: Collection[int], rules: Previews) -> Choice:
    """Choose among requests; whoever has a preview keeps it, and of the others the oldest come first.

    Args:
        requests: all pull requests that bear the label.
        there: the numbers of the previews that there are; one that is about to end has its place until it has ended.
        rules: what the template says of previews.
    """
    asked = {request.pull.number: request for request in requests}
    refused = {number: why for number, request in asked.items() if (why := refusal(request, rules))}
    good = sorted(asked.keys() - refused.keys(), key=lambda number: (number not in there, number))
    kept = [number for number in good if number in there]
    room = max(0, rules.open - len(there))
    new = [number for number in good if number not in there]
    open_ones = sorted({*there, *new[:room]})
    why = f"{len(open_ones)} of {rules.open} previews are open"
    if open_ones:
        why += f" ({', '.join(map(name_of, open_ones[:10]))})"
    waiting = dict.fromkeys(new[room:], f"{why}: it begins when one of them has ended")
    return Choice(tuple(asked[number].pull for number in (*kept, *new[:room])), refused, waiting)


def refusal(request: Request, rules: Previews) -> str:
    """Say why a request isn't granted; empty where it is."""
    if request.pull.is_fork:
        return "it comes from a fork, and what strangers push is never run: push its branch to this repository instead"
    if not request.by:
        return f"nobody is known to have set the label {printable(rules.label)}: take it off, and set it again"
    who = printable(request.by, 100)
    if not request.may_write:
        return f"{who}, who set the label, may not write to the repository"
    if rules.by is not None and request.by not in rules.by:
        return f"{who}, who set the label, isn't among those whom the template lets ask for previews"
    return ""
