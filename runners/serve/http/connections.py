"""What all connections have in common: the application, the bounds, the clock, and the heads of answers."""

from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol

from runners.serve.answers import JSON, Answer, Headers, Streamed
from runners.serve.http.request import App

_REASONS = {one.value: one.phrase for one in HTTPStatus}
_CLOSE = b"connection: close\r\n"


class Held(Protocol):
    """A connection, as far as it is looked after."""

    def expire(self, now: float) -> None:
        """Close it where its time is over."""

    def drain(self) -> None:
        """Close it as soon as what was asked is answered."""

    def abort(self) -> None:
        """Close it at once."""


class Open:
    """The connections of a server that are open."""

    def __init__(self) -> None:
        self.open: set[Held] = set()
        self.is_ending = False
        self.now = 0.0

    def tick(self, now: float, seconds: float) -> None:  # noqa: ARG002 - who tells dates does so by it
        """Let a second pass.

        Args:
            now: the clock of the event loop, by which connections end.
            seconds: those since 1970.
        """
        self.now = now
        for one in tuple(self.open):
            one.expire(now)


class Connections(Open):
    """What the connections of a server of HTTP/1.1 have in common.

    Args:
        app: what answers.
        limit: bytes of the largest body.
        later: runs a function in a later turn of the event loop.
        aside: makes an answer where no other request waits for it, and hands it over.
    """

    def __init__(
        self,
        app: App,
        limit: int,
        later: Callable[[Callable[[], None]], object],
        aside: Callable[[Callable[[], Answer], Callable[[Answer], None]], None],
    ) -> None:
        super().__init__()
        self.app, self.limit, self.later, self.aside = app, limit, later, aside
        self._date = self._usual = b""

    def tick(self, now: float, seconds: float) -> None:
        """Let a second pass; `seconds` are told in the header Date."""
        self._date = f"date: {formatdate(seconds, usegmt=True)}\r\n".encode()
        self._usual = self._start(200, JSON) + b"content-length: "
        super().tick(now, seconds)

    def head_of(self, answer: Answer, *, stays: bool) -> bytes:
        """Return the head of an answer; the connection is told to end where it doesn't stay."""
        status, body, headers = answer
        if status == 200 and headers is JSON and stays:
            return b"%b%d\r\n\r\n" % (self._usual, len(body))
        end = b"" if stays else _CLOSE
        return b"%b%bcontent-length: %d\r\n\r\n" % (self._start(status, headers), end, len(body))

    def head_of_stream(self, answer: Streamed, *, stays: bool) -> bytes:
        """Return the head of an answer that is sent part by part."""
        end = b"transfer-encoding: chunked\r\n" if stays else _CLOSE
        return b"%b%b\r\n" % (self._start(answer.status, answer.headers), end)

    def _start(self, status: int, headers: Headers) -> bytes:
        told = b"".join(b"%b: %b\r\n" % pair for pair in headers)
        return f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\n".encode() + self._date + told
