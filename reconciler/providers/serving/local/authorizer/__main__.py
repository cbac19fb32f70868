"""The process: `python -m reconciler.providers.serving.local.authorizer SOCKET LOCK` answers there until SIGTERM."""

import os
import sys
import time
from pathlib import Path

import structlog
import uvicorn

from reconciler.providers.serving.local.authorizer.app import Application
from reconciler.providers.serving.local.authorizer.fetching import Documents
from reconciler.providers.serving.local.authorizer.issuers import Issuers
from reconciler.providers.serving.local.authorizer.rates import Rates

GRACE = 5
"""Seconds that requests which have begun have to end after SIGTERM."""
_QUEUE = 2048


def config(app: Application, socket: str) -> uvicorn.Config:
    """Return how uvicorn serves the application; nothing of a request is printed."""
    return uvicorn.Config(
        app,
        uds=socket,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=_QUEUE,
        timeout_keep_alive=120,  # longer than Caddy keeps a connection: it never meets one that is being closed
        timeout_graceful_shutdown=GRACE,
    )


def main(socket: str, lock: Path) -> None:
    """Answer until SIGTERM. The process id is written to the lock, whose starter may have ended before it could."""
    lock.write_text(str(os.getpid()), encoding="ascii")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    issuers = Issuers(Documents(), time.monotonic)
    uvicorn.Server(config(Application(issuers, Rates(time.monotonic)), socket)).run()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
