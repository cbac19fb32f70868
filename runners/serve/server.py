"""The process: has its models, listens, and leaves in peace when it is told to."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import uvloop

from runners.models import Model
from runners.serve.app import Application
from runners.serve.door import Door
from runners.serve.events import Origin
from runners.serve.http.listening import Server, serving
from runners.serve.kept import Kept
from runners.serve.payloads import PayloadLog, payload_log
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels
from runners.serve.service_metrics import count
from runners.serve.settings import Settings
from runners.serve.warm import warm

GRACE = 8
"""Seconds that requests which have begun have to end after SIGTERM."""
SWITCH = 0.0005
"""Seconds after which a thread that writes the payload log, or makes a long prediction, lets requests pass."""


def run(settings: Settings, model: Model, others: Mapping[str, Model] = MappingProxyType({})) -> None:
    """Serve a model, and those that it combines, until SIGTERM; what has begun is answered and logged first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    origin = Origin(settings.deployment, settings.revision, settings.trial)
    log = payload_log(settings.logs, origin, settings.logs_quota, _later) if settings.logs else None
    kept = Kept(settings.logs_sample, frozenset(settings.logs_without))
    served = [ServedModel(settings.name, settings.revision, model, _told(origin, log, kept))]
    for one in settings.models:
        told = _told(replace(origin, trial=one.trial), log, kept)
        served.append(ServedModel(one.name, one.trial.rpartition("/")[2], others[one.name], told))
    for each in served:
        warm(each.model)
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()  # what is there now stays: looking through it again and again stops all requests for as long
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(ServedModels(served[0], served[1:]), settings, log))


async def _serve(served: ServedModels, settings: Settings, log: PayloadLog | None) -> None:
    """Serve until the process is told to end; what answers whether it is ready begins last."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    try:
        door = _door(settings)
        rpc = await _rpc(served, settings, door)
        server = serving(Application(served, settings.body_limit, door), settings.body_limit)
        await server.start(host=settings.host, port=settings.port or 0, socket=settings.socket)
        await told.wait()
        await asyncio.gather(server.stop(GRACE), *([rpc.stop(GRACE)] if rpc else []))
    finally:
        if log:
            log.close()


def _door(settings: Settings) -> Door | None:
    """Return who lets in; None lets in everybody."""
    return Door(Path(settings.key_file), settings.deployment, settings.revision) if settings.key_file else None


async def _rpc(served: ServedModels, settings: Settings, door: Door | None) -> Server | None:
    """Return the server of gRPC where that is asked for: its library is imported for nothing else."""
    if not settings.grpc_port and not settings.grpc_socket:
        return None
    from runners.serve.grpc.listening import listening

    return await listening(served, settings, door)


def _later(work: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(work)


def _told(origin: Origin, log: PayloadLog | None, kept: Kept) -> Callable[[Exchange], None]:
    """Return what is told of every inference: it is counted, and logged where there is a log that holds it."""

    def tell(exchange: Exchange) -> None:
        count(exchange, origin)
        if log and exchange.is_logged and kept.holds(exchange.id):
            log.put(kept.of(exchange))

    return tell
