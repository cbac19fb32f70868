"""A lease that an election decides, and that the repository fences all the same.

Who is elected takes the claim in Git without waiting for the span of a former one that was made in an earlier term of
the same election: that daemon has stopped to write by its own clock. Any other claim is waited for, as where there are
no elections. So daemons with and without an election, or with two of them, never write at the same time.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

from reconciler.containment import Failure, Success, contain
from reconciler.git.refs import RefUpdate
from reconciler.git.trees import Draft
from reconciler.lease.claim import NO_TERM, Claim, Term
from reconciler.lease.election import SPAN, Election
from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.lease.monotonic import uptime
from reconciler.model.errors import Refused, Unavailable, Unsafe

PATIENCE = SPAN / 3
"""How long the repository is waited for in one call; the election has to be renewed meanwhile."""


class ElectedLease:
    """The lease of one environment, as one daemon sees it. Any number of threads may use it.

    Args:
        election: who is elected.
        fence: the claim in the repository.
        every: how often that is renewed; a repository costs more to ask than an API server.
        ticks: tells the seconds by which that is counted.
    """

    def __init__(
        self, election: Election, fence: Lease, every: timedelta, *, ticks: Callable[[], float] = uptime
    ) -> None:
        self.holder = fence.holder
        self._election = election
        self._fence = fence
        self._every = every.total_seconds()
        self._ticks = ticks
        self._thread: threading.Thread | None = None
        self._claimed: Success[Claim | LeaseHeld] | Failure | None = None
        self._last: tuple[Term, float] = (NO_TERM, 0.0)

    def acquire(self) -> None:
        """Be elected for another span, and see that the claim in the repository is this daemon's.

        A repository that is slow doesn't keep the election from being renewed: what it says is asked for next time.

        Raises:
            LeaseHeld: another daemon is elected, or its claim in the repository isn't over.
            Refused: the API server or the repository declines.
            Unavailable: one of the two is out of reach, or hasn't answered yet.
        """
        term = self._election.acquire()
        if self._thread is None and self._is_due(term):
            self._thread = threading.Thread(target=self._claim, args=(term,), name="claim", daemon=True)
            self._thread.start()
        if self._thread is not None:
            self._thread.join(PATIENCE.total_seconds())
            if not self._thread.is_alive():
                self._thread = None
                self._heed(self._claimed)
        if not self._fence.held():
            raise Unavailable("the repository hasn't said yet whether the lease is this daemon's", "check the network")

    def release(self) -> None:
        """Give it back, if it is held: first in the election, which is what others wait for.

        Raises:
            Unavailable: the repository is out of reach; the claim there counts no more.
        """
        contain(self._election.release)
        self._fence.release()

    def held(self) -> bool:
        """Tell whether this daemon is elected and its claim stands, by its own clock; asks nobody."""
        return self._election.held() and self._fence.held()

    def had_last(self) -> bool:
        """Tell whether nobody is known to have held it after this daemon, though it may have run out."""
        return self._election.had_last() and self._fence.had_last()

    def token(self) -> int:
        """Return the fencing token of this daemon's claim.

        Raises:
            Unsafe: the lease isn't held.
        """
        self._demand_held()
        return self._fence.token()

    def swap(self, update: RefUpdate, draft: Draft) -> None:
        """Move a ref under the lease, whose claim is renewed in the same movement: a daemon that lost it can't.

        Raises:
            Unsafe: the lease isn't held any more; nothing was moved.
            Raced: the ref isn't where it was expected.
            Refused: the repository declines the movement.
            Unavailable: it is out of reach.
        """
        self._demand_held()
        self._fence.swap(update, draft)

    def _demand_held(self) -> None:
        if not self._election.held():
            raise Unsafe("this daemon is elected no more", "it stops writing until it is elected again")

    def _is_due(self, term: Term) -> bool:
        former, claimed = self._last
        return not self._fence.held() or term != former or self._ticks() - claimed >= self._every

    def _claim(self, term: Term) -> None:
        began = self._ticks()

        def claim() -> Claim | LeaseHeld:
            try:
                return self._fence.acquire(term)
            except LeaseHeld as error:
                return error

        self._claimed = contain(claim)
        if isinstance(self._claimed, Success) and not isinstance(self._claimed.value, LeaseHeld):
            self._last = term, began

    def _heed(self, claimed: Success[Claim | LeaseHeld] | Failure | None) -> None:
        if isinstance(claimed, Success) and isinstance(claimed.value, LeaseHeld):
            raise claimed.value
        if isinstance(claimed, Failure):
            raise (Unavailable if claimed.retry else Refused)(claimed.message, claimed.hint)
