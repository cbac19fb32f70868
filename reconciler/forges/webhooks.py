"""Deliveries of webhooks: who sent them is told by a secret, and all that they say is that a look is worth its while.

| forge | signed by |
|---|---|
| GitHub; Gitea and Forgejo too | `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 of the body |
| Gitea, Forgejo | `X-Gitea-Signature`, `X-Forgejo-Signature`: the same in bare hexadecimal |
| GitLab, by Standard Webhooks | `webhook-signature: v1,<base64>`, HMAC-SHA256 of `id.timestamp.body` |
| GitLab, by a token | `X-Gitlab-Token`: the secret itself |

Of the body no more is read than which branch a push moved, so that this one is fetched at once: a forged or repeated
one could at the most have the repository looked at.
"""

import hashlib
import hmac
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from enum import StrEnum

from reconciler.forges.standard_webhooks import signed

LARGEST = 26 * 2**20
"""Bytes of a delivery: GitHub sends no larger ones than 25 MB."""
REMEMBERED = 10_000
"""Deliveries that are remembered, so that one which comes again is refused."""
SKEW = 300.0
"""Seconds by which a signed time may differ from ours (Standard Webhooks)."""
_HEXADECIMAL = ("x-hub-signature-256", "x-gitea-signature", "x-forgejo-signature")
_PUSHED = re.compile(rb'"ref"\s*:\s*"(refs/heads/[!-!#-\[\]-~]{1,200})"')
_BEGINNING = 4096
"""Bytes of a body in which the forges name the branch of a push: before its commits, which are others' words."""


class Received(StrEnum):
    """What becomes of a delivery."""

    TAKEN = "taken"
    UNSIGNED = "unsigned"
    REPEATED = "repeated"
    STALE = "stale"


def pushed_ref(body: bytes) -> str:
    """Return the branch that a delivery says was pushed to, by its full name; empty where it names none.

    That is a hint which one to fetch, and nothing else: where the branch is, its repository says.
    """
    found = _PUSHED.search(body, 0, _BEGINNING)
    return found[1].decode("ascii") if found else ""


class Deliveries:
    """Tells which deliveries are ours and new. Any number of threads may use it.

    Args:
        secret: what the forge and this daemon alone know.
        wall: the time of day, in seconds since 1970.
    """

    def __init__(self, secret: str, wall: Callable[[], float] = time.time) -> None:
        self._secret = secret.encode()
        self._wall = wall
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def receive(self, headers: Mapping[str, str], body: bytes) -> Received:
        """Take a delivery, unless it isn't signed by our secret, came before or is too old.

        Args:
            headers: the request's, their names in small letters.
            body: all of it.
        """
        if "webhook-signature" in headers:
            return self._standard(headers, body)
        if "x-gitlab-token" in headers:
            if not hmac.compare_digest(headers["x-gitlab-token"].encode(), self._secret):
                return Received.UNSIGNED
            return self._once(headers.get("x-gitlab-event-uuid") or hashlib.sha256(body).hexdigest())
        wanted = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        told = [headers[name].removeprefix("sha256=") for name in _HEXADECIMAL if name in headers]
        is_signed = bool(told) and all(hmac.compare_digest(one.encode(), wanted.encode()) for one in told)
        return self._once(wanted) if is_signed else Received.UNSIGNED

    def _standard(self, headers: Mapping[str, str], body: bytes) -> Received:
        name, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        wanted = signed(self._secret.decode(), name, moment, body).encode()
        told = (one.removeprefix("v1,").encode() for one in headers["webhook-signature"].split(" "))
        if not any([hmac.compare_digest(one, wanted) for one in told]):  # noqa: C419  all are compared
            return Received.UNSIGNED
        if not moment.isascii() or not moment.isdigit() or abs(self._wall() - int(moment[:12])) > SKEW:
            return Received.STALE
        return self._once(name)

    def _once(self, name: str) -> Received:
        with self._lock:
            if name in self._seen:
                return Received.REPEATED
            self._seen[name] = None
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return Received.TAKEN
