"""One environment as `setpoint run` drives it: from its settings to its daemon, alone or beside others."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from reconciler.cli.previewing import is_template, tending
from reconciler.containment import Success, contain
from reconciler.home import MIRROR
from reconciler.lease.opening import LOOK
from reconciler.loop.daemon import RETRY, Daemon, Rhythm
from reconciler.loop.health import Metrics, Pulse
from reconciler.loop.side_by_side import again_and_again
from reconciler.loop.verification import Verifier
from reconciler.loop.wake_up import WakeUp, watch
from reconciler.settings import Settings
from reconciler.watched.branch import Source
from reconciler.watched.repositories import Repositories
from reconciler.web.health import Driven
from reconciler.wiring import SystemClock, Wired, git_access, wire


@dataclass(frozen=True, slots=True)
class Spans:
    """Seconds: after how many everything is looked at again, and how often a remote's refs are asked for."""

    resync: float
    poll: float

    def rhythm(self, source: Source, renewal: timedelta) -> Rhythm:
        """Return the daemon's spans of time; a repository on this machine isn't polled, but watched."""
        asked = None if source.repository.watched else timedelta(seconds=self.poll)
        return Rhythm(timedelta(seconds=self.resync), renewal, LOOK, asked)


class Driving:
    """One environment, from its settings to its daemon.

    Args:
        settings: what was told from outside.
        repositories: what the process has open.
        spans: the daemon's spans of time.
        names: what tells its lines in the log from those of others; nothing where it is alone.
        verifier: decides which of its commits may be applied; by default, who signed them.
        wake_up: what is listened to.
    """

    def __init__(
        self,
        settings: Settings,
        repositories: Repositories,
        spans: Spans,
        names: Mapping[str, str],
        *,
        verifier: Verifier | None = None,
        wake_up: WakeUp | None = None,
    ) -> None:
        self.wake_up = wake_up or WakeUp()
        self._verifier = verifier
        self._settings = settings
        self._repositories = repositories
        self._spans = spans
        self._names = names
        self._clock = SystemClock()
        self._log = structlog.get_logger().bind(**names)
        self._pulse = Pulse(self._clock.now())
        self._metrics = Metrics(settings.environment)
        self.told = Driven(settings.place, settings.environment, self._pulse, self._metrics)

    def ready(self) -> Callable[[], None]:
        """Return what drives it until its `WakeUp` says stop.

        Raises:
            Refused: it is alone, and can't be wired up: its process ends, and whoever started that hears of it.
            Unavailable: it is alone, and its repository is out of reach.
        """
        if not self._names:
            return self._wired()
        return partial(again_and_again, self._run, self.wake_up, self._pulse, self._log)

    def started(self, http: str) -> None:
        """Tell in the log that it is driven, and where the process answers."""
        told = {"repository": self._settings.place, "environment": self._settings.environment}
        self._log.info("started", **told, home=str(self._settings.home), http=http)

    def _run(self) -> None:
        self._wired()()

    def _wired(self) -> Callable[[], None]:
        settings, log = self._settings, self._log
        place = settings.repository
        source = self._repositories.source(place, settings.branch, settings.home / MIRROR, git_access(place))
        wired = wire(
            settings,
            lambda: not self.wake_up.stopped,
            lambda address, failure: log.error("defect", address=address, error=failure.message, trace=failure.trace),
            source=source,
            verifier=self._verifier,
        )
        self._pulse.watches(wired.lease.held)
        self._metrics.forge(wired.converging.allowance)
        self._metrics.lineage(lambda: wired.telling.counts)
        self._metrics.notices(lambda: wired.announcing.counts)
        return partial(self._watched, wired)

    def _chosen(self, wired: Wired) -> Callable[[], None]:
        """Return what drives it, as soon as the repository tells whether it is a template of previews."""
        while self._verifier is None and not self.wake_up.stopped:
            found = contain(lambda: is_template(wired))
            if isinstance(found, Success):
                return self._tending(wired) if found.value else self._daemon(wired)
            if not found.retry:
                break  # its daemon tells what is wrong
            if self._pulse.trouble("lease", found.message):  # whoever drives it asks for that in the same repository
                told = {"problem": found.message, "hint": found.hint, "trace": found.trace or None}
                self._log.error("the lease is out of reach", **told)
            self.wake_up.pause(RETRY.total_seconds())
        return self._daemon(wired)

    def _daemon(self, wired: Wired) -> Callable[[], None]:
        return Daemon(
            wired.converging, wired.lease, self.wake_up, metrics=self._metrics, pulse=self._pulse,
            now=self._clock.now, rhythm=self._spans.rhythm(wired.source, wired.renewal), reviewer=wired.reviewer,
            log=self._log,
        ).run  # fmt: skip

    def _tending(self, wired: Wired) -> Callable[[], None]:
        """Return what tends the previews of a template, each of them driven as this would drive an environment."""

        def start(settings: Settings, verifier: Verifier, wake_up: WakeUp) -> Callable[[], None]:
            names = {**self._names, "environment": settings.environment}
            driving = Driving(settings, self._repositories, self._spans, names, verifier=verifier, wake_up=wake_up)
            return driving.ready()

        return tending(wired, start, self.wake_up, self._pulse, self._log).run

    def _watched(self, wired: Wired) -> None:
        """Run what drives it, which hears of each ref that moves in a repository on this machine."""
        quit_watch = threading.Event()
        if folder := wired.source.repository.watched:
            watch(folder, self.wake_up, quit_watch)
        self._pulse.well("environment")
        try:
            self._chosen(wired)()
        finally:
            quit_watch.set()


def drivings(several: Sequence[Settings], repositories: Repositories, spans: Spans) -> tuple[Driving, ...]:
    """Return what drives each of some environments; their lines in the log have the names that tell them apart."""
    has_many = len({settings.repository for settings in several}) > 1

    def names(settings: Settings) -> Mapping[str, str]:
        if len(several) == 1:
            return {}
        return {"environment": settings.environment} | ({"repository": settings.place} if has_many else {})

    return tuple(Driving(settings, repositories, spans, names(settings)) for settings in several)
