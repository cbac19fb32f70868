"""The pages and the API as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime
from http import HTTPStatus
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, kind_of
from reconciler.releases.dora import dora
from reconciler.releases.read import read_releases
from reconciler.releases.words import figures
from reconciler.status.timeline import Event, events
from reconciler.web.login.visitor import Say
from reconciler.web.pages import api, evidence
from reconciler.web.pages import files as status_files
from reconciler.web.pages.acting import Acting, Actions
from reconciler.web.pages.doing import Doing
from reconciler.web.pages.following import Following
from reconciler.web.pages.graph import drawing
from reconciler.web.pages.label_pages import LabelPages
from reconciler.web.pages.log_pages import LogPages
from reconciler.web.pages.logbook import Logbook, LogEngines
from reconciler.web.pages.markdown import rendered
from reconciler.web.pages.outputs import Outputs, Stores
from reconciler.web.pages.rights import Entitled, Seen, seen
from reconciler.web.pages.sections import sections
from reconciler.web.pages.security import LOOPBACK, Guarded
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.views import endpoints, filter_of, listing, needs, own_files, proposals
from reconciler.web.pages.writing import Writer

if TYPE_CHECKING:
    from reconciler.web.login.people import People

EVENTS = 50
"""What became of a resource, as far as it is shown."""
_SCRIPT = "text/javascript; charset=utf-8"
_ASSETS = {"style.css": "text/css; charset=utf-8", "live.js": _SCRIPT, "brush.js": _SCRIPT}


def application(
    following: Following,
    now: Callable[[], datetime],
    people: "People | None" = None,
    actions: Actions | None = None,
    *,
    engines: LogEngines | None = None,
    stores: Stores | None = None,
) -> ASGIApp:
    """Return the application.

    Args:
        following: the environments that are shown; they are followed while the application runs.
        now: tells the time.
        people: how people are known; None where whoever may use this machine may read, and nobody may do more.
        actions: what makes that people do something; None where nothing can be changed.
        engines: finds the engines that know what was printed; None where nobody here knows of any.
        stores: opens the data stores, for the disputed examples; None where none is in reach.
    """
    acting = Acting(actions if people else None)
    write = Writer(now, can_act=acting.is_possible)
    pages, doing, outputs = _Pages(following, write, now), Doing(following, acting, write), Outputs(stores)
    logbook = Logbook(engines)
    logs, labels = LogPages(following, write, logbook), LabelPages(following, outputs, write)
    routes = [
        Route("/", pages.overview),
        Route("/assets/{name}", _asset),
        Route("/api/v1/environments/{key}/resources/labels/{name}/disputes", labels.disputes),
        Mount("/api/v1", routes=[*api.routes(following, now), *api.acts(doing), *logs.api_routes]),
        Route("/{key}/graph", pages.graph),
        Route("/{key}/releases", pages.releases),
        Route("/{key}/proposals", pages.proposals),
        Route("/{key}/approvals", doing.form, methods=["POST"]),
        Route("/{key}/files/{path:path}", pages.file),
        Route("/{key}/pages/{path:path}", pages.page),
        *logs.routes,
        *evidence.routes(following, write, logbook, outputs, now),
        Route("/{key}/{kind}/{name}", pages.resource),
        Route("/{key}/{kind}/{name}/act", doing.form, methods=["POST"]),
    ]
    handlers: Mapping[Any, Any] = {
        HTTPException: pages.missing,
        status_files.NoFile: pages.no_file,
        Unavailable: pages.unavailable,
        Exception: pages.defect,
    }
    inner = Starlette(routes=routes, lifespan=_while(following), exception_handlers=handlers)
    return _guarded(Entitled(inner, following, pages.say), people, pages.say)


def _while(following: Following) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Follow the environments for as long as the application runs."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await following.look()
        task = asyncio.create_task(following.follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return lifespan


def _guarded(inner: ASGIApp, people: "People | None", say: Say) -> ASGIApp:
    """Return an application with what stands before it: what browsers are told, and who may come in."""
    if people is None:
        return Guarded(inner)
    from reconciler.web.login.gate import Gate  # what it needs is loaded only where people log in

    return Guarded(Gate(inner, people, say), {people.host, *(LOOPBACK if people.proxy else ())})


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no {name}")
    content = files(__package__).joinpath("assets", name).read_bytes()
    return Response(content, headers={"Cache-Control": "no-cache"}, media_type=_ASSETS[name])


class _Pages:
    """The pages for people."""

    def __init__(self, following: Following, writer: Writer, now: Callable[[], datetime]) -> None:
        self._following, self._write, self._now = following, writer, now

    def _chosen(self, request: Request) -> Seen:
        return api.chosen_of(self._following, request)

    def say(self, request: Request, status: int, what: str) -> Response:
        """Say something instead of what was asked for, as a page or, to the API, as JSON."""
        if request.scope["path"].startswith("/api/"):
            return api.problem(status, what)
        title = HTTPStatus(status).phrase if status != 200 else "Logged out"
        return self._write("missing.html", status=status, title=title, what=what)

    async def overview(self, request: Request) -> Response:
        """Show all environments: what needs a person, endpoints, resources by a filter of the URL."""
        snapshots, chosen = seen(self._following, request), filter_of(request.query_params)
        return self._write(
            "overview.html",
            snapshots=snapshots,
            chosen=chosen,
            listing=listing(snapshots, chosen),
            needs=needs(snapshots),
            endpoints=endpoints(snapshots),
        )

    async def graph(self, request: Request) -> Response:
        """Show how the resources of an environment depend on each other."""
        one = self._chosen(request).snapshot
        return self._write("graph.html", one=one, drawing=drawing(one))

    async def releases(self, request: Request) -> Response:
        """Show which model came when, by whom, and what became of it, with the four metrics of DORA."""
        chosen = self._chosen(request)
        one = chosen.snapshot
        found = await asyncio.to_thread(read_releases, chosen.source, chosen.status, one.environment)
        return self._write("releases.html", one=one, releases=found[::-1], metrics=figures(dora(found, self._now())))

    async def proposals(self, request: Request) -> Response:
        """Show what waits for a review, with its evidence."""
        one = self._chosen(request).snapshot
        told = [(it, rendered(it.evidence, f"/{one.key}/files/")) for it in proposals(one)]
        return self._write("proposals.html", one=one, proposals=told)

    async def resource(self, request: Request) -> Response:
        """Show one resource."""
        chosen = self._chosen(request)
        one, address = chosen.snapshot, Address("{kind}/{name}".format_map(request.path_params))
        if one.document(address) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"{one.environment} has no resource {address}")
        told = await asyncio.to_thread(lambda: list(islice(events(chosen.status, address), EVENTS)))
        return self._write("resource.html", **resource_page(one, address, told))

    async def page(self, request: Request) -> Response:
        """Show a text of the status branch: Markdown rendered, HTML in a frame without rights, the rest as it is."""
        one, path = self._chosen(request).snapshot, request.path_params["path"]
        text = await asyncio.to_thread(status_files.text_of, one, path)
        folder = path.rpartition("/")[0]
        body = rendered(text, f"/{one.key}/files/", folder, one.tree.files) if path.endswith(".md") else ""
        return self._write("page.html", one=one, path=path, body=body, text="" if body else text)

    async def file(self, request: Request) -> Response:
        """Hand out a file of the status branch."""
        one, path = self._chosen(request).snapshot, request.path_params["path"]
        if path.endswith(".md"):
            return await self.page(request)
        return await asyncio.to_thread(status_files.answered, one, path)

    async def missing(self, request: Request, error: HTTPException) -> Response:
        """Say that something isn't there, as a page or, to the API, as JSON."""
        answer = self.say(request, error.status_code, error.detail)
        answer.headers.update(error.headers or {})
        return answer

    async def no_file(self, request: Request, error: Exception) -> Response:
        """Say that there is no such file."""
        return await self.missing(request, HTTPException(HTTPStatus.NOT_FOUND, str(error)))

    async def unavailable(self, request: Request, error: Exception) -> Response:
        """Say that the repository can't be read now."""
        return await self.missing(request, HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, str(error)))

    async def defect(self, request: Request, error: Exception) -> Response:
        """Say that a page can't be written, and leave what went wrong in the log."""
        structlog.get_logger().error("a page can't be written", path=request.url.path, exc_info=error)
        what = f"a defect of Setpoint: {type(error).__name__}; the log of `setpoint web` has more"
        return await self.missing(request, HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR, what))


def resource_page(one: Snapshot, address: Address, told: Sequence[Event]) -> dict[str, Any]:
    """Return what the page of a resource shows, by the names that its template has.

    Args:
        one: its environment.
        address: its address, which the environment knows.
        told: what became of it, the newest first.
    """
    document = one.document(address) or {}
    facts = one.facts(address)
    tables, alerts = sections(kind_of(address), facts), facts.get("alerts")
    return {
        "one": one,
        "row": next(row for row in one.rows if row.address == address),
        "document": document,
        "facts": facts,
        "tables": tables,
        "alerts": alerts if isinstance(alerts, list) else [],
        "told_above": {"evidence", "alerts", "pictures"}.union(*(table.tells for table in tables)),
        "evidence": rendered(str(facts.get("evidence") or ""), f"/{one.key}/files/"),
        "events": told,
        "wanted": one.desired.resources.get(address) if one.desired else None,
        "files": own_files(one, address),
        "beside": evidence.beside(address),
    }
