"""The desk as an ASGI application: a task at a time, by pages that work without a script.

It listens on this machine alone, and a form carries a word that only its own pages know: another site that is open in
the same browser can neither read a task nor answer one.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from reconciler.model.errors import SetpointError
from reconciler.web.labelling.answers import MOST_PLACES, Fields, Mistake, fields_of, results_of
from reconciler.web.labelling.desk import Desk
from reconciler.web.labelling.questions import Form, form_of
from reconciler.web.pages.markdown import rendered
from reconciler.web.pages.security import PAGE_POLICY, Guarded
from reconciler.web.pages.writing import Writer

LARGEST = 2**20
"""Bytes of a form that is sent."""
LONGEST_TIME = 3600.0
"""Seconds that an answer is said to have taken at the most: who goes away for lunch doesn't work."""
MOST_LISTED = 500
_SERVER = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_ASSETS = {
    "style.css": ("reconciler.web.pages", "text/css; charset=utf-8"),
    "label.css": (__package__, "text/css; charset=utf-8"),
    "label.js": (__package__, "text/javascript; charset=utf-8"),
}


def application(desk: Desk, now: Callable[[], datetime]) -> ASGIApp:
    """Return the application.

    Args:
        desk: whose answers are written, and where.
        now: tells the time.
    """
    pages = _Pages(desk, now)
    routes = [
        Route("/", pages.onward),
        Route("/tasks/{name}", pages.task),
        Route("/tasks/{name}", pages.answer, methods=["POST"]),
        Route("/answers", pages.answers),
        Route("/assets/{name}", _asset),
    ]
    handlers: Mapping[Any, Any] = {
        HTTPException: pages.missing,
        SetpointError: pages.unavailable,
        Exception: pages.defect,
    }
    return Guarded(Starlette(routes=routes, exception_handlers=handlers))


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no {name}")
    package, kind = _ASSETS[name]
    content = files(package).joinpath("assets", name).read_bytes()
    return Response(content, headers={"Cache-Control": "no-cache"}, media_type=kind)


class _Pages:
    """The pages of one desk."""

    def __init__(self, desk: Desk, now: Callable[[], datetime]) -> None:
        self._desk, self._now, self._word = desk, now, secrets.token_urlsafe(24)
        self._write = Writer(now, __package__)

    def onward(self, _: Request) -> Response:
        """Go to the next task; where there is none, say so."""
        name = self._desk.next()
        if name is not None:
            return RedirectResponse(f"/tasks/{name}", HTTPStatus.SEE_OTHER)
        return self._write("done.html", desk=self._desk, project=self._desk.project(), count=self._desk.count())

    def task(self, request: Request) -> Response:
        """Show a task, with what this person or a model has said of it."""
        name = request.path_params["name"]
        task, form = self._demanded(name), self._form()
        own = self._desk.results(name)
        told = own or _predicted(task)
        return self._page(name, task, form, fields_of(form, told, _data(task)), is_model=bool(told) and not own)

    async def answer(self, request: Request) -> Response:
        """Take an answer, and go on."""
        fields, name = await _sent(request), request.path_params["name"]
        if not hmac.compare_digest(_first(fields, "word"), self._word):
            raise HTTPException(HTTPStatus.FORBIDDEN, "this form is of another page: open the task again and send that")
        task, form = self._demanded(name), self._form()
        is_skipped = "skip" in fields
        try:
            results = [] if is_skipped else results_of(form, fields, _data(task))
        except Mistake as mistake:
            return self._page(name, task, form, fields, mistake=str(mistake))
        self._desk.save(name, results, self._now(), seconds=self._seconds(fields), skipped=is_skipped)
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    def answers(self, _: Request) -> Response:
        """List what this person has answered, the newest first."""
        own = [(name, task["annotations"][-1]) for name, task in self._desk.own().items() if task.get("annotations")]
        return self._write(
            "answers.html",
            desk=self._desk,
            project=self._desk.project(),
            count=self._desk.count(),
            own=[(name, said, _words(said)) for name, said in own[::-1]][:MOST_LISTED],
        )

    def _page(
        self,
        name: str,
        task: Mapping[str, Any],
        form: Form,
        fields: Fields,
        *,
        mistake: str = "",
        is_model: bool = False,
    ) -> Response:
        data, project = _data(task), self._desk.project()
        page = self._write(
            "task.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY if mistake else HTTPStatus.OK,
            desk=self._desk,
            name=name,
            project=project,
            guide=rendered(str(project.get("guide") or ""), "/nowhere/"),
            count=self._desk.count(),
            form=form,
            data=data,
            fields=fields,
            mistake=mistake,
            is_model=is_model,
            word=self._word,
            began=self._now().isoformat(),
            MOST_PLACES=MOST_PLACES,
        )
        page.headers["Content-Security-Policy"] = policy_of(form, data)
        return page

    def _form(self) -> Form:
        return form_of(str(self._desk.project().get("config", "")))

    def _demanded(self, name: str) -> Mapping[str, Any]:
        task = self._desk.tasks().get(name)
        if task is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no task {name} any more")
        return task

    def _seconds(self, fields: Fields) -> float:
        try:
            took = (self._now() - datetime.fromisoformat(_first(fields, "began"))).total_seconds()
        except (ValueError, TypeError):
            return 0.0
        return min(max(took, 0.0), LONGEST_TIME)

    async def missing(self, _: Request, error: HTTPException) -> Response:
        """Say that something isn't there."""
        title = HTTPStatus(error.status_code).phrase
        return self._write("mistake.html", status=error.status_code, title=title, what=error.detail, hint="")

    async def unavailable(self, _: Request, error: SetpointError) -> Response:
        """Say that files can't be read or written, or that the question can't be asked here."""
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return self._write("mistake.html", status=status, title="This can't go on", what=str(error), hint=error.hint)

    async def defect(self, request: Request, error: Exception) -> Response:
        """Say that a page can't be written, and leave what went wrong in the log."""
        structlog.get_logger().error("a page can't be written", path=request.url.path, exc_info=error)
        what = f"a defect of Setpoint: {type(error).__name__}; the log of `setpoint label` has more"
        return await self.missing(request, HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR, what))


