"""One environment as `setpoint run` drives it: from its settings to its daemon, alone or beside others."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from reconciler.home import MIRROR
from reconciler.lease.opening import LOOK
from reconciler.loop.daemon import Daemon, Rhythm
from reconciler.loop.health import Metrics, Pulse
from reconciler.loop.side_by_side import again_and_again
from reconciler.loop.wake_up import WakeUp, watch
from reconciler.settings import Settings
from reconciler.watched.branch import Source
from reconciler.watched.repositories import Repositories
from reconciler.web.health import Driven
from reconciler.wiring import SystemClock, git_access, wire


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
    """

    def __init__(self, settings: Settings, repositories: Repositories, spans: Spans, names: Mapping[str, str]) -> None:
        self.wake_up = WakeUp()
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
        )
        self._pulse.watches(wired.lease.held)
        self._metrics.forge(wired.converging.allowance)
        daemon = Daemon(
            wired.converging, wired.lease, self.wake_up, metrics=self._metrics, pulse=self._pulse,
            now=self._clock.now, rhythm=self._spans.rhythm(source, wired.renewal), reviewer=wired.reviewer, log=log,
        )  # fmt: skip

        def run() -> None:
            quit_watch = threading.Event()
            if source.repository.watched:
                watch(source.repository.watched, self.wake_up, quit_watch)
            self._pulse.well("environment")
            try:
                daemon.run()
            finally:
                quit_watch.set()

        return run


def drivings(several: Sequence[Settings], repositories: Repositories, spans: Spans) -> tuple[Driving, ...]:
    """Return what drives each of some environments; their lines in the log have the names that tell them apart."""
    has_many = len({settings.repository for settings in several}) > 1

    def names(settings: Settings) -> Mapping[str, str]:
        if len(several) == 1:
            return {}
        return {"environment": settings.environment} | ({"repository": settings.place} if has_many else {})

    return tuple(Driving(settings, repositories, spans, names(settings)) for settings in several)
