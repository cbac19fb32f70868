"""A message in the form of each kind of target. Pure functions.

What is told comes from specs, jobs and engines: it is printable when it gets here, and what a form would obey in it is
written so that it doesn't.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.markdown import code, escaped
from reconciler.model.notifications import Event, ForgeTarget, MailTarget
from reconciler.model.text import counted, moment, printable
from reconciler.notices.causes import PLACE, TEST
from reconciler.notices.ledger import Message, Notice
from reconciler.ports.forge import CauseNote

MOST_SHOWN = 20
"""Causes that a message for people names; of more it tells how many there are."""
TYPE = "io.setpoint.notice"
DOMAIN = "setpoint.invalid"
"""Where the names of mails are from: a domain that nobody has (RFC 2606)."""
LASTS = timedelta(days=1)
"""How long Alertmanager takes a cause to stand that isn't told again."""
MOST_ISSUES = 20
"""Causes of a message that a forge is told of: each of them opens an issue."""
_SLACK_TEXT, _SLACK_TITLE = 2600, 300
"""Characters of a section and of its first line; Slack takes 3,000 together."""
_WORDS: Mapping[Event, str] = {Event.BEGAN: "", Event.GOES_ON: "still ", Event.ENDED: "no longer "}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who tells: the environment, and the repository as it was named."""

    environment: str
    repository: str


def subject(message: Message, sender: Sender) -> str:
    """Return a message's first line."""
    first, *more = message.notices
    rest = f", and {len(more)} more" if more else ""
    return printable(f"[{sender.environment}] {headline(first)}{rest}", 150)


def headline(notice: Notice) -> str:
    """Return what one cause is, in a few words: `deployments/risk is no longer stalled`."""
    if notice.cause.place == TEST:
        return "this is a test"
    place = "the newest commit" if notice.cause.place == PLACE else notice.cause.place
    states = {"commit": "not applied", "review": "waiting for a person"}
    return f"{place} is {_WORDS[notice.event]}{states.get(notice.cause.kind, notice.cause.kind.value)}"


def body(message: Message, sender: Sender) -> str:
    """Return a message as plain text."""
    shown = [_paragraph(one, sender) for one in message.notices[:MOST_SHOWN]]
    if hidden := len(message.notices) - len(shown):
        shown.append(f"And {counted(hidden, 'more cause')}: `setpoint status -e {sender.environment}` has all.")
    return "\n\n".join([*shown, f"{sender.repository}, {moment(message.moment.isoformat())}"])


def _paragraph(notice: Notice, sender: Sender) -> str:
    cause = notice.cause
    first = headline(notice)
    lines = [first[0].upper() + first[1:] + (f" (severity {cause.severity})" if notice.event is Event.BEGAN else "")]
    lines += [] if notice.event is Event.ENDED else [cause.what]
    told = {"since": moment(notice.since.isoformat()), "asked for in": cause.file, "team": cause.team}
    lines += [f"{word} {value}" for word, value in told.items() if value]
    if "/" in cause.place and not cause.place.startswith("engines/"):
        lines.append(f"setpoint get {Address(cause.place)} -e {sender.environment}")
    return "\n".join(lines)


def cloud_event(notice: Notice, at: datetime, sender: Sender) -> dict[str, Any]:
    """Return one notice as a structured CloudEvent 1.0.

    Its `id` is the same whenever it is sent: who gets one twice may drop the second.
    """
    cause = notice.cause
    moments = f"/{at.isoformat()}" if notice.event is Event.GOES_ON else ""
    return {
        "specversion": "1.0",
        "type": f"{TYPE}.{notice.event}",
        "source": f"setpoint/{sender.environment}",
        "subject": cause.place,
        "id": f"{notice.name}/{notice.event}{moments}",
        "time": at.isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "data": {
            "cause": notice.name,
            "kind": cause.kind.value,
            "severity": cause.severity.value,
            "reason": cause.reason,
            "message": cause.what,
            "since": notice.since.isoformat(timespec="seconds"),
            "team": cause.team,
            "file": cause.file,
            "repository": sender.repository,
        },
    }


def alerts(message: Message, sender: Sender, again: timedelta | None) -> list[dict[str, Any]]:
    """Return a message as Alertmanager's version 2 takes it: `postableAlerts` of its API.

    A cause that stands ends by itself at twice the time after which it is told again, in case nobody can tell its end.
    """
    lasts = 2 * again if again else LASTS
    return [_alert(notice, message.moment, sender, lasts) for notice in message.notices]


def _alert(notice: Notice, at: datetime, sender: Sender, lasts: timedelta) -> dict[str, Any]:
    cause = notice.cause
    labels = {
        "alertname": f"Setpoint{cause.kind.value.capitalize()}",
        "environment": sender.environment,
        "resource": cause.place,
        "severity": cause.severity.value,
        "team": cause.team,
        "repository": sender.repository,
    }
    ends = at if notice.event is Event.ENDED else at + lasts
    return {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {"summary": headline(notice), "description": cause.what},
        "startsAt": notice.since.isoformat(timespec="milliseconds"),
        "endsAt": ends.isoformat(timespec="milliseconds"),
    }


