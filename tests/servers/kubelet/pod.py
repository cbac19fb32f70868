"""One pod: its volumes, its init containers one after the other, its containers side by side, its deletion."""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import httpx

from tests.servers.kubelet import status
from tests.servers.kubelet.addresses import address_of, host_of, resolver
from tests.servers.kubelet.client import Client, Object
from tests.servers.kubelet.container import Container
from tests.servers.kubelet.scene import Scene, Stage, scene
from tests.servers.kubelet.volumes import UnfitError, provide

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds until a container is started again; twice as many each time, up to the longest."""
RETRY, ENDING_INTERVAL = 0.5, 0.05
_log = logging.getLogger("kubelet")


class Pod:
    """A pod that lives as one task; `leave` ends it."""

    def __init__(self, manifest: Object, client: Client, root: Path, salt: str, entrypoints: Mapping[str, list[str]]):
        self.manifest = manifest
        metadata, spec = manifest["metadata"], manifest["spec"]
        self.name = f"{metadata['namespace']}/{metadata['name']}"
        self._client, self._policy = client, spec.get("restartPolicy", "Always")
        self._folder = root / metadata["namespace"] / f"{metadata['name']}-{metadata['uid'][:8]}"
        self._address = address_of(salt, metadata["namespace"], host_of(manifest))
        self._stage = Stage(self._folder, self._address, {}, resolver(salt, manifest), entrypoints)
        self._initial = [self._container(one) for one in spec.get("initContainers", ())]
        self._main = [self._container(one) for one in spec["containers"]]
        self._since, self._grace = status.now(), 0.0
        self._leaving, self._telling = asyncio.Event(), asyncio.Lock()
        self._is_over = False

    @property
    def containers(self) -> dict[str, Container]:
        """Return all containers by name."""
        return {one.manifest["name"]: one for one in (*self._initial, *self._main)}

    def leave(self, grace: float) -> None:
        """End the pod: what runs has so many seconds to end by itself."""
        self._grace = grace
        self._leaving.set()

    async def live(self) -> None:
        """Live until the pod is deleted; what still runs when this is cancelled is killed."""
        ending = asyncio.create_task(self._end_when_leaving())
        try:
            if self._is_lost():
                told = status.failed("ContainerStatusUnknown", "The container could not be located")
                await self._patiently(lambda: self._client.tell(self.manifest, told))
            else:
                await self._run()
            self._is_over = True
            await self._leaving.wait()
            await ending
            await self._patiently(lambda: self._client.forget(self.manifest))
        finally:
            ending.cancel()
            for container in self.containers.values():
                container.kill()
            shutil.rmtree(self._folder / "volumes", ignore_errors=True)

    def _container(self, manifest: Object) -> Container:
        return Container(manifest, self._folder, self._address, self._tell)

    def _is_lost(self) -> bool:
        """Tell whether the pod ran before this kubelet did, and may not run twice."""
        return self._policy == "Never" and bool(self.manifest.get("status", {}).get("startTime"))

    async def _run(self) -> None:
        """Run what is to run; return when nothing will run again."""
        await self._tell()
        for container in self._initial:
            await self._keep_running(container, again="OnFailure" if self._policy == "Always" else self._policy)
            if container.state.exit_code != 0:
                return
        async with asyncio.TaskGroup() as group:
            for container in self._main:
                group.create_task(self._keep_running(container, again=self._policy))

    async def _keep_running(self, container: Container, again: str) -> None:
        pause = FIRST_PAUSE
        while not self._leaving.is_set():
            prepared = await self._prepare(container)
            if prepared is None:
                return
            code = await container.run(prepared)
            await self._tell()
            _log.info(
                "%s %s ended with %d: %s", self.name, container.state.name, code, container.tail(3) if code else ""
            )
            if self._leaving.is_set() or again == "Never" or (again == "OnFailure" and code == 0):
                return
            await self._back_off(container, pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _prepare(self, container: Container) -> Scene | None:
        """Return the container translated, as soon as all is there that it refers to; nothing if the pod leaves."""
        while not self._leaving.is_set():
            try:
                folders = await provide(self._client, self.manifest, self._folder / "volumes")
                self._stage = Stage(self._folder, self._address, folders, self._stage.resolve, self._stage.entrypoints)
                return await scene(self._client, self.manifest, container.manifest, self._stage)
            except UnfitError as unfit:
                container.state.told = status.waiting("CreateContainerConfigError", str(unfit))
                await self._tell()
            except httpx.HTTPError as failure:
                _log.info("%s waits for the API server: %r", self.name, failure)
            await self._pause(RETRY)
        return None

    async def _back_off(self, container: Container, pause: float) -> None:
        state = container.state
        state.last, state.told = state.told, status.waiting("CrashLoopBackOff", f"back-off {pause:g}s")
        await self._tell()
        await self._pause(pause)
        state.restarts += 1

    async def _end_when_leaving(self) -> None:
        await self._leaving.wait()
        while not self._is_over:  # a container may be about to start
            await asyncio.gather(*(container.stop(self._grace) for container in self.containers.values()))
            await asyncio.sleep(ENDING_INTERVAL)

    async def _tell(self) -> None:
        async with self._telling:
            await self._patiently(lambda: self._client.tell(self.manifest, self._status()))

    def _status(self) -> Object:
        initial, main = ([one.state for one in group] for group in (self._initial, self._main))
        return status.status(initial, main, self._policy, self._address, self._since)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), seconds)

    async def _patiently(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call to the API server until it can be made."""
        while True:
            try:
                await call()
                return
            except httpx.HTTPError as failure:
                _log.warning("%s: the API server doesn't take it: %r", self.name, failure)
            await asyncio.sleep(RETRY)
