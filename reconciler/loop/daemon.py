"""The daemon: holds the lease, wakes when something happened, makes passes until it is told to stop."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.containment import Failure, contain
from reconciler.loop.cycle import Pass
from reconciler.loop.health import Metrics, Pulse
from reconciler.loop.reviewing import Reviewer
from reconciler.loop.supervision import TICK, Care
from reconciler.loop.wake_up import Schedules, WakeUp
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId

RETRY = timedelta(seconds=5)
"""How long after a pass that couldn't be made, or that did the same again, the next is tried."""
LATER = datetime.max.replace(tzinfo=UTC)


class Lease(Protocol):
    """The right to write, held by one daemon at a time."""

    def acquire(self) -> bool:
        """Take or renew the lease; False when another daemon holds it."""

    def held(self) -> bool:
        """Tell whether it is held, by its own clock; asks nobody."""

    def had_last(self) -> bool:
        """Tell whether nobody is known to have held it since this daemon did, though it may have run out."""

    def holder(self) -> str:
        """Return who else holds it, as far as is known; asks nobody."""

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

    def refresh(self, pushed: Collection[str] = ()) -> None:
        """Forget what was heard of the repository and of its pull requests; these branches are said to have moved."""

    def settle_jobs(self) -> bool:
        """Let the embedded pool live; tell whether anything changed."""

    def settle_endpoints(self) -> bool:
        """Let the embedded endpoints live, whatever else is under way; tell whether anything changed."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The daemon's spans of time.

    Args:
        resync: after which everything is looked at again.
        lease: after which the lease is renewed.
        look: after which it is looked at by whoever waits for it, if that is sooner.
        poll: after which a remote's refs are asked for.
    """

    resync: timedelta = timedelta(minutes=3)
    lease: timedelta = timedelta(seconds=10)
    look: timedelta = timedelta(seconds=10)
    poll: timedelta | None = None


class Daemon:
    """Runs one environment until its `WakeUp` says stop."""

    def __init__(
        self,
        environment: Environment,
        lease: Lease,
        wake_up: WakeUp,
        *,
        metrics: Metrics,
        pulse: Pulse,
        now: Callable[[], datetime],
        rhythm: Rhythm = Rhythm(),
        reviewer: Reviewer | None = None,
        log: BoundLogger | None = None,
    ) -> None:
        self._environment = environment
        self._lease = lease
        self._wake_up = wake_up
        self._metrics = metrics
        self._pulse = pulse
        self._now = now
        self._rhythm = rhythm
        self._schedules = Schedules(wake_up)
        self._log = log or structlog.get_logger()
        care, changed = partial(Care, log=self._log), wake_up.request_pass
        self._jobs = care("jobs", environment.settle_jobs, is_ours=lease.held, changed=changed)
        self._endpoints = care("endpoints", environment.settle_endpoints, is_ours=lease.had_last, changed=changed)
        self._reviewer = reviewer
        look = reviewer.look if reviewer else lambda: False
        self._reviews = care("reviews", look, is_ours=lease.held, changed=lambda: None)
        self._had_lease = self._is_waiting = False
        self._last_plan = ""
        self._last_notes: tuple[str, ...] = ()
        metrics.lease(lease.held)

    def run(self) -> None:
        """Make passes until the `WakeUp` says stop; then give the lease back. Jobs and endpoints live on.

        The lease is renewed and endpoints are looked after on threads of their own: no pass keeps them waiting.
        """
        self._schedules.start()
        rhythm = self._rhythm
        self._schedules.every("lease", self._until_renewal, self._renew, at_once=True)
        self._schedules.every("resync", lambda: rhythm.resync, self._wake_up.request_pass)
        if poll := rhythm.poll:
            self._schedules.every("poll", lambda: poll, self._wake_up.hint)
        self._endpoints.start()
        if self._reviewer:
            self._reviews.start()
        try:
            self._passes()
        finally:
            self._schedules.stop()
            self._endpoints.stop()
            self._reviews.stop()
            contain(self._lease.release)

    @property
    def may_write(self) -> bool:
        """Tell whether this daemon holds the lease, and isn't about to stop."""
        return self._lease.held() and not self._wake_up.stopped

    def _passes(self) -> None:
        due = False
        while not self._wake_up.stopped:
            self._pulse.turn()
            due = self._took_lease() or due
            if self._had_lease:
                due = self._jobs.look() or due
                due = self._pass() if due else False
            pass_requested = self._wake_up.wait(0 if due and self._lease.held() else TICK)
            due = due or pass_requested or self._moved()

    def _moved(self) -> bool:
        """Follow a hint: only a moved branch or an operator's wish asks for a pass, never a status commit."""
        if not self._wake_up.hinted():
            return False
        if pushed := self._wake_up.told():
            contain(lambda: self._environment.refresh(pushed))
        result = contain(self._environment.moved)
        return isinstance(result, Failure) or result.value

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
        if self._reviewer:
            self._reviewer.passed(done)
        if self._reviewer and (again or not done.did_something):
            self._reviewer.seen(done)  # what a pass saw that changed something is seen anew at once
            self._reviews.hurry()
        if done.did_something:
            self._endpoints.hurry()
        self._schedules.wake_at(min(done.wake or LATER, self._now() + RETRY) if again else done.wake)
        return done.did_something and not again

    def _try(self) -> Pass:
        commit = self._environment.head()
        if commit is None:
            raise Unavailable("the watched branch has no commit", "push one, or watch another branch")
        return self._environment.run(commit)

    def _trouble(self, failure: Failure) -> None:
        self._complain("pass", "no pass", failure)
        self._metrics.failed()
        self._schedules.wake_at(self._now() + RETRY)

    def _complain(self, what: str, event: str, failure: Failure) -> None:
        """Tell of a trouble, in the log once for each text."""
        if self._pulse.trouble(what, failure.message):
            self._log.error(event, problem=failure.message, hint=failure.hint, trace=failure.trace or None)

    def _tell(self, done: Pass, seconds: float) -> None:
        for note in done.plan.notes if done.plan.notes != self._last_notes else ():
            self._log.warning("note", note=note, commit=done.plan.commit[:12])
        self._last_notes = done.plan.notes
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
        """Renew the lease, or ask for it. One that can't be asked for is held until it runs out."""
        result = contain(self._lease.acquire)
        if isinstance(result, Failure):
            self._complain("lease", "the lease is out of reach", result)
        else:
            self._pulse.well("lease")
            self._waits_for("" if result.value else self._lease.holder())
        if self._lease.held() and not self._had_lease:
            self._wake_up.wake()

    def _until_renewal(self) -> timedelta:
        return self._rhythm.lease if self._lease.held() else min(self._rhythm.lease, self._rhythm.look)

    def _waits_for(self, holder: str) -> None:
        """Tell who else holds the lease, nobody if empty; in the log once, unless that tells that it was lost."""
        self._pulse.waits_for(holder)
        if holder and not self._is_waiting and not self._had_lease:
            self._log.info("waits for the lease", holder=holder)
        self._is_waiting = bool(holder)

    def _took_lease(self) -> bool:
        """Look whether the lease is held, and tell in the log when that has changed; return whether it is so anew."""
        before, self._had_lease = self._had_lease, self._lease.held()
        if self._had_lease != before:
            facts = {} if self._had_lease else {"holder": self._lease.holder()}
            self._log.info("lease held" if self._had_lease else "lease not held", **facts)
        return self._had_lease and not before