def forge_notes(message: Message, sender: Sender, target: ForgeTarget) -> list[CauseNote]:
    """Return a message as a forge takes it: a note for each cause, the gravest of many that begin."""
    ended = [one for one in message.notices if one.event is Event.ENDED]
    standing = sorted((one for one in message.notices if one.event is not Event.ENDED), key=_gravest)
    hidden = len(standing) - MOST_ISSUES
    notes = [_note(one, message, sender, target) for one in (*ended, *standing[:MOST_ISSUES])]
    if hidden > 0:
        told = f"{counted(hidden, 'more cause')} began with this one, and {'gets' if hidden == 1 else 'get'} no issue"
        notes[-1] = replace(notes[-1], body=f"{notes[-1].body}\n\n{told}: the status branch has all.")
    return notes


def _gravest(notice: Notice) -> tuple[int, str]:
    return -notice.cause.severity.rank, notice.name


def _note(notice: Notice, message: Message, sender: Sender, target: ForgeTarget) -> CauseNote:
    cause, is_new = notice.cause, notice.event is Event.BEGAN
    first, is_over = headline(notice), notice.event is Event.ENDED
    lines = [" ".join(f"@{name}" for name in target.mention)] if is_new else []
    lines.append(f"{'✅ ' if is_over else ''}**{first[0].upper()}{first[1:]}**")
    lines.append(f"{'It was: ' if is_over else ''}{escaped(cause.what)}")
    told = {"since": moment(notice.since.isoformat()), "until": moment(message.moment.isoformat()) if is_over else ""}
    told |= {"severity": cause.severity.value, "team": escaped(cause.team)}
    told |= {"asked for in": code(cause.file) if cause.file else "", "told by": f"`{sender.environment}`"}
    lines.append("\n".join(f"- {word} {value}" for word, value in told.items() if value))
    title = printable(f"[{sender.environment}] {first}", 150)
    return CauseNote(notice.name, notice.event, title, "\n\n".join(filter(None, lines)), cause.release)


def slack(message: Message, sender: Sender) -> dict[str, Any]:
    """Return a message as Slack's incoming webhooks take it: its text, and a section for each cause."""
    shown = message.notices[:MOST_SHOWN]
    blocks = [_section(f"*{_escaped(headline(one), _SLACK_TITLE)}*\n{_escaped(_rest(one, sender))}") for one in shown]
    if hidden := len(message.notices) - len(shown):
        blocks.append(_section(f"And {counted(hidden, 'more cause')}."))
    footer = _escaped(printable(f"{sender.environment} of {sender.repository}", 300))
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": footer, "verbatim": True}]})
    return {"text": _escaped(subject(message, sender)), "blocks": blocks}


def _rest(notice: Notice, sender: Sender) -> str:
    return _paragraph(notice, sender).partition("\n")[2]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


_SLACK = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{char: f"{char}\u200b" for char in "*_~`"}}


def _escaped(text: str, most: int = _SLACK_TEXT) -> str:
    """Return a text without what Slack would take for a mention, a link or a change of the type, cut to a length."""
    found: list[str] = []
    length = 0
    for char in text:
        told = _SLACK.get(char, char)
        length += len(told)
        if length > most:
            return "".join([*found, "…"])
        found.append(told)
    return "".join(found)


def mail(message: Message, sender: Sender, target: MailTarget) -> EmailMessage:
    """Return a message as a mail; one about a single cause answers the mail by which that was told."""
    found = EmailMessage()
    found["From"] = Mailbox("Setpoint", addr_spec=target.sender)
    found["To"] = tuple(Mailbox(addr_spec=one) for one in target.to)
    found["Subject"] = subject(message, sender)
    found["Date"] = message.moment
    found["Message-ID"] = _mail_name(message.notices, message.route, message.moment)
    found["Auto-Submitted"] = "auto-generated"
    if len(message.notices) == 1 and message.notices[0].event is not Event.BEGAN:
        found["References"] = found["In-Reply-To"] = f"<{message.notices[0].name}.{message.route}@{DOMAIN}>"
    found.set_content(body(message, sender))
    return found


def _mail_name(notices: Sequence[Notice], route: str, at: datetime) -> str:
    """Return a mail's name: that of its cause where it tells of one that began, so that later ones can answer it."""
    first = notices[0]
    is_first = len(notices) == 1 and first.event is Event.BEGAN
    return f"<{first.name}.{route}{'' if is_first else at.strftime('.%Y%m%d%H%M%S.%f')}@{DOMAIN}>"
