"""What every answer says of itself to the browser, and who is answered at all.

Pages are asked for by a browser that other sites are open in. So nothing is answered that came by another name than
this machine's (DNS rebinding), no page loads anything from elsewhere or is shown in another's frame (CSP level 3), and
what runners wrote is opened without scripts and without an origin.
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of pages: everything from here, nothing inline."""
FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
"""Of files that runners wrote: no scripts, no forms, no origin."""
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    # With no-referrer browsers send `Origin: null` along with forms, by which ours are told from others'.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_PORT = re.compile(r":\d{1,5}$")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""What this machine calls itself."""


class Guarded:
    """An application whose answers carry the headers above, unless they have their own, and that knows its names."""

    def __init__(self, app: ASGIApp, names: Iterable[str] = LOOPBACK) -> None:
        self._app, self._names = app, frozenset(names)
        told = " or ".join(sorted(self._names - {"[::1]"}))
        self._misdirected = PlainTextResponse(f"This page is asked for by the name that it has here: {told}.\n", 421)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        is_known = self._is_known(Headers(scope=scope).get("host", ""))
        await (self._app if is_known else self._misdirected)(scope, receive, guarded)

    def _is_known(self, host: str) -> bool:
        return _PORT.sub("", host.lower()) in self._names
