"""The server of gRPC: where it listens, and what it bears."""

from typing import Any

import grpc.aio

from runners.serve.door import Door
from runners.serve.grpc.service import Service
from runners.serve.served_models import ServedModels
from runners.serve.settings import Settings

MOST_AT_ONCE = 2048
"""Requests that are answered at once; more are told RESOURCE_EXHAUSTED."""
STREAMS = 256
"""Requests of one connection at once; more wait at the client."""
IDLE, AGE, LAST = 120_000, 600_000, 30_000
"""Milliseconds: a connection without requests, one at all, and what its last requests have then. A request that is
begun and never sent to its end is so cut with its connection; clients open another one by themselves."""


async def listening(served: ServedModels, settings: Settings, door: Door | None = None) -> Any:
    """Return a server that answers already, whom the door lets in.

    Raises:
        RuntimeError: it can't listen where the settings say.
    """
    server = grpc.aio.server(options=options(settings.body_limit), maximum_concurrent_rpcs=MOST_AT_ONCE)
    server.add_generic_rpc_handlers((Service(served, door),))
    for where in addresses(settings):
        server.add_insecure_port(where)
    await server.start()
    return server


def addresses(settings: Settings) -> list[str]:
    """Return where gRPC is spoken, in gRPC's words."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    ports = [f"{host}:{settings.grpc_port}"] if settings.grpc_port else []
    return ports + ([f"unix:{settings.grpc_socket}"] if settings.grpc_socket else [])


def options(limit: int) -> list[tuple[str, int]]:
    """Return what a server bears; `limit` are the bytes of the largest message, as it is unpacked."""
    return [
        ("grpc.max_receive_message_length", limit),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", STREAMS),
        ("grpc.max_connection_idle_ms", IDLE),
        ("grpc.max_connection_age_ms", AGE),
        ("grpc.max_connection_age_grace_ms", LAST),
        ("grpc.so_reuseport", 0),  # a port that another process has is taken
    ]
