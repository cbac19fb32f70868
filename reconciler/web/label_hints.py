"""`/webhooks/labelling` of the daemon: a labelling tool says that something was answered, so that a pass comes sooner.

Label Studio neither signs its webhooks nor sends them again, but sends the headers that it is given: one that bears the
daemon's webhook secret is from whoever was told that. It is a hint and nothing else: its body is thrown away, a pass
asks the tool itself, and one that is lost is made up for by the next look at everything.
"""

import hmac
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.forges.webhooks import LARGEST
from reconciler.web.health import App, answered

PATH = "/webhooks/labelling"
HEADER = "X-Setpoint-Token"
_VARIABLE = f"HTTP_{HEADER.upper().replace('-', '_')}"
SELDOM = 10.0
"""Seconds between two passes that hints ask for: one who answers quickly doesn't keep the daemon busy."""
_PIECE = 2**16


def with_label_hints(
    inner: App, secret: str, hint: Callable[[], None], monotonic: Callable[[], float] = time.monotonic
) -> App:
    """Return a WSGI application that takes hints at `PATH`, and leaves all else to another.

    Args:
        inner: that other one.
        secret: what the tool and this daemon alone know.
        hint: called for a hint that is ours, unless one came just before; it has to return at once.
        monotonic: a clock, in seconds.
    """
    is_due = _Seldom(monotonic).is_due

    def answer(environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return inner(environ, start)
        refusal = _refusal(environ, secret)
        if refusal:
            return answered(start, refusal[0], {"status": "refused", "reason": refusal[1]})
        if is_due():
            hint()
        return answered(start, "202 Accepted", {"status": "taken", "reason": "the labelling tool is looked at"})

    return answer


class _Seldom:
    """Tells whether something is due, for any number of threads: at most every so many seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._last = float("-inf")

    def is_due(self) -> bool:
        """Tell whether it is; from then on it isn't for a while."""
        with self._guard:
            now = self._monotonic()
            if now - self._last < SELDOM:
                return False
            self._last = now
            return True


def _refusal(environ: Mapping[str, Any], secret: str) -> tuple[str, str] | None:
    """Read a request, and return by which status and why it is refused; None where it is ours."""
    if environ.get("REQUEST_METHOD") != "POST":
        return "405 Method Not Allowed", "tools POST here"
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not length.isdigit() or int(length[:12]) > LARGEST:
        return "413 Content Too Large", f"{LARGEST} bytes at most"
    _drain(environ["wsgi.input"], int(length))
    if hmac.compare_digest(str(environ.get(_VARIABLE, "")).encode(), secret.encode()):
        return None
    return "401 Unauthorized", f"the header {HEADER} doesn't bear the secret that the daemon has"


def _drain(stream: Any, length: int) -> None:
    """Read a body to its end without keeping it, so that who sends it reads the answer."""
    while length > 0 and (piece := stream.read(min(length, _PIECE))):
        length -= len(piece)
