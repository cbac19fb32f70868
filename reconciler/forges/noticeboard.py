"""What needs a person, on the forge: a comment on the pull request that released the model, or else an issue.

One cause is told once. What was said is found again by its first line and by its author, so that saying it twice does
no harm; and an issue that a person has closed is theirs: nobody is told of that cause again.
"""

from itertools import islice

from reconciler.forges.hub import Hub, Issue, Issues
from reconciler.model.notifications import Event
from reconciler.ports.forge import CauseNote

LOOKED_AT = 300
"""Issues of ours among which one is looked for, the newest first."""


def post(note: CauseNote, hub: Hub, issues: Issues, number: int | None) -> None:
    """Say on a forge that something needs a person, that it goes on, or that it has ended.

    Args:
        note: what is told.
        hub: the forge.
        issues: its issues.
        number: the pull request on which it is said; None for an issue.

    Raises:
        Refused: we may not.
        Unavailable: the forge is out of reach.
    """
    text = f"{_mark(note)}\n{note.body}"
    if number is None:
        _as_issue(note, text, hub.me(), issues)
    else:
        _as_comment(note, text, hub, number)


def _mark(note: CauseNote) -> str:
    return f"<!-- setpoint: cause {note.name} -->"


def _as_comment(note: CauseNote, text: str, hub: Hub, number: int) -> None:
    me = hub.me()
    ours = (one for one in hub.comments(number) if one.author == me and one.text.lstrip().startswith(_mark(note)))
    former = next(ours, None)
    if former is None:
        if note.event is not Event.ENDED:
            hub.say(number, text)
    elif former.text.strip() != text.strip():
        hub.edit(number, former.id, text)


def _as_issue(note: CauseNote, text: str, me: str, issues: Issues) -> None:
    found = _found(note, me, issues)
    if found is None:
        if note.event is not Event.ENDED:
            issues.open(note.title, text)
    elif found.is_open and note.event is not Event.BEGAN:
        issues.say(found.number, note.body)
        if note.event is Event.ENDED:
            issues.close(found.number)


def _found(note: CauseNote, me: str, issues: Issues) -> Issue | None:
    ours = (one for one in islice(issues.by(me), LOOKED_AT) if one.author == me)
    return next((one for one in ours if one.text.lstrip().startswith(_mark(note))), None)
