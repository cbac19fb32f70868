"""`setpoint run`: the daemon."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO, cast

import click

from reconciler.cli.durations import SPAN
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.log_stream import LogStream
from reconciler.cli.options import placed, trusting
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.loop.daemon import Rhythm
    from reconciler.watched.branch import Source
    from reconciler.web.health import App

POLL = {False: timedelta(seconds=10), True: timedelta(minutes=3)}
"""How often a remote's refs are asked for, without webhooks and with them, where nobody says otherwise."""


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
    help="By what a forge signs its webhooks, which are then taken at /webhooks of --http; best by the variable.",
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
@placed
@trusting
def command(
    settings: Settings, http: str, webhook_secret: str, resync: float, poll: float | None, log_format: str
) -> None:
    """Run the daemon: watch the repository and keep converging until SIGTERM.

    Jobs and endpoints live on when it stops, and the next daemon adopts them.
    """
    import structlog

    from reconciler.loop.daemon import Daemon
    from reconciler.loop.health import Metrics, Pulse
    from reconciler.loop.shutdown import until_stopped
    from reconciler.loop.wake_up import WakeUp, watch
    from reconciler.web.health import app
    from reconciler.wiring import SystemClock, wire

    configure_logs(log_format)
    log = structlog.get_logger()
    clock, wake_up, quit_watch = SystemClock(), WakeUp(), threading.Event()
    wired = wire(
        settings,
        lambda: not wake_up.stopped,
        lambda address, failure: log.error("defect", address=address, error=failure.message, trace=failure.trace),
    )
    repository = wired.source.repository
    pulse, metrics = Pulse(clock.now(), wired.lease.held), Metrics(settings.environment, wired.converging.allowance)
    daemon = Daemon(
        wired.converging, wired.lease, wake_up, metrics=metrics, pulse=pulse, now=clock.now,
        rhythm=_rhythm(wired.source, resync, poll, POLL[bool(webhook_secret)]), reviewer=wired.reviewer,
    )  # fmt: skip
    obey_signals(wake_up.stop)
    if repository.watched:
        watch(repository.watched, wake_up, quit_watch)
    address, stop = _serve(http, app(pulse, metrics, clock.now), webhook_secret, wake_up.tell, metrics.delivered)
    told = {"repository": settings.place, "environment": settings.environment, "home": str(settings.home)}
    log.info("started", **told, http=address)
    try:
        has_ended = until_stopped(daemon.run, wake_up, repository.cancel)
    finally:
        quit_watch.set()
        stop()
    log.info("stopped")
    if not has_ended:
        leave()


def _rhythm(source: "Source", resync: float, poll: float | None, usual: timedelta) -> "Rhythm":
    """Return the daemon's spans of time; a repository on this machine isn't polled, but watched."""
    from reconciler.loop.daemon import Rhythm
    from reconciler.wiring import lease_span

    asked = None if source.repository.watched else timedelta(seconds=poll) if poll else usual
    return Rhythm(timedelta(seconds=resync), lease_span(source) / 3, asked)


def _serve(
    http: str, inner: "App", secret: str, hint: Callable[[], None], count: Callable[[str], None]
) -> tuple[str, Callable[[], None]]:
    """Serve health and metrics, and take webhooks where there is a secret; nothing where there is no address."""
    from reconciler.forges.webhooks import Deliveries
    from reconciler.web.health import serve
    from reconciler.web.webhooks import with_webhooks

    if not http:
        return "", lambda: None
    return serve(http, with_webhooks(inner, Deliveries(secret), hint, count) if secret else inner)


def obey_signals(stop: Callable[[], None]) -> None:
    """Stop when SIGTERM or Ctrl-C says so."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


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
