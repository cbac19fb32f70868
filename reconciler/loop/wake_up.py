"""What wakes the loop: a moved ref, an engine's news, a schedule, a moment that a decision waits for."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

REMEMBERED = 1000
"""Branches that are kept as pushed to, should the loop not ask for long; each delivery names one."""


class WakeUp:
    """What any thread asks of the loop. Requests between two waits are one, and so are hints."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._stop = threading.Event()
        self._pass_requested = False
        self._hinted = False
        self._told: deque[str] = deque(maxlen=REMEMBERED)

    def request_pass(self) -> None:
        """Ask for a pass."""
        self._pass_requested = True
        self._event.set()

    def hint(self) -> None:
        """Ask to look whether a ref has moved, which is cheaper than a pass."""
        self._hinted = True
        self._event.set()

    def tell(self, pushed: str = "") -> None:
        """Hint that the forge says that something has changed there: what was heard before is old.

        Args:
            pushed: the full name of the branch that was pushed to, where it was that.
        """
        self._told.append(pushed)
        self.hint()

    def wake(self) -> None:
        """Have the loop look around, without asking for anything."""
        self._event.set()

    def stop(self) -> None:
        """Ask the loop to end."""
        self._stop.set()
        self._event.set()

    @property
    def stopped(self) -> bool:
        """Tell whether the loop is to end."""
        return self._stop.is_set()

    def pause(self, seconds: float) -> None:
        """Wait so long whatever is asked, unless the loop is to end."""
        self._stop.wait(seconds)

    def wait(self, seconds: float) -> bool:
        """Wait so long at the most for anything; tell whether a pass was requested."""
        if self._event.wait(seconds):
            self._event.clear()
        pass_requested, self._pass_requested = self._pass_requested, False
        return pass_requested

    def told(self) -> frozenset[str]:
        """Return which branches the forge said were pushed to since this was last asked; nothing if it said nothing.

        Of what was no push there is an empty name.
        """
        return frozenset(self._told.popleft() for _ in range(len(self._told)))

    def hinted(self) -> bool:
        """Tell whether there was a hint since this was last asked."""
        hinted, self._hinted = self._hinted, False
        return hinted


class Schedules:
    """The times at which the loop is woken: moments of the calendar by APScheduler, intervals by monotonic time.

    A clock that is set back by an hour must not stop what happens every few seconds.
    """

    def __init__(self, wake_up: WakeUp) -> None:
        self._wake_up = wake_up
        self._ended = threading.Event()
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}  # late is better than never
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)

    def start(self) -> None:
        """Start keeping time."""
        self._scheduler.start()

    def every(
        self, name: str, span: Callable[[], timedelta], call: Callable[[], object], *, at_once: bool = False
    ) -> None:
        """Call something at an interval, on a thread of its own; what takes longer is called again after another span.

        Args:
            name: what is called, as threads are named.
            span: tells the time between the end of a call and the next.
            call: what is called.
            at_once: for the first time now, and not after a span.
        """

        def run() -> None:
            if at_once:
                call()
            while not self._ended.wait(span().total_seconds()):
                call()

        threading.Thread(target=run, name=name, daemon=True).start()

    def wake_at(self, moment: datetime | None) -> None:
        """Request a pass at a moment, in place of the one that was set before."""
        if moment is None:
            with suppress(JobLookupError):
                self._scheduler.remove_job("wake")
            return
        trigger = DateTrigger(max(moment, datetime.now(UTC)))
        self._scheduler.add_job(self._wake_up.request_pass, trigger, id="wake", replace_existing=True)

    def stop(self) -> None:
        """Stop at once; a call that is under way is not waited for."""
        self._ended.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def watch(folder: Path, wake_up: WakeUp, stop: threading.Event) -> threading.Thread:
    """Hint whenever a ref below a Git folder moves; a thread of its own, until `stop` is set."""

    def is_ref(_: object, path: str) -> bool:
        inner = Path(path).relative_to(folder).as_posix()
        return not inner.endswith(".lock") and (inner.startswith("refs/") or inner in ("HEAD", "packed-refs"))

    def run() -> None:
        for _ in _changes(folder, is_ref, stop):
            wake_up.hint()

    thread = threading.Thread(target=run, name="watch", daemon=True)
    thread.start()
    return thread


def _changes(folder: Path, keep: Callable[[object, str], bool], stop: threading.Event) -> Iterator[object]:
    import watchfiles

    yield from watchfiles.watch(
        folder, watch_filter=keep, stop_event=stop, debounce=50, step=10, rust_timeout=1000, yield_on_timeout=False
    )
