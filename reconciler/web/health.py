"""`/healthz`, `/readyz` and `/metrics` of the daemon, on a thread of their own."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import prometheus_client

from reconciler.loop.health import Metrics, Pulse, unready
from reconciler.model.errors import Refused

App = Callable[[Mapping[str, Any], Callable[..., Any]], Iterable[bytes]]
LONGEST_PASS = timedelta(minutes=10)
"""How long the loop may go without ending a pass before `/readyz` says so."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Say nothing: probes come every few seconds."""


def app(pulse: Pulse, metrics: Metrics, now: Callable[[], datetime]) -> App:
    """Return the WSGI application (PEP 3333)."""
    exposition = prometheus_client.make_wsgi_app(metrics.registry)

    def answer(environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            return cast(Iterable[bytes], exposition(environ, start))
        if path == "/healthz":
            return answered(start, "200 OK", {"status": "ok"})
        if path == "/readyz":
            reasons = unready(pulse.health, now(), LONGEST_PASS)
            word, told = ("503 Service Unavailable", "not ready") if reasons else ("200 OK", "ready")
            return answered(start, word, {"status": told, "reasons": reasons})
        return answered(start, "404 Not Found", {"status": "not found", "paths": ["/healthz", "/readyz", "/metrics"]})

    return answer


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
