"""A daemon for the bench: a real repository, watched; the shipped fake for everything else."""

import json
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

import structlog

from reconciler.loop.cycle import Pass
from reconciler.loop.daemon import Daemon
from reconciler.loop.health import Metrics, Pulse
from reconciler.loop.wake_up import WakeUp, watch
from reconciler.ports.serving import Serving
from reconciler.providers.memory import MemorySource, World
from reconciler.status.branch import StatusBranch
from reconciler.watched.branch import Source
from reconciler.wiring import SystemClock
from tests.bench.ground import ENVIRONMENT, Bench, bench

_TURN = threading.Lock()


def say(event: str, **facts: object) -> None:
    """Tell the bench of an event, on a line of its own."""
    with _TURN:
        print(json.dumps({"event": event, "time": time.time(), **facts}), flush=True)


def rss_mib(pid: int | str = "self") -> float:
    """Return how much memory a process holds, in MiB (proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


class Telling:
    """An environment that tells when it has come to rest."""

    def __init__(self, inner: Bench) -> None:
        self._inner = inner
        self._rests = False

    def head(self) -> object:
        """Return the newest commit."""
        return self._inner.converging.head()

    def moved(self) -> bool:
        """Tell whether the watched branch has moved."""
        return self._inner.converging.moved()

    def refresh(self, pushed: Collection[str] = ()) -> None:
        """Look anew: nothing is remembered here that a push would not tell."""

    def settle_endpoints(self) -> bool:
        """Leave that to the jobs' turn: the fake has no processes."""
        return False

    def settle_jobs(self) -> bool:
        """Let the fake live; tell once that it rests."""
        changed = self._inner.converging.settle()
        if self._rests and not changed:
            self._rests = False
            say("rest", rss_mib=rss_mib())
        return changed

    def run(self, commit: object) -> Pass:
        """Make one pass."""
        done = self._inner.converging.run(commit)  # type: ignore[arg-type]
        self._rests = not done.outcomes
        return done


class Free:
    """A lease that nobody else wants."""

    def acquire(self) -> bool:
        """Hold it."""
        return True

    def held(self) -> bool:
        """Hold it."""
        return True

    def had_last(self) -> bool:
        """Hold it."""
        return True

    def holder(self) -> str:
        """Return nobody."""
        return ""

    def release(self) -> None:
        """Give it back."""


def main(place: Path, serving: Serving | None = None, furnish: Callable[[World], None] = lambda _: None) -> None:
    """Run until SIGTERM, on an engine of serving that is given, in a world that is furnished first."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    world, wake_up, clock = World(), WakeUp(), SystemClock()
    furnish(world)
    with tempfile.TemporaryDirectory() as state:
        source = Source.open(place, "main", Path(state))
        status = StatusBranch(source.repository, ENVIRONMENT)
        ground = bench(source, status, world, MemorySource(world), lambda run: say("apply", run=run), serving=serving)
        daemon = Daemon(
            Telling(ground),  # type: ignore[arg-type]
            Free(),
            wake_up,
            metrics=Metrics(ENVIRONMENT),
            pulse=Pulse(clock.now()),
            now=clock.now,
        )
        signal.signal(signal.SIGTERM, lambda *_: wake_up.stop())
        assert source.repository.watched is not None
        watch(source.repository.watched, wake_up, threading.Event())
        daemon.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
