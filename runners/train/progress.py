"""Telling in the log how far a training is, as `runners.contract.progress` reads it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from runners.contract.progress import Progress, line_of
from runners.train.trial import log

EVERY = 0.5
"""Seconds between two steps that are told: a page that is looked at isn't newer than that."""


class Teller:
    """Tells the steps of one training, the last one always, of those between no more than there is time to look at.

    Args:
        unit: what a step is.
        figure: what its metrics hold.
        of: how many steps there will be.
        now: tells seconds.
    """

    def __init__(self, unit: str, figure: str, of: float, now: Callable[[], float] = time.monotonic) -> None:
        self._unit, self._figure, self._of, self._now = unit, figure, of, now
        self._due = now()

    def __call__(self, step: float, metrics: Mapping[str, float]) -> None:
        """Tell a step, where it is time to or nothing comes after it."""
        now = self._now()
        if now < self._due and step < self._of:
            return
        self._due = now + EVERY
        log.info("%s", line_of(Progress(step, self._of, metrics, self._unit, self._figure)))


@contextmanager
def watched(losses: Callable[[], Sequence[float]], tell: Teller, every: float = EVERY) -> Iterator[None]:
    """Tell the newest of a growing series while something else is done, which lets nobody in between its steps.

    Args:
        losses: the series so far, of the first step first.
        tell: tells a step.
        every: seconds between two looks.
    """
    done = threading.Event()

    def look() -> None:
        seen = 0
        while not done.wait(every):
            found = losses()
            if len(found) > seen:
                seen = len(found)
                tell(seen, {"train": float(found[seen - 1])})

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        done.set()
        looking.join()
