"""`/healthz`, `/readyz` and `/metrics` of the daemon, on a thread of their own."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any, cast
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import prometheus_client

from reconciler.loop.health import Metrics, Pulse, unready
from reconciler.model.errors import Refused
from reconciler.web.metrics import Labelled, together

App = Callable[[Mapping[str, Any], Callable[..., Any]], Iterable[bytes]]
LONGEST_PASS = timedelta(minutes=10)
"""How long the loop may go without ending a pass before `/readyz` says so."""
STUCK = timedelta(hours=1)
"""How long every loop may stand still before `/healthz` says so, and the process is best started anew."""


@dataclass(frozen=True, slots=True)
class Driven:
    """An environment that the daemon drives, as it is told to whoever asks.

    Args:
        repository: where its repository is, without credentials.
        environment: its name.
        pulse: its health.
        metrics: its metrics.
    """

    repository: str
    environment: str
    pulse: Pulse
    metrics: Metrics

    @property
    def labels(self) -> Mapping[str, str]:
        """Return what tells its metrics from those of others."""
        return {"repository": self.repository, "environment": self.environment}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Say nothing: probes come every few seconds."""


def app(environments: Sequence[Driven], now: Callable[[], datetime], own: Iterable[Labelled] = ()) -> App:
    """Return the WSGI application (PEP 3333).

    Args:
        environments: those that the daemon drives.
        now: tells the time.
        own: metrics of the process itself.
    """
    metrics = [*own, *((one.labels, one.metrics.registry) for one in environments)]
    exposition = prometheus_client.make_wsgi_app(together(metrics))

    def answer(environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            return cast(Iterable[bytes], exposition(environ, start))
        if path == "/healthz":
            return answered(start, *_health(environments))
        if path == "/readyz":
            asked = parse_qs(str(environ.get("QUERY_STRING") or "")).get("environment", ())
            return answered(start, *_readiness(environments, asked, now()))
        return answered(start, "404 Not Found", {"status": "not found", "paths": ["/healthz", "/readyz", "/metrics"]})

    return answer


def _health(environments: Sequence[Driven]) -> tuple[str, Mapping[str, Any]]:
    """Tell whether the process is worth keeping: as long as one of its loops goes round, the others' hang is theirs."""
    if environments and all(one.pulse.still > STUCK for one in environments):
        reason = f"no loop has gone round for {STUCK.total_seconds():g} s"
        return "503 Service Unavailable", {"status": "stuck", "reasons": [reason]}
    return "200 OK", {"status": "ok"}


def _readiness(environments: Sequence[Driven], asked: Sequence[str], now: datetime) -> tuple[str, Mapping[str, Any]]:
    """Tell whether all environments are ready, or those that were asked for; each reason with whose it is."""
    chosen = [one for one in environments if not asked or one.environment in asked]
    if not chosen:
        names = sorted({one.environment for one in environments})
        return "404 Not Found", {"status": "not found", "environments": names}
    found = [(one, reason) for one in chosen for reason in unready(one.pulse.health, now, LONGEST_PASS)]
    word, told = ("503 Service Unavailable", "not ready") if found else ("200 OK", "ready")
    whose = _names(environments)
    reasons = [f"{whose[id(one)]}{reason}" for one, reason in found]
    return word, {"status": told, "reasons": reasons}


def _names(environments: Sequence[Driven]) -> Mapping[int, str]:
    """Return what stands before a reason, by the environment that it is of: no more than tells it from the others."""
    if len(environments) == 1:
        return {id(environments[0]): ""}
    has_many = len({one.repository for one in environments}) > 1
    return {
        id(one): f"{one.environment} of {one.repository}: " if has_many else f"{one.environment}: "
        for one in environments
    }


def answered(start: Callable[..., Any], status: str, document: Mapping[str, Any]) -> Iterable[bytes]:
    """Answer with a JSON document."""
    body = json.dumps(document).encode() + b"\n"
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def serve(address: str, application: App) -> tuple[str, Callable[[], None]]:
    """Serve an application at `host:port` on a thread; port 0 takes a free one.

    Returns:
        The address that it listens on, and the function that stops it.

    Raises:
        Refused: the address is none, or another process listens there.
    """
    host, _, port = address.rpartition(":")
    try:
        server = make_server(host or "127.0.0.1", int(port), application, _Server, _Quiet)
    except (OSError, OverflowError, ValueError) as error:
        told = getattr(error, "strerror", None) or error
        hint = "give another --http; the port 0 takes a free one, and an empty address listens nowhere"
        raise Refused(f"{address} can't be listened at: {told}", hint) from error
    threading.Thread(target=server.serve_forever, args=(0.05,), name="http", daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return "{}:{}".format(*server.server_address[:2]), stop
