"""Text of others: what specs, jobs, forges and files say, as it may stand in a message or on a terminal.

Whatever reaches a person goes through here once: a control sequence, a change of the writing direction or a line break
of somebody else's shows as what it is, and is never obeyed.
"""

import re
from datetime import UTC, datetime

from runners.contract.text import counted as counted  # noqa: PLC0414 - they are found beside the others
from runners.contract.text import printable as printable  # noqa: PLC0414 - it is found beside the others

_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters but tab and line feed, marks of direction (Unicode UAX #9, as in CVE-2021-42574), surrogates."""
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_IN_LOGS = re.compile(f"(\x1b\\[[0-9;]*m)|{_HIDDEN.pattern}")
"""What is hidden, and in the first group what only sets colours (ECMA-48, SGR)."""


def without_credentials(text: str) -> str:
    """Return a text whose URLs have lost their user and password."""
    return _CREDENTIALS.sub("", text)


def visible(text: str) -> str:
    """Return a text of any length and lines, what a terminal would obey in it written as an escape."""
    return text if text.isprintable() else _HIDDEN.sub(_escape, text)


def json_visible(text: str) -> str:
    """Return a JSON text that says the same, with JSON's escapes for what a terminal would obey."""
    return text if text.isascii() else _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def coloured(text: str) -> str:
    """Return a job's log as a terminal may show it: colours are kept, and nothing else that a terminal would obey."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = _IN_LOGS.sub(lambda found: found[1] or _escape(found), lines)
    return f"{shown}\x1b[0m" if "\x1b" in shown else shown


def moment(told: str) -> str:
    """Write a time of ISO 8601 as people read it, to the minute: `2026-03-01 10:00 UTC`; another text stays."""
    try:
        when = datetime.fromisoformat(told)
    except ValueError:
        return told
    return f"{when.astimezone(UTC) if when.tzinfo else when:%Y-%m-%d %H:%M} UTC"


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
