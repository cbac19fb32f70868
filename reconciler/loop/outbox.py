"""An outbox: what is to be sent elsewhere goes by a thread of its own, as nothing in a pass waits.

What waits was written down before. It is sent until it is taken, the oldest first, after longer and longer pauses; who
doesn't hold the lease sends nothing. What is refused for good is lost, counted and told, and so is what a defect keeps
from being made: the others don't wait behind it.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.containment import Failure, contain

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0


class Keyed(Protocol):
    """What can be sent."""

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Return what tells it from all others."""


Item = TypeVar("Item", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was sent and lost since this daemon began, and how much waits."""

    sent: int = 0
    lost: int = 0
    waiting: int = 0


class Outbox(Generic[Item]):
    """Sends what waits. The loop's thread fills it; one of its own, which begins with the first item, sends.

    Args:
        name: what its thread and its lines in the log are called.
        send: sends one item; raises `Unavailable` where it may be taken later, `Refused` where it never will be.
        may_send: told before each item; False where the lease is lost.
        log: where it is told that nothing is taken.
        first_pause: seconds after the first attempt that failed; they double.
    """

    def __init__(
        self,
        name: str,
        send: Callable[[Item], None],
        may_send: Callable[[], bool],
        *,
        log: BoundLogger,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._name = name
        self._send = send
        self._may_send = may_send
        self._log = log
        self._first_pause = first_pause
        self._changed = threading.Condition()
        self._waiting: tuple[Item, ...] = ()
        self._sent: set[tuple[Hashable, ...]] = set()
        self._counts = Counts()
        self._problem = ""
        self._thread: threading.Thread | None = None

    @property
    def counts(self) -> Counts:
        """Return how much was sent and lost, and how much waits."""
        with self._changed:
            return replace(self._counts, waiting=len(self._waiting))

    @property
    def sent(self) -> frozenset[tuple[Hashable, ...]]:
        """Return the keys of what was sent, or is lost, of what it was last filled with."""
        with self._changed:
            return frozenset(self._sent)

    def fill(self, pending: Sequence[Item], *, active: bool = True) -> None:
        """Let it hold these items, and forget all others; it sends none where it isn't active."""
        with self._changed:
            self._sent &= {one.key for one in pending}
            self._waiting = tuple(one for one in pending if one.key not in self._sent) if active else ()
            self._changed.notify_all()
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def lose(self, number: int, why: str) -> None:
        """Count what is never sent, and say why."""
        with self._changed:
            self._counts = replace(self._counts, lost=self._counts.lost + number)
        self._log.warning(f"{self._name} lost", events=number, why=why)

    def complain(self, problem: str) -> None:
        """Tell of a trouble, in the log once for each text."""
        if problem != self._problem:
            self._problem = problem
            self._log.warning(self._name, problem=problem)

    def _run(self) -> None:
        pause = self._first_pause
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                item = self._waiting[0]
            if not self._may_send():
                pause = self._wait(self._first_pause)
                continue
            found = contain(lambda item=item: self._send(item))  # type: ignore[misc]
            if isinstance(found, Failure) and found.retry and not found.trace:
                self.complain(f"nothing is taken: {found.message}")
                pause = self._wait(pause)
                continue
            pause = self._first_pause
            self._done(item, found.message if isinstance(found, Failure) else "")

    def _wait(self, pause: float) -> float:
        """Wait for a while; return for how long the next time."""
        threading.Event().wait(pause)
        return min(pause * 2, LONGEST_PAUSE)

    def _done(self, item: Item, problem: str) -> None:
        with self._changed:
            self._sent.add(item.key)
            self._waiting = tuple(one for one in self._waiting if one.key != item.key)
            if not problem:
                self._problem = ""
                self._counts = replace(self._counts, sent=self._counts.sent + 1)
        if problem:
            self.lose(1, f"{', '.join(map(str, item.key))}: {problem}")
