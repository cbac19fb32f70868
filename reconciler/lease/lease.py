"""The lease: one daemon writes at a time, and each new one gets a higher token (a fencing token, after Kleppmann).

It is a small JSON file that a ref outside of all branches points to, moved by compare-and-swap. Status commits renew it
in the movement that writes them, so the repository itself refuses those of a daemon that lost it without noticing.

No wall clock decides anything: a holder counts its span from before it asked, by its machine's uptime; whoever waits
counts the span from when it first saw a claim that hasn't changed since. A holder whose process is proved to be dead is
waited for no longer: what it had begun is refused, as of any that lost its lease.
"""

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta

from reconciler.git.names import check_environment
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository
from reconciler.git.trees import Draft
from reconciler.lease.claim import FORMAT, LARGEST, NO_TERM, NOBODY, SPAN, Claim, Term, format_claim, parse_claim
from reconciler.lease.monotonic import boot_id, uptime
from reconciler.lease.process import NO_PROCESS, is_dead, this_process
from reconciler.model.errors import Raced, Refused, Transient, Unsafe
from reconciler.ports.clock import Clock

_LOST = "this daemon has lost its lease"


class LeaseHeld(Transient):
    """Another daemon holds the lease; `claim` tells which, and until when."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"{claim.holder} holds the lease", "stop that daemon, or wait until it is gone")
        self.claim = claim


class Lease:
    """The lease of one environment, as one daemon sees it. Any number of threads may use it.

    Args:
        repository: the repository.
        environment: the environment's name.
        holder: who this daemon is, for people to find it: no other one may ever be called the same.
        clock: tells the time that claims show to people.
        span: how long a claim holds without being renewed.
        ticks: tells the seconds by which claims run out.

    Raises:
        Refused: the environment's name isn't one.
    """

    def __init__(
        self,
        repository: Repository,
        environment: str,
        holder: str,
        clock: Clock,
        *,
        span: timedelta = SPAN,
        ticks: Callable[[], float] = uptime,
    ) -> None:
        self.ref = lease_ref(environment)
        self.holder = holder
        self._repository = repository
        self._clock = clock
        self._span = span
        self._ticks = ticks
        self._boot = boot_id()
        self._lock = threading.Lock()
        self._beats = itertools.count(1)
        self._mine: tuple[str, Claim] | None = None
        self._watched: tuple[str | None, float] = (None, 0.0)
        self._term = NO_TERM

    def read(self) -> Claim:
        """Return what the lease says now, whoever holds it.

        Raises:
            Unavailable: the repository is out of reach.
        """
        return self._look()[1]

    def acquire(self, term: Term = NO_TERM) -> Claim:
        """Hold the lease for another span: renew it, or take it if it is free, with a token one higher than the last.

        It is free when it was given back, when its claim has not changed for its own span, when that was made in an
        earlier term, and when its holder's process is proved to be dead.

        Args:
            term: the term that this daemon was elected for, where there are elections.

        Raises:
            LeaseHeld: another daemon holds it.
            Refused: a newer version of Setpoint wrote it, given back or not: its token can't be read, and exceeded.
            Unavailable: the repository is out of reach; a claim of this daemon holds until it runs out.
        """
        with self._lock:
            self._term = term
            if self._mine:
                found, claim = self._mine
                try:
                    return self._put(found, claim.token)
                except Raced:
                    self._mine = None
            self._repository.refresh(self.ref)
            found_now, claim = self._look()
            self._demand_known(claim)
            is_over = term.is_after(claim.term)
            if claim.holder != self.holder and not is_over and not self._is_free(found_now, claim):
                raise LeaseHeld(claim)
            try:
                return self._put(found_now, claim.token + 1)
            except Raced:
                self._repository.refresh(self.ref)
                raise LeaseHeld(self.read()) from None

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
        """Tell whether this daemon holds the lease, by its own claim and clock; asks nobody, and waits for nobody."""
        mine = self._mine
        return mine is not None and self._ticks() < mine[1].until

    def had_last(self) -> bool:
        """Tell whether nobody is known to have held it after this daemon, though its claim may have run out."""
        return self._mine is not None

    def token(self) -> int:
        """Return the fencing token of this daemon's claim.

        Raises:
            Unsafe: the lease isn't held.
        """
        return self._held()[1].token

    def swap(self, update: RefUpdate, draft: Draft) -> None:
        """Move a ref under the lease, which is renewed in the same movement; what is drafted is written before.

        Raises:
            Unsafe: the lease isn't held any more; nothing was moved.
            Raced: the ref isn't where it was expected.
            Refused: the repository declines the movement.
            Unavailable: it is out of reach.
        """
        with self._lock:
            found, claim = self._held()
            blob, renewed = self._drafted(draft, claim.token)
            try:
                self._repository.swap([update, RefUpdate(self.ref, blob, found)])
            except Raced:
                self._check(found)
                raise
            self._mine = blob, renewed

    def _held(self) -> tuple[str, Claim]:
        mine = self._mine
        if mine is None or self._ticks() >= mine[1].until:
            raise Unsafe(_LOST, "it stops writing until it has the lease again")
        return mine

    def _check(self, expected: str) -> None:
        """Tell a lost race from a lost lease; a claim of this daemon that it had no answer to is its own."""
        self._repository.refresh(self.ref)
        found, claim = self._look()
        if found is not None and claim.holder == self.holder:
            self._mine = found, claim
        elif found != expected:
            self._mine = None
            raise Unsafe(_LOST, "another daemon has taken over; this one stops writing, and waits for it") from None

    def _demand_known(self, claim: Claim) -> None:
        if claim.format > FORMAT:
            what = f"the lease {self.ref} is of format {claim.format}, and only formats up to {FORMAT} are known here"
            hint = "upgrade Setpoint here; or, to go back for good, stop the newer daemon and delete that ref"
            raise Refused(f"{what}: a newer version of Setpoint runs this environment, or ran it", hint)

    def _is_free(self, found: str | None, claim: Claim) -> bool:
        """Tell whether anybody may take a claim: by the clock of the machine that both run on, or by watching it."""
        if not claim.holder:
            return True
        now = self._ticks()
        if self._watched[0] != found:
            self._watched = found, now
        is_here = claim.boot == self._boot != ""
        if is_here and (now >= claim.until or is_dead(claim.process)):
            return True
        return now - self._watched[1] >= claim.span.total_seconds()

    def _look(self) -> tuple[str | None, Claim]:
        found = self._repository.ref(self.ref)
        return found, read_claim(self._repository, found)

    def _put(self, former: str | None, token: int, *, is_free: bool = False) -> Claim:
        blob, claim = self._drafted(Draft(self._repository.objects), token, is_free=is_free)
        self._repository.swap([RefUpdate(self.ref, blob, former)], patience=self._span.total_seconds() / 3)
        self._mine = None if is_free else (blob, claim)
        return claim

    def _drafted(self, draft: Draft, token: int, *, is_free: bool = False) -> tuple[str, Claim]:
        """Write a claim as an object that no ref points to yet. Its span begins now, before anybody is asked."""
        span = timedelta() if is_free else self._span
        until = self._ticks() + span.total_seconds()
        expires = self._clock.now() + span
        holder, beats = "" if is_free else self.holder, next(self._beats)
        process = NO_PROCESS if is_free else this_process()
        claim = Claim(holder, token, expires, self._span, self._boot, until, beats, term=self._term, process=process)
        blob = draft.add("blob", format_claim(claim))
        draft.save()
        return blob, claim


def lease_ref(environment: str) -> str:
    """Return the ref of an environment's lease.

    Raises:
        Refused: the environment's name isn't one.
    """
    return f"refs/setpoint/{check_environment(environment)}/lease"


def read_claim(repository: Repository, found: str | None) -> Claim:
    """Return the claim that a lease's ref points to; what is none counts as nobody's.

    Raises:
        Unavailable: it can't be read.
    """
    info = repository.objects.find(found) if found else None
    if info is None or info.kind != "blob" or info.size > LARGEST:
        return NOBODY
    return parse_claim(repository.objects.read(info.id))
