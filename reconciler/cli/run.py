"""`setpoint run`: the daemon."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import click

from reconciler.cli.durations import SPAN
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.log_stream import LogStream
from reconciler.cli.options import leasing, placed_at_several, trusting
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.cli.driving import Driving
    from reconciler.watched.repositories import Repositories

POLL = {False: 10.0, True: 180.0}
"""Seconds: how often a remote's refs are asked for, without webhooks and with them, where nobody says otherwise."""


@examples("setpoint run --repository https://forge/team/models.git --environment prod --http 0.0.0.0:9180")
@click.command("run")
@click.option(
    "--http",
    envvar="SETPOINT_HTTP",
    show_envvar=True,
    default="127.0.0.1:0",
    show_default=True,
    help="host:port of /healthz, /readyz and /metrics.",
)
@click.option(
    "--webhook-secret",
    envvar="SETPOINT_WEBHOOK_SECRET",
    show_envvar=True,
    default="",
    help="By what a forge signs its webhooks, which are then taken at /webhooks of --http, and what a labelling tool "
    "sends along to /webhooks/labelling; best by the variable.",
)
@click.option(
    "--web",
    envvar="SETPOINT_RUN_WEB",
    show_envvar=True,
    default="",
    help="host:port of the page of these environments, as `setpoint web` shows it, in this process; unset, none.",
)
@click.option(
    "--login",
    envvar="SETPOINT_WEB_LOGIN",
    show_envvar=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --web, the file that says how people are known.",
)
@click.option("--resync", type=SPAN, default="3m", show_default=True, help="Look at everything again after so long.")
@click.option(
    "--poll",
    type=SPAN,
    default=None,
    help="How often a remote repository's refs are asked for; by default 10s, and 3m where webhooks are taken.",
)
@click.option(
    "--log",
    "log_format",
    type=click.Choice(["auto", "json", "text"]),
    default="auto",
    show_default=True,
    help="How the log is written; `auto` is text on a terminal, else JSON.",
)
@placed_at_several
@trusting
@leasing
def command(
    several: tuple[Settings, ...],
    http: str,
    webhook_secret: str,
    web: str,
    login: Path | None,
    resync: float,
    poll: float | None,
    log_format: str,
) -> None:
    """Run the daemon: watch repositories and keep their environments converging until SIGTERM.

    Each environment has a loop, a lease and engines of its own: what befalls one leaves the others as they are. Jobs
    and endpoints live on when it stops, and the next daemon adopts them.
    """
    import structlog

    from reconciler.cli.driving import Spans, drivings
    from reconciler.loop.shutdown import until_stopped
    from reconciler.watched.repositories import Repositories

    configure_logs(log_format)
    repositories = Repositories()
    driven = drivings(several, repositories, Spans(resync, poll or POLL[bool(webhook_secret)]))
    runs = [one.ready() for one in driven]
    obey_signals(*(one.wake_up.stop for one in driven))
    address, stop = _serve(http, driven, webhook_secret)
    leave_page = _page(web, login, several, repositories)
    for one in driven:
        one.started(address)
    try:
        has_ended = until_stopped(runs, lambda: driven[0].wake_up.stopped, repositories.cancel)
    finally:
        stop()
        leave_page()
    structlog.get_logger().info("stopped")
    if not has_ended:
        leave()


def _page(
    web: str, login: Path | None, several: Sequence[Settings], repositories: "Repositories"
) -> Callable[[], None]:
    """Serve the page beside the daemon, where it is asked for; return what stops it."""
    if not web:
        return lambda: None
    import structlog

    from reconciler.cli.page_server import Listening, beside

    url, stop = beside(several, Listening(web, login), repositories)
    structlog.get_logger().info("the page is served", url=url)
    return stop


def _serve(http: str, driven: "Sequence[Driving]", secret: str) -> tuple[str, Callable[[], None]]:
    """Serve health and metrics, and take webhooks where there is a secret; nothing where there is no address."""
    from reconciler.forges.webhooks import Deliveries
    from reconciler.web.health import app, serve
    from reconciler.web.label_hints import with_label_hints
    from reconciler.web.metrics import DeliveryCounter
    from reconciler.web.webhooks import with_webhooks
    from reconciler.wiring import SystemClock

    if not http:
        return "", lambda: None
    counter = DeliveryCounter()

    def hint(pushed: str) -> None:
        for one in driven:
            one.wake_up.tell(pushed)

    def answered() -> None:
        for one in driven:
            one.wake_up.request_pass()

    inner = app([one.told for one in driven], SystemClock().now, [({}, counter.registry)])
    if secret:
        inner = with_label_hints(with_webhooks(inner, Deliveries(secret), hint, counter.count), secret, answered)
    return serve(http, inner)


def obey_signals(*stops: Callable[[], None]) -> None:
    """Stop when SIGTERM or Ctrl-C says so."""

    def stop(*_: object) -> None:
        for one in stops:
            one()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def leave() -> None:
    """End the process, whatever its threads hang on; the next daemon goes on from there."""
    sys.stderr.flush()
    os._exit(Exit.OK)


def configure_logs(log_format: str) -> None:
    """Write structured logs to standard error: lines for people on a terminal, JSON elsewhere."""
    import structlog

    for_people = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, LogStream(sys.stderr))),
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
