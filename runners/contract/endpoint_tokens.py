"""Tokens by which jobs get into endpoints that ask for one: made of a secret, an endpoint's name and the day.

An environment has one secret, its root, and each endpoint a key that is derived from it. A token is derived from that
key and from the day, counted in UTC since 1970, so nothing has to be kept or handed round: whoever has the key knows
every token of it, and whoever has a token knows neither the key nor another token. Of a moment three let in: that of
the day, the one before, so that a job has a day at the least, and the next, as clocks differ.
"""

import base64
import hashlib
import hmac
import re
from functools import lru_cache

DAY = 86_400
"""Seconds after which another token is handed out; one lets in until the end of the day after its own."""
PREFIX = "setpoint_"
"""What each token begins with, so that people and scanners see what it is."""
KEY = re.compile(r"[0-9a-f]{64}")
"""What a root is, and a key: 256 bits."""


def key_of(root: str, endpoint: str) -> str:
    """Return the key of one endpoint, by its name: it tells nothing of another one's."""
    return _derived(root, f"endpoint {endpoint}").hex()


def current(key: str, now: float) -> str:
    """Return the token that is handed out at a moment, in seconds since 1970."""
    return _token(key, int(now // DAY))


def valid(key: str, now: float) -> tuple[str, ...]:
    """Return the tokens that let in at a moment: that of the day, the one before, and the next."""
    return _of_days(key, int(now // DAY))


@lru_cache(256)
def _of_days(key: str, day: int) -> tuple[str, ...]:
    """Return a day's token and those beside it; a process that asks for them does so with each request."""
    return tuple(_token(key, one) for one in (day, day - 1, day + 1))


def _token(key: str, day: int) -> str:
    return PREFIX + base64.urlsafe_b64encode(_derived(key, f"day {day}")).decode("ascii").rstrip("=")


def _derived(secret: str, text: str) -> bytes:
    return hmac.new(bytes.fromhex(secret), text.encode(), hashlib.sha256).digest()
