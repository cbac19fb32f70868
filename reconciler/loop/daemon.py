"""The daemon: holds the lease, wakes when something happened, makes passes until it is told to stop."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from reconciler.loop.boundary import Failure, Success, contain
from reconciler.loop.cycle import Pass
from reconciler.loop.events import Bell, Schedules
from reconciler.loop.health import Metrics, Pulse
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId

TICK = 0.25
"""Seconds between two looks at the engines that live by the daemon's ticks."""
RETRY = timedelta(seconds=5)
"""How long after a pass that couldn't be made, or that did the same again, the next is tried."""
LATER = datetime.max.replace(tzinfo=UTC)


class Lease(Protocol):
    """The right to write, held by one daemon at a time."""

    def acquire(self) -> bool:
        """Take or renew the lease; False when another daemon holds it."""

    def holder(self) -> str:
        """Return who holds it, as far as is known."""

    def release(self) -> None:
        """Give it back, if it is held."""


class Environment(Protocol):
    """One environment of a repository, as the daemon drives it."""

    def head(self) -> CommitId | None:
        """Return the commit that is to be applied now."""

    def run(self, commit: CommitId) -> Pass:
        """Make one pass."""

    def moved(self) -> bool:
        """Tell whether the watched branch or what operators ask has changed since `head`."""

    def settle(self) -> bool:
        """Let the embedded engines live; tell whether anything changed."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The daemon's spans of time."""

    resync: timedelta = timedelta(minutes=3)
    lease: timedelta = timedelta(seconds=10)
    poll: timedelta | None = None


class Daemon:
    """Runs one environment until its bell says stop."""

    def __init__(
        self,
        environment: Environment,
        lease: Lease,
        bell: Bell,
        *,
        metrics: Metrics,
        pulse: Pulse,
        now: Callable[[], datetime],
        rhythm: Rhythm = Rhythm(),
    ) -> None:
        self._environment = environment
        self._lease = lease
        self._bell = bell
        self._metrics = metrics
        self._pulse = pulse
        self._now = now
        self._rhythm = rhythm
        self._schedules = Schedules(bell)
        self._held = False
        self._last_plan = ""
        self._log = structlog.get_logger()

    def run(self) -> None:
        """Make passes until the bell says stop; then give the lease back. Jobs and endpoints live on."""
        self._schedules.start()
        self._schedules.every("lease", self._rhythm.lease, self._renew)
        self._schedules.every("resync", self._rhythm.resync, self._bell.ring)
        if self._rhythm.poll:
            self._schedules.every("poll", self._rhythm.poll, self._bell.knock)
        self._renew()
        try:
            self._passes()
        finally:
            self._schedules.stop()
            contain(self._lease.release)

    @property
    def may_write(self) -> bool:
        """Tell whether this daemon holds the lease."""
        return self._held and not self._bell.stopped

    def _passes(self) -> None:
        due = False  # the lease rings when it is taken
        while not self._bell.stopped:
            if self._held:
                due = self._settled() or due
                due = self._pass() if due else False
            rung = self._bell.heard(0 if due and self._held else TICK)
            due = due or rung or self._moved()

    def _moved(self) -> bool:
        """Follow a knock: only a moved branch or an operator's wish asks for a pass, never a status commit."""
        if not self._bell.knocked():
            return False
        result = contain(self._environment.moved)
        return isinstance(result, Failure) or result.value

    def _settled(self) -> bool:
        result = contain(self._environment.settle)
        if isinstance(result, Failure):
            self._log.warning("settle failed", error=result.message, trace=result.trace or None)
            return False
        return result.value

    def _pass(self) -> bool:
        """Make one pass; tell whether another should follow at once: it did something, and not the same once more."""
        began = time.monotonic()
        result = contain(self._try)
        if isinstance(result, Failure):
            self._trouble(result)
            return False
        done = result.value
        self._pulse.beat(self._now())
        self._metrics.passed(done, time.monotonic() - began, self._now())
        self._tell(done, time.monotonic() - began)
        again = done.did_something and done.plan.digest == self._last_plan
        self._last_plan = done.plan.digest
        self._schedules.wake_at(min(done.wake or LATER, self._now() + RETRY) if again else done.wake)
        return done.did_something and not again

    def _try(self) -> Pass:
        commit = self._environment.head()
        if commit is None:
            raise Unavailable("the watched branch has no commit", "push one, or watch another branch")
        return self._environment.run(commit)

    def _trouble(self, failure: Failure) -> None:
        if self._pulse.health.problem != failure.message:
            self._log.error("no pass", problem=failure.message, hint=failure.hint, trace=failure.trace or None)
        self._pulse.trouble(failure.message)
        self._metrics.failed()
        self._schedules.wake_at(self._now() + RETRY)

    def _tell(self, done: Pass, seconds: float) -> None:
        for outcome in done.outcomes:
            change = outcome.change
            told = {"address": change.address, "target": change.target, "why": change.why}
            if outcome.error:
                self._log.warning(
                    f"{change.verb} failed", **told, error=outcome.error, hint=outcome.hint, retry=outcome.retry
                )
            else:
                self._log.info(change.verb, **told)
        if done.outcomes or done.status_commit:
            self._log.info(
                "pass", commit=done.plan.commit[:12], changes=len(done.outcomes), seconds=round(seconds, 3),
                plan=done.plan.digest, status_commit=(done.status_commit or "")[:12],
            )  # fmt: skip

    def _renew(self) -> None:
        result = contain(self._lease.acquire)
        before, self._held = self._held, isinstance(result, Success) and result.value
        told = contain(self._lease.holder)
        holder = told.value if isinstance(told, Success) else "nobody knows whom"
        if before != self._held:
            facts = {} if self._held else {"holder": holder}
            self._log.info("lease held" if self._held else "lease not held", **facts)
            self._bell.ring()
        self._pulse.lease(self._held, "" if self._held else holder)
        self._metrics.lease(self._held)
