"""Tending: the keeper looks again and again while it holds the template's lease, and else drives none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.containment import Failure, contain
from reconciler.loop.daemon import Lease
from reconciler.loop.health import Pulse
from reconciler.loop.wake_up import Schedules, WakeUp

LOOK = 2.0
"""Seconds between looks, where nothing hints at one; what a forge is asked for is bounded elsewhere."""


class Tended(Protocol):
    """What looks after previews."""

    def look(self) -> None:
        """Bring the previews one step nearer to what was granted."""

    def refresh(self) -> None:
        """Forget what was heard of the repository and of its pull requests."""

    def ask(self) -> None:
        """Ask all that drives previews to stop, and wait for nothing."""

    def stop(self) -> bool:
        """Stop driving previews; False where one hangs."""


class Tending:
    """Runs a keeper until its `WakeUp` says stop; then the previews are driven by nobody, and live on.

    Args:
        keeper: the keeper.
        lease: the template's: one daemon alone keeps its previews.
        wake_up: what is listened to.
        pulse: told how it is.
        renewal: after which the lease is renewed.
        now: the time.
        log: told of trouble, once for each text.
    """

    def __init__(
        self,
        keeper: Tended,
        lease: Lease,
        wake_up: WakeUp,
        *,
        pulse: Pulse,
        renewal: timedelta,
        now: Callable[[], datetime],
        log: BoundLogger,
    ) -> None:
        self._keeper = keeper
        self._lease = lease
        self._wake_up = wake_up
        self._pulse = pulse
        self._renewal = renewal
        self._now = now
        self._log = log

    def run(self) -> None:
        """Look until it is to stop, then give the lease back."""
        schedules = Schedules(self._wake_up)
        schedules.start()
        schedules.every("lease", lambda: self._renewal, self._renew, at_once=True)
        try:
            while not self._wake_up.stopped:
                self._pulse.turn()
                self._turn()
                self._wake_up.wait(LOOK)
        finally:
            schedules.stop()
            self._keeper.ask()
            contain(self._lease.release)  # each preview has a lease of its own, which the next one waits for
            self._keeper.stop()

    def _turn(self) -> None:
        self._wake_up.hinted()
        if self._wake_up.told():
            contain(self._keeper.refresh)
        if not self._lease.held():
            self._keeper.stop()
            return
        result = contain(self._keeper.look)
        if isinstance(result, Failure):
            self._complain("previews", result)
        else:
            self._pulse.well("previews")
        self._pulse.beat(self._now())

    def _renew(self) -> None:
        result = contain(self._lease.acquire)
        if isinstance(result, Failure):
            self._complain("lease", result)
            return
        self._pulse.well("lease")
        self._pulse.waits_for("" if result.value else self._lease.holder())
        if result.value:
            self._wake_up.wake()

    def _complain(self, what: str, failure: Failure) -> None:
        if self._pulse.trouble(what, failure.message):
            self._log.error(what, problem=failure.message, hint=failure.hint, trace=failure.trace or None)
