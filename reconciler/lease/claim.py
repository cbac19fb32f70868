"""A lease's claim: who holds it, for how long, and when it was last renewed, which is the daemon's heartbeat."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.lease.process import NO_PROCESS, Process
from reconciler.untrusted import parse
from runners.contract.formats import format_of, is_newer

SPAN = timedelta(seconds=60)
LONGEST = timedelta(minutes=10)
"""The longest span of a claim that is waited for: nobody locks others out for ever."""
LARGEST = 4096
"""Bytes of a claim; what is larger is none."""
FORMAT = 1
"""The newest format of a claim that is known here."""


@dataclass(frozen=True, slots=True)
class Term:
    """One daemon's time in office, where an election decides who holds the lease.

    Args:
        election: names the election, and no other one ever.
        number: rises with each daemon that is elected.
    """

    election: str = ""
    number: int = 0

    def is_after(self, other: "Term") -> bool:
        """Tell whether it is a later one of the same election: then the other one is over, whatever its claim says."""
        return self.election == other.election != "" and self.number > other.number


NO_TERM = Term()
"""Where there are no elections."""
_NOBODY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the lease says. Without a holder it was given back, or never held.

    Args:
        holder: who holds it, for people to find it.
        token: rises with each new holder (a fencing token).
        expires: when it runs out by the holder's wall clock, for people alone: wall clocks are set.
        span: for how long it holds without being renewed.
        boot: the start of the holder's machine (`boot_id`).
        until: when it runs out by that machine's `uptime`.
        beats: how often the holder has written a claim, so that no two are the same: a ref that stays where it is would
            tell nobody anything, not even the remote that it is pushed to.
        format: the format that it is written in. Of a newer one nothing else can be told.
        term: the term in which it was made, where there are elections.
        process: the holder's process, as others on its machine can tell it.
    """

    holder: str
    token: int
    expires: datetime
    span: timedelta = SPAN
    boot: str = ""
    until: float = 0.0
    beats: int = 0
    format: int = FORMAT
    term: Term = NO_TERM
    process: Process = NO_PROCESS

    @property
    def seen(self) -> datetime | None:
        """Return when its holder was last alive by the holder's clock; None where there was never one."""
        if self.expires == _NOBODY:
            return None
        try:
            return self.expires - self.span if self.holder else self.expires
        except OverflowError:
            return self.expires


NOBODY = Claim("", 0, _NOBODY)
"""The claim of a lease that nobody has ever held."""


def format_claim(claim: Claim) -> bytes:
    """Write a claim as it lies under the lease's ref."""
    told = asdict(claim) | {"expires": claim.expires.isoformat(), "span": claim.span.total_seconds()}
    return json.dumps(told, sort_keys=True).encode()


def parse_claim(content: bytes) -> Claim:
    """Read a claim; what is none counts as nobody's, and one of a newer format as a newer daemon's."""
    if len(content) > LARGEST:
        return NOBODY
    try:
        told = parse(content)
        if is_newer(told, FORMAT):
            return Claim("a newer version of Setpoint", 0, _NOBODY, format=told["format"])
        format_of(told, FORMAT)
        expires = datetime.fromisoformat(told["expires"])
        expires = expires.astimezone(UTC) if expires.tzinfo else expires.replace(tzinfo=UTC)
        span = min(timedelta(seconds=float(told.get("span", SPAN.total_seconds()))), LONGEST)
        boot, until, beats = str(told.get("boot", "")), float(told.get("until", 0.0)), int(told.get("beats", 0))
        holder, token, term = words(told["holder"]), int(told["token"]), _term(told.get("term", {}))
        process = _process(told.get("process"))
        return Claim(holder, token, expires, span, boot, until, beats, term=term, process=process)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return NOBODY


def _term(told: Mapping[str, Any]) -> Term:
    return Term(str(told.get("election", "")), int(told.get("number", 0)))


def _process(told: Any) -> Process:
    """Read whose claim it is; of what makes no sense nothing is proved, and the claim is waited for."""
    numbers = [told.get(name) for name in ("pid", "started")] if isinstance(told, dict) else []
    pid, started = (one if isinstance(one, int) else 0 for one in numbers or (0, 0))
    return Process(str(told.get("spaces", "")), pid, started) if pid else NO_PROCESS


def words(holder: object) -> str:
    """Return who holds it as one line that can be shown."""
    return "".join(letter for letter in str(holder) if letter.isprintable())[:200]
