"""Acts as they are asked for: by a form of a page, or by JSON at the API. What became of one is told either way."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reconciler import untrusted
from reconciler.model.errors import Raced, Refused, SetpointError
from reconciler.web.login.forms import TooLarge, body_of, form_of
from reconciler.web.login.visitor import is_proved, visitor_of
from reconciler.web.pages.acting import Acting, Done, act_of
from reconciler.web.pages.following import Following
from reconciler.web.pages.writing import Writer

_LONGEST = 200
"""Letters of what tells one act from another."""


class Doing:
    """Takes acts. Who asks has been seen to have the right to.

    Args:
        following: the environments.
        acting: makes acts.
        write: writes pages.
    """

    def __init__(self, following: Following, acting: Acting, write: Writer) -> None:
        self._following, self._acting, self._write = following, acting, write

    async def form(self, request: Request) -> Response:
        """Make what a form asks for, and show what became of it."""
        try:
            told = await form_of(request)
        except TooLarge as error:
            raise HTTPException(413, str(error)) from None
        if not is_proved(visitor_of(request), told.get("proof", "")):
            raise HTTPException(403, "this form is too old, or not of this page: load it anew, and try again")
        address, key = _address(request), request.path_params["key"]
        back = f"/{key}/{address or 'proposals'}"
        try:
            done = await self._done(request, told.get("verb", ""), address, told, told.get("once", ""))
        except SetpointError as error:
            return self._write("done.html", status=_status(error), back=back, error=error, done=None)
        return self._write("done.html", back=back, error=None, done=done)

    async def json(self, request: Request) -> Response:
        """Make what a request of the API asks for."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415, "send application/json")
        verb, once = request.path_params.get("verb", "approve"), request.headers.get("idempotency-key", "")
        told = _object(await _body(request))
        try:
            done = await self._done(request, verb, _address(request), told, once)
        except SetpointError as error:
            raise HTTPException(_status(error), str(error)) from None
        return JSONResponse({"done": done.words, "branch": done.branch or None, "url": done.url or None})

    async def _done(self, request: Request, verb: str, address: str, told: Mapping[str, Any], once: str) -> Done:
        person, key = visitor_of(request).person, request.path_params["key"]
        if key not in self._following.environments:
            raise HTTPException(404, f"there is no environment {key}")
        one = self._following.environments[key].snapshot
        if address and one.document(address) is None:
            raise HTTPException(404, f"{one.environment} has no resource {address}")
        try:
            act = act_of(verb, key, address, told, person)
        except Refused as error:
            raise _Unclear(error.message, error.hint) from None
        return await self._acting(act, person.user if person else "", once[:_LONGEST])


class _Unclear(Refused):
    """Something that nobody could do, as it was asked for."""


def _status(error: SetpointError) -> int:
    return 400 if isinstance(error, _Unclear) else 409 if isinstance(error, Refused | Raced) else 503


def _address(request: Request) -> str:
    told = request.path_params
    return f"{told['kind']}/{told['name']}" if "kind" in told else ""


async def _body(request: Request) -> bytes:
    try:
        return await body_of(request)
    except TooLarge as error:
        raise HTTPException(413, str(error)) from None


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        told = untrusted.parse(content) if content.strip() else {}
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise HTTPException(400, "send a JSON object, such as {}")
    return told
