"""The process: loads the model, listens, and leaves in peace when it is told to."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from runners.models import Model
from runners.serve.app import Application
from runners.serve.events import Origin
from runners.serve.kept import Kept
from runners.serve.payloads import PayloadLog, payload_log
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel
from runners.serve.service_metrics import count
from runners.serve.settings import Settings
from runners.serve.warm import warm

GRACE = 8
"""Seconds that requests which have begun have to end after SIGTERM."""
SWITCH = 0.0005
"""Seconds after which a thread that writes the payload log, or makes a long prediction, lets requests pass."""
_QUEUE = 2048
"""Connections that wait to be taken."""


def run(settings: Settings, model: Model) -> None:
    """Serve a model until SIGTERM; what has begun is answered first, and the payload log is written to its end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    origin = _origin(settings)
    log = payload_log(settings.logs, origin, settings.logs_quota) if settings.logs else None
    kept = Kept(settings.logs_sample, frozenset(settings.logs_without))
    served = ServedModel(settings.name, settings.revision, model, _told(origin, log, kept))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _returned)
    warm(model)
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()  # what is there now stays: looking through it again and again stops all requests for as long
    try:
        _Server(served, settings).run()
    finally:
        if log:
            log.close()


class _Server(uvicorn.Server):
    """HTTP, and gRPC beside it where that is asked for: both begin together, and end together."""

    def __init__(self, served: ServedModel, settings: Settings) -> None:
        where = {"host": settings.host, "port": settings.port or 0, "uds": settings.socket}
        super().__init__(config(Application(served, settings.body_limit), **where))
        self._served, self._settings = served, settings
        self._grpc: Any = None

    async def startup(self, sockets: Any = None) -> None:
        """Listen; what answers whether the process is ready comes last."""
        if self._settings.grpc_port or self._settings.grpc_socket:
            from runners.serve.grpc.listening import listening

            self._grpc = await listening(self._served, self._settings)
        await super().startup(sockets)

    async def shutdown(self, sockets: Any = None) -> None:
        """Answer what has begun, and nothing else."""
        ends = [super().shutdown(sockets), *([self._grpc.stop(GRACE)] if self._grpc else [])]
        await asyncio.gather(*ends)


def config(app: Any, **where: Any) -> uvicorn.Config:
    """Return how uvicorn serves an application; `where` it listens is said in its own words."""
    return uvicorn.Config(
        app,
        **where,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here asks who the client is, and looking costs each answer a layer
        backlog=_QUEUE,
        timeout_graceful_shutdown=GRACE,
    )


def _origin(settings: Settings) -> Origin:
    return Origin(settings.deployment, settings.revision, settings.trial)


def _returned(*_: Any) -> None:
    """Do nothing: uvicorn raises a signal that it has obeyed once more, and there is something to do after it."""


def _told(origin: Origin, log: PayloadLog | None, kept: Kept) -> Callable[[Exchange], None]:
    """Return what is told of every inference: it is counted, and logged where there is a log that holds it."""

    def tell(exchange: Exchange) -> None:
        count(exchange, origin)
        if log and kept.holds(exchange.id):
            log.put(kept.of(exchange))

    return tell
