"""A change watch: a watch whose events are never read, only felt. It fires once, when anything of a kind has changed.

It costs one connection and no thread. It fires too when the connection ends, and when it has been silent so long that
somebody should look anyway; so whoever trusts it is never wrong for longer than that.
"""

import http.client
import select
import socket
import ssl
import time
import weakref
from urllib.parse import urlsplit

from reconciler.kubernetes.access import Access
from reconciler.kubernetes.responses import Ask, check
from reconciler.model.errors import Unavailable
from reconciler.wire import Answer, Call

SILENCE = 30.0
"""Seconds after which a silent watch fires by itself."""


class ChangeWatch:
    """A watch that was opened.

    Args:
        access: where the server is and who we are.
        ask: what is watched, for the words of errors.
        call: the watch.
        timeout: seconds to wait for the server to begin.
        silence: seconds after which it fires by itself.

    Raises:
        Unavailable: the watch can't be opened now, or begins too far in the past.
        Refused: we may not.
    """

    def __init__(self, access: Access, ask: Ask, call: Call, timeout: float, silence: float = SILENCE) -> None:
        line = _Line(access, timeout)
        self.close = weakref.finalize(self, line.close)
        """Stop watching."""
        self._ends = time.monotonic() + silence
        self._fired = False
        is_open = False
        try:
            self._sock, self._answer = _begin(line, access, call, ask)
            is_open = True
        finally:
            if not is_open:
                self.close()

    def has_fired(self) -> bool:
        """Tell whether anything has changed since the watch was opened; it never waits."""
        self._fired = self._fired or time.monotonic() > self._ends or self._has_heard()
        return self._fired

    def _has_heard(self) -> bool:
        try:
            heard = self._answer.fp.peek(1)
            return bool(heard) or bool(select.select([self._sock], [], [], 0)[0])
        except ssl.SSLWantReadError:
            return False
        except (OSError, ValueError, AttributeError):
            return True  # the connection is gone


def _begin(line: "_Line", access: Access, call: Call, ask: Ask) -> tuple[socket.socket, http.client.HTTPResponse]:
    headers = {"Accept": "application/json", "User-Agent": "setpoint", **access.token.headers()}
    try:
        line.request(call.method, urlsplit(access.server).path + call.target, headers=headers)
        sock = line.sock
        line.answer = answer = line.getresponse()
        told = Answer(answer.status, b"" if answer.status == 200 else answer.read())
        sock.settimeout(0)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(f"the API server can't {ask} now", "see that it runs and can be reached") from error
    check(told, ask)
    return sock, answer


class _Line(http.client.HTTPConnection):
    """A connection of its own, as a watch never gives it back."""

    def __init__(self, access: Access, timeout: float) -> None:
        address = urlsplit(access.server)
        assert address.hostname, "access was found with an address"
        self.answer: http.client.HTTPResponse | None = None
        super().__init__(address.hostname, address.port or (443 if access.trust else 80), timeout=timeout)
        self._trust = access.trust
        self._named = access.host or address.hostname

    def connect(self) -> None:
        """Connect, and have the server prove who it is."""
        super().connect()
        if self._trust:
            self.sock = self._trust.wrap_socket(self.sock, server_hostname=self._named)

    def close(self) -> None:
        """Close the connection; an answer that ends with it keeps it open otherwise."""
        super().close()
        if self.answer:
            self.answer.close()
