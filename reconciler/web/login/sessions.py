"""Sessions: who a browser's cookie stands for. They are kept here alone, so ending one ends it."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable

from reconciler.web.login.person import Person

MOST = 10_000
"""Sessions that there are at once; then the oldest ends."""


class Sessions:
    """The sessions of a process. A name is random, is made when somebody has logged in, and is kept as its digest.

    Args:
        now: the time in seconds.
        lasts: seconds from a session's begin to its end, whatever is done in it.
    """

    def __init__(self, now: Callable[[], float], lasts: float) -> None:
        self.now, self._lasts = now, lasts
        self._known: OrderedDict[bytes, tuple[Person, float]] = OrderedDict()

    def begin(self, person: Person) -> str:
        """Begin a session; return its name."""
        name = secrets.token_urlsafe(32)
        self._known[_digest(name)] = (person, self.now() + self._lasts)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return name

    def person(self, name: str) -> Person | None:
        """Return whose session it is; None where there is none of that name, or it has ended."""
        person, until = self._known.get(_digest(name), (None, 0.0))
        if person is not None and self.now() >= until:
            self.end(name)
            return None
        return person

    def end(self, name: str) -> None:
        """End a session, whether or not there is one."""
        self._known.pop(_digest(name), None)


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "replace")).digest()
