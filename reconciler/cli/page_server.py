"""The server of the page, for `setpoint web` and `setpoint run --web`: where it answers, whom, and about what."""

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.watched.repositories import Repositories
    from reconciler.web.login.settings import Login
    from reconciler.web.pages.following import Environment

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
_PATIENCE = 5.0
"""Seconds for which the page is waited for that is to end."""
_TAKEN = ("assets", "api", "login", "logout")
"""What the first part of a URL is besides environments."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the page answers, `host:port`, and the file that says how people are known."""

    at: str
    login: Path | None = None


def server_of(
    several: Sequence[Settings],
    listening: Listening,
    ready: Callable[[str], object],
    repositories: "Repositories | None" = None,
) -> Any:
    """Return the server, which `run()` starts; it is told to end by `should_exit`.

    Args:
        several: the environments.
        listening: where it answers, and whom.
        ready: is told the URL when it answers.
        repositories: what the process has open already.

    Raises:
        Refused: the address isn't one, or whoever reaches it would read all of it, or what the page needs isn't
            installed.
    """
    uvicorn: Any = imported()
    login = _login(listening.login)
    host, port = address_of(listening.at, login)
    places = keyed(several)
    made = _application(places, login, repositories)
    return serving(uvicorn, made, (host, port), partial(_url, login), ready, **_tls(login))


def serving(
    uvicorn: Any,
    application: Any,
    at: tuple[str, int],
    url: Callable[[str, int], str],
    ready: Callable[[str], object],
    **options: Any,
) -> Any:
    """Return a server of an application.

    Args:
        uvicorn: the package.
        application: what is served.
        at: host and port.
        url: writes the address at which it answers, of what it is bound to.
        ready: is told that address when it answers.
        options: more that uvicorn is told.
    """
    config = uvicorn.Config(
        application, host=at[0], port=at[1], log_config=None, access_log=False,
        lifespan="on", timeout_graceful_shutdown=1, proxy_headers=False, server_header=False, **options,
    )  # fmt: skip

    class Server(uvicorn.Server):  # type: ignore[misc]
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready(url(*self.servers[0].sockets[0].getsockname()[:2]))

    return Server(config)


def beside(
    several: Sequence[Settings], listening: Listening, repositories: "Repositories"
) -> tuple[str, Callable[[], None]]:
    """Serve the page on a thread of its own, beside what drives the environments, with the repositories that it has.

    Returns:
        The URL, and the function that stops it.

    Raises:
        Refused: it can't be served, or another process listens there.
    """
    told: list[str] = []
    server = server_of(several, listening, told.append, repositories)
    bound = _bound(server.config.host, server.config.port, listening)
    thread = threading.Thread(target=server.run, args=([bound],), name="page", daemon=True)
    thread.start()
    while not told and thread.is_alive():
        thread.join(0.01)
    if not told:
        raise Refused(f"the page can't be served at {listening.at}", "the log says more")

    def stop() -> None:
        server.should_exit = True
        thread.join(_PATIENCE)

    return told[0], stop


def _bound(host: str, port: int, listening: Listening) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError:
        raise _taken(listening) from None


def run(server: Any, listening: Listening) -> None:
    """Serve the page until SIGTERM or Ctrl-C.

    Raises:
        Refused: another process listens there.
    """
    try:
        server.run()
    except SystemExit:
        raise _taken(listening) from None


def _taken(listening: Listening) -> Refused:
    return Refused(f"{listening.at} can't be listened at", "is it taken? give another address")


def _url(login: "Login | None", name: str, port: int) -> str:
    return f"{login.url}/" if login else plain_url(name, port)


def plain_url(name: str, port: int) -> str:
    """Return the address of what is bound to a host and a port of this machine."""
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def _tls(login: "Login | None") -> Mapping[str, Any]:
    if login is None or login.tls is None:
        return {}
    for file in (login.tls.certificate, login.tls.key):
        if not file.is_file():
            raise Refused(f"there is no file {file}", "see `tls` in the file of --login")
    return {"ssl_certfile": str(login.tls.certificate), "ssl_keyfile": str(login.tls.key)}


def _application(places: Mapping[str, Settings], login: "Login | None", repositories: "Repositories | None") -> Any:
    from reconciler.cli.page_engines import PageEngines
    from reconciler.web.pages.application import application
    from reconciler.web.pages.following import Following
    from reconciler.wiring import SystemClock

    following, now = Following(followed(places, repositories)), SystemClock().now
    engines = PageEngines(places, {key: one.source for key, one in following.environments.items()})
    if login is None:
        return application(following, now, engines=engines, stores=engines.data)
    from reconciler.cli.acting import Commands  # what logs people in is loaded only where they log in
    from reconciler.web.login.people import people_of

    return application(following, now, people_of(login), Commands(places), engines=engines, stores=engines.data)


def imported() -> Any:
    """Return uvicorn.

    Raises:
        Refused: it, or something else that pages need, isn't installed.
    """
    try:
        import uvicorn

        import reconciler.web.pages.application  # noqa: F401 - what it needs isn't in every install
    except ModuleNotFoundError as error:
        raise Refused(f"the page needs {error.name}, which isn't installed", "pip install 'setpoint[web]'") from error
    return uvicorn


def _login(file: Path | None) -> "Login | None":
    if file is None:
        return None
    from reconciler.web.login.settings import read_login

    return read_login(file)


def address_of(listen: str, login: "Login | None" = None) -> tuple[str, int]:
    """Return host and port to listen at: this machine's own, or any where people are known and nobody reads along.

    Raises:
        Refused: it isn't one, or whoever reaches it would read all of it, or what goes there and back.
    """
    host, _, port = listen.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port[:6]) < 65536):
        raise Refused(f"{listen} is no host:port", "give --listen 127.0.0.1:8484")
    if (host or "127.0.0.1") not in LOOPBACK:
        if login is None:
            what = f"{host} isn't this machine's own: whoever reaches it would read all of it"
            raise Refused(what, "say by --login how people are known, or listen at 127.0.0.1")
        if not login.is_safe:
            what = f"{host} isn't this machine's own, and whoever is on the way to it would read along"
            raise Refused(what, "state `tls` or `proxy` in the file of --login, or listen at 127.0.0.1")
    return (host or "127.0.0.1").strip("[]"), int(port)


def keyed(several: Sequence[Settings]) -> Mapping[str, Settings]:
    """Give each environment a key for its URLs: its name, with a number where another has the same."""
    found: dict[str, Settings] = {}
    for one in several:
        names = (one.environment if n == 1 else f"{one.environment}-{n}" for n in count(1))
        found[next(name for name in names if name not in found and name not in _TAKEN)] = one
    return found


def followed(places: Mapping[str, Settings], repositories: "Repositories | None" = None) -> "list[Environment]":
    """Open the environments."""
    from reconciler.home import MIRROR
    from reconciler.watched.repositories import Repositories
    from reconciler.web.pages.following import Environment
    from reconciler.wiring import git_access

    opened = repositories or Repositories()
    return [
        Environment(
            key,
            one.environment,
            opened.source(one.repository, one.branch, one.home / MIRROR, git_access(one.repository)),
        )
        for key, one in places.items()
    ]
