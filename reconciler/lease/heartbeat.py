"""The heartbeat: when a daemon was last alive, as its lease tells everybody who can read the repository.

It is made of the renewals that there are anyway: a forge counts requests, so nothing is written for its sake.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.git.repository import Repository
from reconciler.lease.claim import SPAN
from reconciler.lease.lease import lease_ref, read_claim

LATE = timedelta(minutes=2)
"""How long after its claim ran out a daemon is taken for dead; clocks of two machines may differ by some seconds."""


class Life(StrEnum):
    """Whether a daemon lives."""

    ALIVE = "alive"
    DEAD = "dead"
    """It renewed its lease no more, and never gave it back."""
    STOPPED = "stopped"
    """The last one gave its lease back."""
    NEVER = "never"
    """There was none yet."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When a daemon was last seen, and which."""

    holder: str = ""
    seen: datetime | None = None
    span: timedelta = SPAN

    def life(self, now: datetime) -> Life:
        """Tell whether a daemon lives, by the clock of whoever looks."""
        if self.seen is None:
            return Life.ALIVE if self.holder else Life.NEVER
        if not self.holder:
            return Life.STOPPED
        return Life.DEAD if now - self.seen > self.span + LATE else Life.ALIVE

    def words(self, now: datetime) -> str:
        """Tell it in a sentence."""
        life = self.life(now)
        if self.seen is None and self.holder:
            return f"{self.holder} holds the lease, in words that are not known here: upgrade this one"
        if self.seen is None:
            return "no daemon has run here yet: start `setpoint run`"
        since = ago(now - self.seen)
        if life is Life.ALIVE:
            return f"the daemon was seen {since} ago: {self.holder}"
        who = "the last one stopped" if life is Life.STOPPED else f"{self.holder} was last seen"
        return f"no daemon lives: {who} {since} ago, and nothing has happened since; start `setpoint run`"

    def as_json(self, now: datetime) -> dict[str, str | None]:
        """Return it as JSON-compatible values."""
        return {
            "state": self.life(now).value,
            "holder": self.holder,
            "seen": self.seen.isoformat() if self.seen else None,
        }


def read_heartbeat(repository: Repository, environment: str) -> Heartbeat:
    """Read when a daemon of an environment was last alive.

    Raises:
        Unavailable: the repository is out of reach.
    """
    claim = read_claim(repository, repository.ref(lease_ref(environment)))
    return Heartbeat(claim.holder, claim.seen, claim.span)


def ago(age: timedelta) -> str:
    """Return an age in the largest unit of which there are two; a clock that is behind sees things now."""
    seconds = max(0, round(age.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
