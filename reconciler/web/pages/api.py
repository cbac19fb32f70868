"""The JSON API: what pages show, for scripts; changes as server-sent events (WHATWG HTML, 9.2)."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from reconciler.web.login.visitor import still_known
from reconciler.web.pages.api_details import Details, plain
from reconciler.web.pages.doing import Doing
from reconciler.web.pages.following import Following
from reconciler.web.pages.openapi import DOCUMENT
from reconciler.web.pages.rights import Seen, seen, seen_one
from reconciler.web.pages.snapshot import Snapshot, changed
from reconciler.web.pages.views import filter_of

MOST = 1000
"""Resources in one answer."""
QUIET = 15.0
"""Seconds after which a stream without events says that it lives."""


def problem(status: int, detail: str) -> JSONResponse:
    """Return an error (RFC 9457)."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


def chosen_of(following: Following, request: Request) -> Seen:
    """Return the environment that a request's path names, as far as who asks may see it.

    Raises:
        HTTPException: there is none, with status 404.
    """
    key = request.path_params["key"]
    if key not in following.environments:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no environment {key}")
    return seen_one(following.environments[key], request)


def acts(doing: Doing) -> Sequence[BaseRoute]:
    """Return the routes by which something is done."""
    return [
        Route("/environments/{key}/resources/{kind}/{name}/acts/{verb}", doing.json, methods=["POST"]),
        Route("/environments/{key}/approvals", doing.json, methods=["POST"]),
    ]


def routes(following: Following, now: Callable[[], datetime]) -> Sequence[BaseRoute]:
    """Return the routes of the API."""
    return _Api(following, now).routes


class _Api:
    """The API's answers."""

    def __init__(self, following: Following, now: Callable[[], datetime]) -> None:
        self._following, self._now = following, now
        self.routes = [
            Route("/environments", self.environments),
            Route("/environments/{key}/resources", self.resources),
            Route("/environments/{key}/resources/{kind}/{name}", self.resource),
            *Details(lambda request: chosen_of(following, request), now).routes,
            Route("/events", self.events),
            Route("/openapi.json", self.openapi),
        ]

    async def environments(self, request: Request) -> Response:
        """Return all environments, with how many resources are in which state, and whether their daemons live."""
        found = [
            {
                "key": key,
                "name": one.environment,
                "repository": one.repository,
                "commit": one.commit or None,
                "daemon": dict(one.heartbeat.as_json(self._now())),
                "states": dict(one.counts),
                "flaw": one.flaw or None,
            }
            for key, one in seen(self._following, request).items()
        ]
        return JSONResponse({"environments": found})

    async def resources(self, request: Request) -> Response:
        """Return the resources of an environment by address, `limit` at a time; `cursor` is the last one's address."""
        one, chosen = chosen_of(self._following, request).snapshot, filter_of(request.query_params)
        limit, cursor = _limit(request.query_params.get("limit", "")), request.query_params.get("cursor", "")
        left = [row for row in one.rows if row.address > cursor and chosen.takes(one.key, row)]
        found = [{k: getattr(row, k) for k in row.__slots__} for row in left[:limit]]
        more = left[limit - 1].address if len(left) > limit else None
        return _tagged(request, one.tag, {"commit": one.commit or None, "resources": found, "next": more})

    async def resource(self, request: Request) -> Response:
        """Return the status document of one resource."""
        one, address = chosen_of(self._following, request).snapshot, "{kind}/{name}".format_map(request.path_params)
        document = one.document(address)
        if document is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"{one.environment} has no resource {address}")
        return _tagged(request, one.tag, plain(document))

    async def openapi(self, _: Request) -> Response:
        """Return what the API takes and answers."""
        return JSONResponse(DOCUMENT)

    async def events(self, request: Request) -> Response:
        """Stream which addresses have changed, each time an environment has a new status commit."""
        headers = {"X-Accel-Buffering": "no"}
        return StreamingResponse(self._changes(request), headers=headers, media_type="text/event-stream")

    async def _changes(self, request: Request) -> AsyncIterator[str]:
        """Tell what changes in the environments that somebody may read at that moment, as long as they are known."""
        known = self._following.snapshots
        yield ": following\n\n"
        while still_known(request):
            await self._following.moved(QUIET)
            newest, may_read = self._following.snapshots, seen(self._following, request)
            told = [_event(known[key], newest[key]) for key in may_read if newest[key] is not known[key]]
            known = newest
            yield "".join(told) or ": quiet\n\n"


def _event(before: Snapshot, after: Snapshot) -> str:
    addresses = changed(before, after) if before.commit != after.commit else ()
    if not addresses and (before.flaw, before.commit) == (after.flaw, after.commit):
        return ""
    told = {"environment": after.key, "commit": after.commit or None, "addresses": addresses[:MOST]}
    return f"event: changed\nid: {after.commit}\ndata: {json.dumps(told)}\n\n"


def _limit(told: str) -> int:
    if not told:
        return 100
    if not (told.isascii() and told.isdigit() and 0 < int(told[:6]) <= MOST and len(told) < 6):
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"limit is a number from 1 to {MOST}, not {told[:20]}")
    return int(told)


def _tagged(request: Request, seen_at: str, document: Mapping[str, Any]) -> Response:
    """Answer with a document whose tag is the status commit; with 304 where the client has that."""
    tag = f'"{seen_at}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if seen_at and tag in known:
        return Response(status_code=304, headers=headers)
    return JSONResponse(document, headers=headers)
