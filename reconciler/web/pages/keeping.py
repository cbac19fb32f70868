"""Keeping what was read for a moment: whoever asks meanwhile gets the same, and nobody asks twice at once."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from reconciler.model.errors import SetpointError

SPAN, FAILED = 1.0, 5.0
"""Seconds for which what was read is kept, and that it couldn't be read."""
MOST = 64
Value = TypeVar("Value")


@dataclass(slots=True)
class _Entry(Generic[Value]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    until: float = float("-inf")
    value: Value | None = None
    error: SetpointError | None = None


class Keeping(Generic[Value]):
    """Values by their keys, of which the oldest make room for new ones.

    Args:
        now: tells seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._kept: dict[Hashable, _Entry[Value]] = {}

    def of(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """Return what was read a moment ago, or read it; one that fails fails the same for a while."""
        entry = self._entry(key)
        with entry.lock:
            if self._now() >= entry.until:
                self._renew(entry, read)
            if entry.error is not None:
                raise entry.error.with_traceback(None)
            return cast("Value", entry.value)

    def _entry(self, key: Hashable) -> _Entry[Value]:
        with self._guard:
            entry = self._kept.pop(key, None) or _Entry[Value]()
            self._kept[key] = entry
            while len(self._kept) > MOST:
                self._kept.pop(next(iter(self._kept)))
        return entry

    def _renew(self, entry: _Entry[Value], read: Callable[[], Value]) -> None:
        entry.value = entry.error = None
        try:
            entry.value = read()
        except SetpointError as error:
            entry.error = error
        entry.until = self._now() + (FAILED if entry.error else SPAN)
