"""People before the page: an issuer, browsers that keep cookies, and a repository that says what they may do."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from reconciler.web.login.people import People, people_of
from reconciler.web.login.settings import Headers, Login, Oidc, Proxy
from reconciler.web.pages.acting import Act, Done
from reconciler.web.pages.application import application
from tests.unit.reconciler.stage import NOW
from tests.unit.reconciler.web.login.issuer import CLIENT, SECRET, Issuer, issuing
from tests.unit.reconciler.web.pages.conftest import Stage

ORIGIN = "https://setpoint.example"
ACCESS = """\
access:
  read: [staff]
  logs: [leads]
  data: [ml]
  act: [ml, "user:grace@example.org"]
  approve: [leads]
"""
ENVIRONMENT = "environments/dev/environment.yaml"


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Acts:
    """Remembers what was done."""

    def __init__(self) -> None:
        self.made: list[Act] = []
        self.error: Exception | None = None

    def __call__(self, act: Act) -> Done:
        if self.error:
            raise self.error
        self.made.append(act)
        return Done(f"{act.verb} of {act.address or act.said} is done", "proposals/dev/x", "https://forge.example/1")


class Browser:
    """A browser that keeps cookies, of somebody at an address."""

    def __init__(self, runner: asyncio.Runner, app: Any, client: str = "192.0.2.1") -> None:
        self._runner = runner
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(client, 1234))
        self.client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self.client.request(method, path, **options))

    def both(self, *paths: str, **options: Any) -> list[httpx.Response]:
        """Send the same at once, as a double click does."""

        async def sent() -> list[httpx.Response]:
            return await asyncio.gather(*(self.client.request("POST", path, **options) for path in paths))

        return self._runner.run(sent())

    def go(self, path: str = "/") -> httpx.Response:
        """Ask for a page, log in at the issuer, and come back; return the last answer."""
        answer = self.get(path)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/login")
        answer = self.get(answer.headers["Location"])
        assert answer.status_code == 303
        self.sent_back = httpx.get(answer.headers["Location"]).headers["Location"]
        return self.back()

    def back(self) -> httpx.Response:
        parts = urlsplit(self.sent_back)
        return self.get(f"{parts.path}?{parts.query}")


@pytest.fixture(scope="module")
def serving() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


@pytest.fixture
def issuer(serving: Issuer) -> Issuer:
    """Return an issuer that is as new."""
    url = serving.url
    serving.__init__()  # type: ignore[misc]
    serving.url = url
    return serving


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


@pytest.fixture
def place(tmp_path: Path) -> Stage:
    found = Stage(tmp_path / "repository", {ENVIRONMENT: f"description: one machine\n{ACCESS}"})
    for one in found.following.environments.values():
        one.look()
    return found


@pytest.fixture
def acts() -> Acts:
    return Acts()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def login(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Login:
    monkeypatch.setenv("SETPOINT_SECRET_WEB", SECRET)
    oidc = Oidc(issuer=issuer.url, client_id=CLIENT, client_secret="${secret:WEB}", audience=("api",))
    return Login(url=ORIGIN, oidc=oidc)


@pytest.fixture
def people(login: Login, clock: Clock) -> People:
    return people_of(login, now=clock, monotonic=clock)


Browsing = Callable[..., Browser]


@pytest.fixture
def browsing(runner: asyncio.Runner, place: Stage, people: People, acts: Acts) -> Browsing:
    """Return what opens a browser before the page."""
    app = application(place.following, lambda: NOW, people, acts)
    return lambda client="192.0.2.1": Browser(runner, app, client)


@pytest.fixture
def browser(browsing: Browsing) -> Browser:
    return browsing()


@pytest.fixture
def proxied(
    runner: asyncio.Runner, place: Stage, acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Browser]:
    """Return what opens a browser before a page that stands behind a proxy at 10.0.0.0/8."""
    monkeypatch.setenv("SETPOINT_SECRET_PROXY", "only the proxy knows")
    proxy = Proxy(addresses=("10.0.0.0/8",), secret="${secret:PROXY}", headers=Headers())
    app = application(place.following, lambda: NOW, people_of(Login(url=ORIGIN, proxy=proxy)), acts)
    return lambda client: Browser(runner, app, client)
