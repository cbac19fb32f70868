"""`setpoint web`: all environments on a page."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from reconciler.cli.examples import examples
from reconciler.cli.options import placed_at_all
from reconciler.cli.output import say
from reconciler.cli.page_server import Listening, run, server_of
from reconciler.model.errors import Refused
from reconciler.settings import Settings


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
@click.option(
    "--login",
    envvar="SETPOINT_WEB_LOGIN",
    show_envvar=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that says how people are known: an issuer that they log in at, or a proxy. Without it whoever may use "
    "this machine reads, and nobody changes anything.",
)
@click.option("--browser", is_flag=True, help="Open the page in the browser of this machine.")
@placed_at_all
def command(several: tuple[Settings, ...], listen: str, login: Path | None, browser: bool) -> None:
    """Show environments on a page in the browser, as their status branches tell them, and keep it new.

    It reads Git, and where it reaches them logs from the engines and disputed examples from the data store. Without
    --login whoever may use this machine may read it, and nothing can be changed. With it, people act under their own
    names, as far as `access` in environment.yaml lets them.
    """
    serve(several, Listening(listen, login), opened if browser else lambda url: None)


def serve(several: Sequence[Settings], listening: Listening, ready: Callable[[str], object]) -> None:
    """Serve the page until SIGTERM or Ctrl-C.

    Args:
        several: the environments.
        listening: where it answers, and whom.
        ready: is told the URL when it answers.

    Raises:
        Refused: the address isn't one, or whoever reaches it would read all of it, or what the page needs isn't
            installed.
    """

    def told(url: str) -> None:
        say(f"the page is at {url}")
        ready(url)

    run(server_of(several, listening, told), listening)


def opened(url: str) -> None:
    """Open a URL in the browser of this machine."""
    import webbrowser

    if not webbrowser.open(url) and not os.environ.get("CI"):
        raise Refused("no browser was found on this machine", f"open {url}")
