"""`kubectl logs`: what the API server asks of a kubelet when somebody reads a container's log."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.servers.kubelet.container import Container
from tests.servers.kubelet.node import Node

INTERVAL, CHUNK = 0.1, 1 << 16


def application(node: Node) -> Starlette:
    """Return the HTTP application of a kubelet, as far as it is needed."""

    async def logs(request: Request) -> Response:
        names = request.path_params
        pod = node.find(names["namespace"], names["pod"])
        container = pod.containers.get(names["container"]) if pod else None
        if container is None:
            return PlainTextResponse(f"no container {names['container']} runs here", 404)
        query = request.query_params
        path = container.log(previous=query.get("previous") == "true")
        start = _start(path, int(query["tailLines"])) if "tailLines" in query else 0
        limit = int(query.get("limitBytes", 1 << 62))
        is_over = _is_over(container, path, follow=query.get("follow") == "true")
        return StreamingResponse(_read(path, start, limit, is_over), media_type="text/plain")

    return Starlette(routes=[Route("/containerLogs/{namespace}/{pod}/{container}", logs)])


def _is_over(container: Container, path: Path, *, follow: bool) -> Callable[[], bool]:
    """Return what tells whether a reader has waited for all that will come."""
    return lambda: not follow or container.is_over or container.log() != path


async def _read(path: Path, start: int, limit: int, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Yield a log from an offset on, and what is added to it until it is over."""
    if not path.exists():
        return
    with path.open("rb") as log:
        log.seek(start)
        while limit > 0:
            over = is_over()
            if chunk := log.read(min(CHUNK, limit)):
                limit -= len(chunk)
                yield chunk
            elif over:
                return
            else:
                await asyncio.sleep(INTERVAL)


def _start(path: Path, lines: int) -> int:
    """Return the offset at which the last lines of a log begin."""
    text = path.read_bytes() if path.exists() else b""
    kept = text.splitlines(keepends=True)[-lines:] if lines else []
    return len(text) - sum(map(len, kept))
