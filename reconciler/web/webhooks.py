"""`/webhooks` of the daemon: a forge says that something has changed, and is answered before anybody looks."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from reconciler.forges.webhooks import LARGEST, Deliveries, Received, pushed_ref
from reconciler.web.health import App, answered

PATH = "/webhooks"
_WORDS = MappingProxyType(
    {
        Received.TAKEN: ("202 Accepted", "the repository is looked at"),
        Received.REPEATED: ("409 Conflict", "this delivery came before"),
        Received.STALE: ("401 Unauthorized", "this delivery is too old: see the clocks of both machines"),
        Received.UNSIGNED: ("401 Unauthorized", "this delivery isn't signed by the secret that the daemon has"),
    }
)


def with_webhooks(
    inner: App, deliveries: Deliveries, hint: Callable[[str], None], count: Callable[[str], None] = lambda _: None
) -> App:
    """Return a WSGI application that takes deliveries at `/webhooks`, and leaves all else to another.

    Args:
        inner: that other one.
        deliveries: tells which are ours and new.
        hint: called for each of them with the branch that was pushed to, if any was; it has to return at once.
        count: told what became of each.
    """

    def answer(environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return inner(environ, start)
        if environ.get("REQUEST_METHOD") != "POST":
            return answered(start, "405 Method Not Allowed", {"status": "refused", "reason": "forges POST here"})
        length = str(environ.get("CONTENT_LENGTH") or "")
        if not length.isdigit() or int(length[:12]) > LARGEST:
            return answered(start, "413 Content Too Large", {"status": "refused", "reason": f"{LARGEST} bytes at most"})
        body = environ["wsgi.input"].read(int(length))
        received = deliveries.receive(_headers(environ), body)
        count(received.value)
        if received is Received.TAKEN:
            hint(pushed_ref(body))
        status, reason = _WORDS[received]
        return answered(start, status, {"status": received.value, "reason": reason})

    return answer


def _headers(environ: Mapping[str, Any]) -> Mapping[str, str]:
    named = ((key.removeprefix("HTTP_"), value) for key, value in environ.items() if key.startswith("HTTP_"))
    return {key.replace("_", "-").lower(): str(value) for key, value in named}
