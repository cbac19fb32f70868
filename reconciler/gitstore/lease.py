"""The lease: one daemon writes at a time, and each new one gets a higher token (a fencing token, after Kleppmann).

It is a small JSON file that a ref outside of all branches points to, moved by compare-and-swap. Status commits are
made in one movement with a check of that ref, so a daemon that lost the lease without noticing can't write.
"""

import json
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from reconciler.git.names import check_environment
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository
from reconciler.git.trees import Draft
from reconciler.gitstore.status import Fence
from reconciler.model.errors import Raced, Transient, Unsafe
from reconciler.ports.clock import Clock

SPAN = timedelta(seconds=60)
_LOST = "this daemon has lost its lease"
_NOBODY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the lease says: who holds it, under which token, until when. Without a holder it is free."""

    holder: str
    token: int
    expires: datetime

    def is_free(self, now: datetime) -> bool:
        """Tell whether anybody may take it."""
        return not self.holder or self.expires <= now


class LeaseHeld(Transient):
    """Another daemon holds the lease; `claim` tells which, and until when."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"{claim.holder} holds the lease", "stop that daemon, or wait until it is gone")
        self.claim = claim


class Lease:
    """The lease of one environment, as one daemon sees it.

    Args:
        repository: the repository.
        environment: the environment's name.
        holder: who this daemon is, for people to find it: host and process.
        clock: tells the time.
        span: how long a claim holds without being renewed.

    Raises:
        Refused: the environment's name isn't one.
    """

    def __init__(
        self, repository: Repository, environment: str, holder: str, clock: Clock, *, span: timedelta = SPAN
    ) -> None:
        self.ref = f"refs/setpoint/{check_environment(environment)}/lease"
        self._repository = repository
        self._holder = holder
        self._clock = clock
        self._span = span
        self._lock = threading.Lock()
        self._mine: tuple[str, Claim] | None = None

    def read(self) -> Claim:
        """Return what the lease says now, whoever holds it.

        Raises:
            Unavailable: the repository is out of reach.
        """
        return self._look()[1]

    def acquire(self) -> Claim:
        """Take the lease if it is free or ran out, with a token one higher than the last; keep it if it is held.

        Raises:
            LeaseHeld: another daemon holds it.
            Unavailable: the repository is out of reach.
        """
        with self._lock:
            self._repository.refresh(self.ref)
            found, claim = self._look()
            if self._mine and self._mine[0] == found:
                return self._put(found, claim.token)
            if not claim.is_free(self._clock.now()) and claim.holder != self._holder:
                raise LeaseHeld(claim)
            try:
                return self._put(found, claim.token + 1)
            except Raced:
                self._repository.refresh(self.ref)
                raise LeaseHeld(self.read()) from None

    def renew(self) -> Claim:
        """Hold the lease for another span.

        Raises:
            Unsafe: it is lost.
            Unavailable: the repository is out of reach; the claim holds until it runs out.
        """
        with self._lock:
            if self._mine is None:
                raise Unsafe(_LOST, "it stops writing until it has the lease again")
            try:
                return self._put(self._mine[0], self._mine[1].token)
            except Raced:
                self._mine = None
                raise Unsafe(_LOST, "another daemon has taken over; this one stops writing") from None

    def release(self) -> None:
        """Give the lease back, if it is held; the token stays, so that the next one is higher.

        Raises:
            Unavailable: the repository is out of reach; the claim runs out by itself.
        """
        with self._lock:
            if self._mine is None:
                return
            found, claim = self._mine
            self._mine = None
            try:
                self._put(found, claim.token, is_free=True)
            except Raced:
                return

    def held(self) -> bool:
        """Tell whether this daemon holds the lease, by its own claim and clock; asks nobody."""
        mine = self._mine
        return mine is not None and not mine[1].is_free(self._clock.now())

    def fence(self) -> Fence:
        """Return what a write under this lease must check.

        Raises:
            Unsafe: the lease isn't held.
        """
        mine = self._mine
        if mine is None or mine[1].is_free(self._clock.now()):
            raise Unsafe(_LOST, "it stops writing until it has the lease again")
        return Fence(self.ref, mine[0], mine[1].token)

    def _look(self) -> tuple[str | None, Claim]:
        found = self._repository.ref(self.ref)
        return found, parse_claim(self._repository.objects.read(found)) if found else Claim("", 0, _NOBODY)

    def _put(self, former: str | None, token: int, *, is_free: bool = False) -> Claim:
        now = self._clock.now()
        claim = Claim("" if is_free else self._holder, token, now if is_free else now + self._span)
        draft = Draft(self._repository.objects)
        blob = draft.add("blob", format_claim(claim))
        draft.save()
        self._repository.swap([RefUpdate(self.ref, blob, former)])
        self._mine = None if is_free else (blob, claim)
        return claim


def format_claim(claim: Claim) -> bytes:
    """Write a claim as it lies under the lease's ref."""
    return json.dumps(asdict(claim) | {"expires": claim.expires.isoformat()}, sort_keys=True).encode()


def parse_claim(content: bytes) -> Claim:
    """Read a claim; what is none counts as free."""
    try:
        told = json.loads(content)
        expires = datetime.fromisoformat(told["expires"])
        return Claim(
            str(told["holder"]), int(told["token"]), expires if expires.tzinfo else expires.replace(tzinfo=UTC)
        )
    except (ValueError, TypeError, KeyError):
        return Claim("", 0, _NOBODY)
