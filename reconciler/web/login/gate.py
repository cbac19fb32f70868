"""Who asks: decided before anything else of a request is looked at.

A person is known by the proxy, by their browser's session, or at the API by a token. Cookies are of this page alone
(`__Host-`, HttpOnly, SameSite), a session's name is made when somebody has logged in, and what changes something comes
from a page of ours (Fetch Metadata, `Origin`, and a proof in the form).
"""

from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.providers.serving.local.authorizer.fetching import Unreachable
from reconciler.web.login.forms import TooLarge, form_of
from reconciler.web.login.oidc import PATIENCE, Unknown
from reconciler.web.login.people import CALLBACK, People
from reconciler.web.login.proxy import Stranger
from reconciler.web.login.visitor import SAFE, Say, Visitor, answering, is_proved, visitor_of

LOGIN, LOGOUT = "/login", "/logout"
_BEARER = "bearer "


class Gate:
    """An application that only people come to who are known.

    Args:
        app: the application.
        people: how they are known.
        say: writes what is said to those who aren't.
    """

    def __init__(self, app: ASGIApp, people: People, say: Say) -> None:
        self._app, self._people, self._say = app, people, say
        self._cookie, self._begun = _names(people.is_https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def own(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Cookie, Authorization")
            await send(message)

        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, own)

    async def _answer(self, request: Request) -> ASGIApp:
        try:
            answering(request, None)
            found = await self._visitor(request)
            answering(request, found)
            own = {LOGIN: self._login, CALLBACK: self._callback, LOGOUT: self._logout}
            path = request.scope["path"]
            if self._people.issuer and path in own:
                return await own[path](request)
            if path.startswith("/assets/"):
                return self._app
            if found is None:
                return self._unknown(request)
            return self._app if self._is_own(request) else self._say(request, 403, _ELSEWHERE)
        except (Stranger, TooLarge) as error:
            return self._say(request, 403, str(error))
        except Unknown as error:
            return self._challenged(self._say(request, 401, str(error)), "invalid_token")
        except Unreachable as error:
            return self._say(request, 503, f"who asks can't be told now: {error}")

    async def _visitor(self, request: Request) -> Visitor | None:
        people, told = self._people, request.headers.getlist("authorization")
        person = people.proxy.person(request.scope) if people.proxy else None
        if person is not None:
            return Visitor(person, people.seals.mac("form", f"proxy {person.user}"))
        if people.issuer and told and request.scope["path"].startswith("/api/"):
            if len(told) > 1 or not told[0].lower().startswith(_BEARER):
                raise Unknown("the API takes `Authorization: Bearer` and a token, once")
            person, until = await people.issuer.bearer(told[0][len(_BEARER) :].strip())
            return Visitor(person, is_known=lambda: people.sessions.now() < until)
        name = request.cookies.get(self._cookie, "")
        person = people.sessions.person(name) if name and people.issuer else None
        if person is None:
            return None
        proof = people.seals.mac("form", f"session {name}")
        return Visitor(person, proof, can_leave=True, is_known=lambda: people.sessions.person(name) is not None)

    def _is_own(self, request: Request) -> bool:
        """Tell whether a request that may change something can't come from a page of others."""
        if request.method in SAFE or "authorization" in request.headers:
            return True
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        return site in (None, "same-origin") and origin in (None, self._people.origin)

    def _unknown(self, request: Request) -> Response:
        """Send a browser to log in; tell others that somebody has to be known."""
        if self._people.issuer is None:
            return self._say(request, 401, "the proxy doesn't say who you are: log in there")
        if request.scope["path"].startswith("/api/") or request.method != "GET":
            return self._challenged(self._say(request, 401, "log in, or send the token of somebody who may read this"))
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{LOGIN}?back={quote(back, safe='')}", 303)

    def _challenged(self, answer: Response, error: str = "") -> Response:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="setpoint"' + (f', error="{error}"' if error else "")
        return answer

    async def _login(self, request: Request) -> Response:
        assert self._people.issuer
        begun = await self._people.issuer.begin(request.query_params.get("back", "/"))
        answer = RedirectResponse(begun.url, 303)
        self._keep(answer, self._begun, begun.kept, int(PATIENCE))
        return answer

    async def _callback(self, request: Request) -> Response:
        """Let somebody in whom the issuer knows, by a session of a new name; one that the browser had is ended."""
        assert self._people.issuer
        kept = request.cookies.get(self._begun, "")
        person, back = await self._people.issuer.end(dict(request.query_params), kept)
        self._people.sessions.end(request.cookies.get(self._cookie, ""))
        answer = RedirectResponse(back, 303)
        self._keep(answer, self._cookie, self._people.sessions.begin(person), int(self._people.lasts))
        self._keep(answer, self._begun, "", 0)
        return answer

    async def _logout(self, request: Request) -> Response:
        """End a session; asked by a form of ours, or nothing is ended."""
        assert self._people.issuer
        asking = visitor_of(request)
        proof = (await form_of(request)).get("proof", "") if request.method == "POST" else ""
        if asking.person is None:
            return RedirectResponse("/", 303)
        if not (self._is_own(request) and is_proved(asking, proof)):
            return self._say(request, 403, _ELSEWHERE)
        self._people.sessions.end(request.cookies.get(self._cookie, ""))
        answering(request, None)
        url = await self._people.issuer.leaving()
        more = f"; you may still be logged in at the issuer: {url}" if url else ""
        answer = self._say(request, 200, f"You are logged out here{more}")
        self._keep(answer, self._cookie, "", 0)
        return answer

    def _keep(self, answer: Response, name: str, value: str, lasts: int) -> None:
        """Have the browser keep a cookie for so many seconds, which no script reads and no other page sends."""
        answer.set_cookie(
            name, value, max_age=lasts, path="/", secure=self._people.is_https, httponly=True, samesite="lax"
        )


def _names(is_https: bool) -> tuple[str, str]:
    """Return what the cookies are called: of a session, and of a login that has begun."""
    prefix = "__Host-" if is_https else ""
    return f"{prefix}setpoint", f"{prefix}setpoint-login"


_ELSEWHERE = "this wasn't asked for by a page of ours, or by one that is too old: load it anew, and try again"
