"""`setpoint web`: all environments on a page."""

import os
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.examples import examples
from reconciler.cli.options import placed_at_all
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.web.pages.following import Environment

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


@examples("setpoint web", "setpoint web -C https://forge/team/models.git -e prod --listen 127.0.0.1:9000 --browser")
@click.command("web")
@click.option(
    "--listen",
    envvar="SETPOINT_WEB",
    show_envvar=True,
    default="127.0.0.1:8484",
    show_default=True,
    help="host:port of the page: an address of this machine's own; the port 0 takes a free one.",
)
@click.option("--browser", is_flag=True, help="Open the page in the browser of this machine.")
@placed_at_all
def command(several: tuple[Settings, ...], listen: str, browser: bool) -> None:
    """Show environments on a page in the browser, as their status branches tell them, and keep it new.

    It reads Git alone, and changes nothing. Whoever may use this machine may read it.
    """
    serve(several, listen, opened if browser else lambda url: None)


def serve(several: Sequence[Settings], listen: str, ready: Callable[[str], object]) -> None:
    """Serve the page until SIGTERM or Ctrl-C.

    Args:
        several: the environments.
        listen: `host:port`.
        ready: is told the URL when it answers.

    Raises:
        Refused: the address isn't one, or not this machine's own, or what the page needs isn't installed.
    """
    from reconciler.wiring import SystemClock

    def application() -> Any:
        from reconciler.web.pages.application import application
        from reconciler.web.pages.following import Following

        return application(Following(followed(several)), SystemClock().now)

    listened(listen, application, ready)


def listened(listen: str, application: Callable[[], Any], ready: Callable[[str], object]) -> None:
    """Serve an application until SIGTERM or Ctrl-C.

    Args:
        listen: `host:port`.
        application: imports and makes it.
        ready: is told the URL when it answers.

    Raises:
        Refused: the address isn't one, or not this machine's own, or what the page needs isn't installed.
    """
    from reconciler.cli.output import say

    host, port = address_of(listen)
    try:
        import uvicorn

        app = application()
    except ModuleNotFoundError as error:
        raise Refused(f"the page needs {error.name}, which isn't installed", "pip install 'setpoint[web]'") from error

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                name, bound = self.servers[0].sockets[0].getsockname()[:2]
                url = f"http://{f'[{name}]' if ':' in name else name}:{bound}/"
                say(f"the page is at {url}")
                ready(url)

    try:
        Server(
            uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        ).run()
    except SystemExit:
        raise Refused(f"{listen} can't be listened at", "is it taken? give another --listen") from None


def address_of(listen: str) -> tuple[str, int]:
    """Return host and port of an address of this machine's own.

    Raises:
        Refused: it isn't one.
    """
    host, _, port = listen.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port[:6]) < 65536):
        raise Refused(f"{listen} is no host:port", "give --listen 127.0.0.1:8484")
    if (host or "127.0.0.1") not in LOOPBACK:
        hint = "listen at 127.0.0.1, and let a proxy that knows who people are stand before it"
        raise Refused(f"{host} isn't this machine's own: whoever reaches it would read all of it", hint)
    return (host or "127.0.0.1").strip("[]"), int(port)


def followed(several: Sequence[Settings]) -> "list[Environment]":
    """Open the environments, each with a key for its URLs: its name, with a number where another has the same."""
    from reconciler.home import MIRROR
    from reconciler.watched.repositories import Repositories
    from reconciler.web.pages.following import Environment
    from reconciler.wiring import git_access

    repositories, keys, found = Repositories(), set[str](), []
    for one in several:
        source = repositories.source(one.repository, one.branch, one.home / MIRROR, git_access(one.repository))
        names = (one.environment if n == 1 else f"{one.environment}-{n}" for n in count(1))
        key = next(name for name in names if name not in keys and name not in _TAKEN)
        keys.add(key)
        found.append(Environment(key, one.environment, source))
    return found


_TAKEN = ("assets", "api")
"""What the first part of a URL is besides environments."""


def opened(url: str) -> None:
    """Open a URL in the browser of this machine."""
    import webbrowser

    if not webbrowser.open(url) and not os.environ.get("CI"):
        raise Refused("no browser was found on this machine", f"open {url}")
