"""The pods of all nodes, as the API server tells of them: each begins, lives and leaves."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.servers.kubelet.client import Client, Object
from tests.servers.kubelet.pod import RETRY, Pod

_log = logging.getLogger("kubelet")


class Node:
    """Runs the pods that a selector names, wherever the scheduler has put them."""

    def __init__(self, client: Client, selector: str, folder: Path, entrypoints: Mapping[str, list[str]]) -> None:
        self._client, self._selector, self._folder, self._entrypoints = client, selector, folder, entrypoints
        self._salt = _salt(folder)
        self._pods: dict[str, Pod] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}

    def find(self, namespace: str, name: str) -> Pod | None:
        """Return the youngest pod of that name."""
        wanted = f"{namespace}/{name}"
        return next((pod for pod in reversed(self._pods.values()) if pod.name == wanted), None)

    async def run(self) -> None:
        """Watch for ever; a lost connection is made again, and what was missed is caught up with."""
        while True:
            try:
                async for kind, thing in self._client.pods(self._selector):
                    self._take(kind, thing)
            except httpx.HTTPError as failure:
                _log.warning("watching pods: %r", failure)
            await asyncio.sleep(RETRY)

    async def close(self) -> None:
        """Kill all that runs."""
        lives = list(self._lives.values())
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)

    def _take(self, kind: str, thing: Object) -> None:
        if kind == "SYNC":
            for pod in thing["items"]:
                self._see(pod)
            for uid in set(self._pods) - {pod["metadata"]["uid"] for pod in thing["items"]}:
                self._lose(uid)
        elif kind == "DELETED":
            self._lose(thing["metadata"]["uid"])
        else:
            self._see(thing)

    def _see(self, manifest: Object) -> None:
        metadata = manifest["metadata"]
        uid = metadata["uid"]
        if uid not in self._pods:
            if manifest.get("status", {}).get("phase") in ("Succeeded", "Failed"):
                return
            pod = Pod(manifest, self._client, self._folder, self._salt, self._entrypoints)
            self._pods[uid] = pod
            self._lives[uid] = asyncio.create_task(pod.live(), name=pod.name)
            self._lives[uid].add_done_callback(_tell_defect)
        if "deletionTimestamp" in metadata:
            self._pods[uid].leave(float(metadata.get("deletionGracePeriodSeconds", 0)))

    def _lose(self, uid: str) -> None:
        """Forget a pod that is gone; what still runs of it is killed."""
        self._pods.pop(uid, None)
        if life := self._lives.pop(uid, None):
            life.cancel()


def _salt(folder: Path) -> str:
    """Return what tells the addresses of this cluster from those of others, the same after a restart."""
    kept = folder / "salt"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(secrets.token_hex(8), "utf-8")
    return kept.read_text("utf-8")


def _tell_defect(life: asyncio.Task[None]) -> None:
    if not life.cancelled() and (failure := life.exception()):
        _log.error("pod %s: a defect of this stand-in", life.get_name(), exc_info=failure)
