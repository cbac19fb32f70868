"""Who asks, as all that answers them knows it."""

import hmac
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from reconciler.web.login.person import Person

Say = Callable[[Request, int, str], Response]
"""Writes an answer in words, as who asks reads it: a page, or a problem of the API."""
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and what a form of theirs proves itself by. No person: whoever may use this machine, who only reads.

    `is_known` tells whether they are still known, to who listens for hours.
    """

    person: Person | None = None
    proof: str = ""
    can_leave: bool = False
    is_known: Callable[[], bool] = field(default=lambda: True, compare=False)


_NOBODY = Visitor()
_ASKING: ContextVar[Visitor] = ContextVar("visitor", default=_NOBODY)


def visitor() -> Visitor:
    """Return who is being answered, for what is written for them."""
    return _ASKING.get()


def visitor_of(request: Request) -> Visitor:
    """Return who asks."""
    found = request.scope.get("state", {}).get("visitor")
    return found if isinstance(found, Visitor) else _NOBODY


def still_known(request: Request) -> bool:
    """Tell whether who began to listen is known yet: a session ends, and so does what it listens to."""
    return visitor_of(request).is_known()


def is_proved(visitor: Visitor, proof: str) -> bool:
    """Tell whether a form was made for who sends it."""
    return bool(visitor.proof) and hmac.compare_digest(visitor.proof.encode(), proof.encode("utf-8", "replace"))


def answering(request: Request, asking: Visitor | None) -> None:
    """Say who asks, before anything of a request is answered."""
    request.scope["state"] = {**request.scope.get("state", {}), "visitor": asking or _NOBODY}
    _ASKING.set(asking or _NOBODY)
