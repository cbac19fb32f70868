"""Supervision of the endpoints: a thread of its own lets them live, whatever the loop waits for."""

import threading
from collections.abc import Callable

import structlog
from structlog.typing import FilteringBoundLogger as BoundLogger

from reconciler.containment import Failure, contain

TICK = 0.25
"""Seconds between two looks at the engines that live by the daemon's ticks."""


class Care:
    """Looks after an engine until it is stopped, and tells of each trouble once.

    Args:
        what: what is looked after, as the log names it.
        settle: lets the engine live; tells whether anything changed.
        is_ours: tells whether that is this daemon's to do.
        changed: called when anything has changed.
        log: where troubles are told.
    """

    def __init__(
        self,
        what: str,
        settle: Callable[[], bool],
        *,
        is_ours: Callable[[], bool],
        changed: Callable[[], None],
        log: BoundLogger | None = None,
    ) -> None:
        self._what = what
        self._settle = settle
        self._is_ours = is_ours
        self._changed = changed
        self._event = threading.Event()
        self._ended = False
        self._told = ""
        self._log = log or structlog.get_logger()

    def start(self) -> None:
        """Begin, on a thread of its own that keeps nobody from ending."""
        threading.Thread(target=self._run, name=self._what, daemon=True).start()

    def stop(self) -> None:
        """End after the look that is under way, which is not waited for."""
        self._ended = True
        self._event.set()

    def hurry(self) -> None:
        """Look now: something was changed."""
        self._event.set()

    def look(self) -> bool:
        """Look once; tell whether anything has changed."""
        if not self._is_ours():
            return False
        result = contain(self._settle)
        if isinstance(result, Failure):
            if result.message != self._told:
                self._log.warning(
                    "settle failed", what=self._what, error=result.message, hint=result.hint, trace=result.trace or None
                )
            self._told = result.message
            return False
        self._told = ""
        return result.value

    def _run(self) -> None:
        while not self._ended:
            if self.look():
                self._changed()
            self._event.wait(TICK)
            self._event.clear()
