"""The process: loads the model, listens, and leaves in peace when it is told to."""

import logging
import signal
import struct
import warnings
from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from kserve.errors import InvalidInput, ModelNotFound
from kserve.model_server import ModelServer, app
from kserve.protocol.rest.server import RESTServer
from starlette.exceptions import HTTPException

from runners.models import Model
from runners.serve.events import Origin
from runners.serve.middleware import Middleware
from runners.serve.payloads import PayloadLog, payload_log
from runners.serve.request_context import NOW, Exchange
from runners.serve.served import ServedModel
from runners.serve.service_metrics import count
from runners.serve.settings import Settings

GRACE = 8
"""Seconds that requests which have begun have to end after SIGTERM."""
_MODELS = ("body", "InferenceRequest", "bytes")
"""What FastAPI puts before the place in the request."""
_CLIENTS_FAULT = (InvalidInput, ModelNotFound, NotImplementedError)
_READING = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    AssertionError,
    struct.error,
)
"""What may fail in KServe, FastAPI, NumPy and here while a request is read; KServe has handlers for its own."""


def run(settings: Settings, model: Model) -> None:
    """Serve a model until SIGTERM; what has begun is answered first, and the payload log is written to its end."""
    quiet()
    origin = _origin(settings)
    log = payload_log(settings.logs, origin, settings.logs_quota) if settings.logs else None
    server = ModelServer(http_port=settings.port or 0, enable_grpc=False, enable_latency_logging=False)
    server.register_model(ServedModel(settings.name, model))
    app.add_exception_handler(RequestValidationError, explain)
    app.add_exception_handler(HTTPException, reword)
    for kind in _READING:
        app.add_exception_handler(kind, unreadable)
    rest = RESTServer(
        Middleware(app, settings.body_limit, _told(origin, log)),
        server.dataplane,
        server.model_repository_extension,
        http_port=settings.port or 0,
        grace_period=GRACE,
    )
    rest.config.host, rest.config.uds = settings.host, settings.socket
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _returned)
    try:
        rest.run()
    finally:
        if log:
            log.close()


def _origin(settings: Settings) -> Origin:
    return Origin(settings.deployment, settings.revision, settings.trial)


def _returned(*_: Any) -> None:
    """Do nothing: uvicorn raises a signal that it has obeyed once more, and there is something to do after it."""


def _told(origin: Origin, log: PayloadLog | None) -> Callable[[Exchange], None]:
    """Return what is told of every inference: it is counted, and logged where there is a log."""

    def tell(exchange: Exchange) -> None:
        count(exchange, origin)
        if log:
            log.put(exchange)

    return tell


async def explain(_: Request, error: Any) -> JSONResponse:
    """Answer a body that is no request of the protocol with where it isn't one."""
    found = [(item["loc"], item["msg"]) for item in error.errors() if item["loc"][-1:] != ("bytes",)]
    told = [
        f"{'.'.join(str(part) for part in place if part not in _MODELS) or 'it'}: {what}" for place, what in found[:5]
    ]
    message = "the body is no inference request of version 2: " + "; ".join(told)
    if exchange := NOW.get():
        exchange.error = message
    return JSONResponse({"error": message}, status_code=400)


async def unreadable(_: Request, error: Any) -> JSONResponse:
    """Answer a request that nobody foresaw, and that failed while it was read, as the client's fault: 400.

    Raises:
        Exception: the request had been read: what failed is ours.
    """
    exchange = NOW.get()
    if exchange is None or exchange.is_read:
        raise error
    exchange.error = f"the request can't be read: {str(error)[:300] or type(error).__name__}"
    return JSONResponse({"error": exchange.error}, status_code=400)


async def reword(_: Request, error: Any) -> JSONResponse:
    """Answer what FastAPI refuses in the protocol's words: the reason is an `error`."""
    return JSONResponse({"error": str(error.detail)}, status_code=error.status_code)


def quiet() -> None:
    """Log what an operator needs: the start, the end and what broke; no line for each request, none for bad ones."""
    form = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form)
    logging.getLogger("kserve").addHandler(logging.StreamHandler())
    logging.getLogger("kserve").propagate = False
    logging.getLogger("kserve").setLevel(logging.WARNING)
    logging.getLogger("kserve").addFilter(_is_ours)
    logging.getLogger("kserve.trace").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="ORJSONResponse is deprecated")  # KServe's, at every answer of version 1
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell whether a record is about a fault of ours, and not of a client's."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, _CLIENTS_FAULT)
