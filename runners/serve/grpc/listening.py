"""The server of gRPC: where it listens, and what it bears."""

from runners.serve.door import Door
from runners.serve.grpc.calls import PREFIX, Calls
from runners.serve.grpc.service import Service
from runners.serve.http.listening import Server
from runners.serve.http2.connection import Connection, Connections
from runners.serve.served_models import ServedModels
from runners.serve.settings import Settings


async def listening(served: ServedModels, settings: Settings, door: Door | None = None) -> Server:
    """Return a server that answers already, whom the door lets in.

    Raises:
        OSError: it can't listen where the settings say.
    """
    limit = settings.body_limit
    connections = Connections(Calls(Service(served, door), limit), limit + PREFIX)
    server = Server(connections, lambda: Connection(connections))
    if settings.grpc_port:
        await server.start(host=settings.host, port=settings.grpc_port)
    if settings.grpc_socket:
        await server.start(socket=settings.grpc_socket)
    return server
