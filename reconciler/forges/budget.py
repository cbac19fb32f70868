"""The budget of requests: forges count them, and lock out who asks too often."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

from reconciler.model.errors import Unavailable
from reconciler.model.reviews import Allowance

RESERVE = 50
"""Requests of a rate limit that are left to people and to other programs of the same account."""
WRITES = 1.0
"""Writes a second at the most, where a forge asks for it: GitHub's secondary limits come without a header."""
LONGEST_WAIT = 3600.0
"""Seconds for which a forge that says when it has requests again is believed."""
SILENCE = 60.0
"""Seconds without a request after a refusal that doesn't say for how long; each next one in a row doubles them."""


class Budget:
    """Counts requests, and holds back those that would only be refused. Any number of threads may use it.

    Args:
        reserve: requests that are left to others, where the forge says how many there are.
        spacing: seconds between two writes.
        now: a clock that only runs forward, in seconds.
        wall: the time of day, in seconds since 1970, in which forges say when a limit is renewed.
        sleep: how the spacing is waited for.
    """

    def __init__(
        self,
        *,
        reserve: int = RESERVE,
        spacing: float = 0.0,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._reserve = reserve
        self._spacing = spacing
        self._now, self._wall, self._sleep = now, wall, sleep
        self._lock = threading.Lock()
        self._shut_until = self._next_write = 0.0
        self._refusals = 0
        self.remaining: int | None = None
        """Requests that the forge says are left; None where it doesn't say."""
        self._limit: int | None = None
        self._renewed: int | None = None
        self.requests: Counter[str] = Counter()
        """Requests so far, by the first digit of the answer's status: `2xx`."""

    def spend(self, is_write: bool) -> None:
        """Ask for one request; wait for its turn where it is a write.

        Raises:
            Unavailable: there is none left for now.
        """
        with self._lock:
            if self._now() < self._shut_until:
                raise Unavailable("the forge has no more requests for us for now", "its rate limit is spent")
            wait = 0.0
            if is_write and self._spacing:
                wait = max(0.0, self._next_write - self._now())
                self._next_write = self._now() + wait + self._spacing
        if wait:
            self._sleep(wait)

    def heard(self, status: int, headers: Mapping[str, str], *, is_spent: bool = False, pause: float = 0.0) -> None:
        """Take in what an answer says of the limit: `x-ratelimit-*` of GitHub and Gitea, `ratelimit-*` of GitLab.

        Args:
            status: the answer's status.
            headers: its headers, by names in small letters.
            is_spent: whether it refuses for too many requests, which not every forge says by 429.
            pause: seconds that it asks us to wait.
        """
        with self._lock:
            self.requests[f"{status // 100}xx"] += 1
            left = _number(headers, "remaining")
            if left is not None:
                self.remaining, self._limit = left, _number(headers, "limit")
                self._renewed = _number(headers, "reset")
            self._refusals = self._refusals + 1 if is_spent or status == 429 else self._refusals * (status >= 400)
            if is_spent or status == 429:
                renewal = 0.0 if left else self._renewal(headers)
                wait = pause or renewal or SILENCE * 2 ** min(self._refusals - 1, 10)
            elif left is not None and left <= min(self._reserve, (_number(headers, "limit") or 0) / 2):
                wait = self._renewal(headers) or SILENCE
            else:
                return
            self._shut_until = self._now() + min(wait, LONGEST_WAIT)

    def allowance(self) -> Allowance:
        """Return what is known of the limit, and how often the forge was asked."""
        with self._lock:
            return Allowance(dict(self.requests), self.remaining, self._limit, self._renewed)

    def _renewal(self, headers: Mapping[str, str]) -> float:
        """Return the seconds until the limit is renewed; 0 where the forge doesn't say."""
        reset = _number(headers, "reset")
        return 0.0 if reset is None else max(reset - self._wall(), 1.0)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    told = headers.get(f"x-ratelimit-{name}") or headers.get(f"ratelimit-{name}") or ""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 12 else None