async def _sent(request: Request) -> Fields:
    """Return the fields of a form that was sent."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"an answer has {LARGEST // 2**20} MiB at most")
    try:
        return parse_qs(bytes(body).decode(), keep_blank_values=True, max_num_fields=5 * MOST_PLACES + 100)
    except ValueError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "this is no form of this page") from error


def _first(fields: Fields, name: str) -> str:
    return (fields.get(name) or ("",))[0]


def _data(task: Mapping[str, Any]) -> Mapping[str, Any]:
    told = task.get("data")
    return told if isinstance(told, dict) else {}


def _predicted(task: Mapping[str, Any]) -> list[Any]:
    """Return what a model said of a task, as results."""
    match task.get("predictions"):
        case [{"result": list() as told}, *_]:
            return told
        case _:
            return []


def _words(said: Mapping[str, Any]) -> str:
    """Tell an own answer in a line."""
    if said.get("was_cancelled"):
        return "skipped"
    told = [one.get("value", {}) for one in said.get("result") or () if isinstance(one, dict)]
    return "; ".join(_value(value) for value in told if isinstance(value, dict)) or "nothing is marked"


def _value(value: Mapping[str, Any]) -> str:
    shown = {key: it for key, it in value.items() if key not in ("rotation", "channel")}
    parts = [", ".join(map(str, it)) if isinstance(it, list) else f"{it}" for it in shown.values()]
    return " ".join(parts)[:200]


def policy_of(form: Form, data: Mapping[str, Any]) -> str:
    """Return the policy of a task's page: as of any page, and its picture or recording may come from where it is."""
    at = sorted({one.column for one in form.shown if one.tag in ("Image", "Audio")})
    urls = [urlsplit(str(data.get(column, ""))) for column in at]
    servers = {f"{url.scheme}://{url.netloc}" for url in urls if url.scheme in ("http", "https")}
    media = " ".join(["'self'", "data:", *sorted(server for server in servers if _SERVER.fullmatch(server))])
    return PAGE_POLICY.replace("img-src 'self' data:", f"img-src {media}; media-src {media}")
