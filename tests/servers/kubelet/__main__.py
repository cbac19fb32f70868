"""`python -m tests.servers.kubelet`: run the pods that are ours as processes, until SIGTERM."""

import argparse
import asyncio
import contextlib
import json
import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from tests.servers.kubelet.client import Client
from tests.servers.kubelet.logs import application
from tests.servers.kubelet.node import Node
from tests.servers.kubelet.proxy import Proxy
from tests.servers.kubelet.services import FILE, tell_services


class Door(uvicorn.Server):
    """An HTTPS server that leaves the signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def run(settings: argparse.Namespace) -> None:
    """Run pods and serve their logs until SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    client = Client(settings.server, settings.authority, settings.token_file.read_text("utf-8").strip())
    node = Node(client, settings.selector, settings.folder, settings.entrypoints)
    door = Door(_serving(settings, node))
    names = tell_services(client, settings.selector, settings.folder / FILE, Proxy().lead)
    tasks = [asyncio.create_task(one) for one in (node.run(), names, door.serve())]
    ended = asyncio.create_task(told.wait())
    await asyncio.wait([*tasks, ended], return_when=asyncio.FIRST_COMPLETED)
    await node.close()
    door.should_exit = True
    for task in tasks[:2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.close()


def _serving(settings: argparse.Namespace, node: Node) -> uvicorn.Config:
    return uvicorn.Config(
        application(node),
        host=settings.address,
        port=settings.port,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        ssl_ca_certs=str(settings.authority),
        timeout_graceful_shutdown=1,
        log_level="warning",
    )


def _settings() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kubelet", description=__doc__)
    parser.add_argument("--server", required=True, help="the API server's URL")
    parser.add_argument("--authority", type=Path, required=True, help="the certificate that the server's is signed by")
    parser.add_argument("--token-file", type=Path, required=True, help="who we are")
    parser.add_argument("--folder", type=Path, required=True, help="for what pods write, and their logs")
    parser.add_argument("--selector", required=True, help="the labels of the pods that are ours")
    parser.add_argument("--entrypoints", type=json.loads, default={}, help="JSON: an image's beginning to its command")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="for the logs, by HTTPS")
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(run(_settings()))
