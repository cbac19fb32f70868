"""One container: a process with its log, its probes and its end."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.servers import leash
from tests.servers.kubelet import account, status
from tests.servers.kubelet.client import Object
from tests.servers.kubelet.probes import FASTEST, Probe, are_open
from tests.servers.kubelet.scene import Scene, executable

MESSAGE_BYTES, MESSAGE_LINES = 4096, 80
"""How much of a message is told, and how many lines of the log stand in for a missing one."""


class Container:
    """A container of a pod; `changed` is called whenever its state is another."""

    def __init__(self, manifest: Object, folder: Path, address: str, changed: Callable[[], Awaitable[None]]) -> None:
        self.manifest = manifest
        self.state = status.State(manifest["name"], manifest["image"], status.waiting("ContainerCreating"))
        self._folder, self._address, self._changed = folder / manifest["name"], address, changed
        self._process: asyncio.subprocess.Process | None = None

    def log(self, *, previous: bool = False) -> Path:
        """Return the log of the process that runs, or ran last; or of the one before."""
        return self._folder / f"{self.state.restarts - previous}.log"

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will come to the log."""
        return self.state.exit_code is not None

    async def run(self, scene: Scene) -> int:
        """Run the process once; return its exit code, 128 and the signal if one ended it."""
        since = status.now()
        if executable(scene) is None:
            message = f'exec: "{scene.command[0]}": executable file not found in $PATH'
            self.state.told = status.terminated(128, since, message, "StartError")
            return 128
        process = await self._begin(scene)
        self.state.told = status.running(since)
        looking = asyncio.create_task(self._look(scene))
        try:
            await self._changed()
            returned = await process.wait()
        finally:
            looking.cancel()
            self.kill()
        code = 128 - returned if returned < 0 else returned
        self.state.ready = False
        self.state.told = status.terminated(code, since, self._message(scene, code))
        return code

    async def stop(self, grace: float) -> None:
        """Ask the process to end, and see to it after the grace."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace)
        self.kill()

    def kill(self) -> None:
        """End the process and all that it has started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def _begin(self, scene: Scene) -> asyncio.subprocess.Process:
        alone = [sys.executable, "-I", "-S"]
        bound = [*alone, leash.__file__, str(os.getpid()), str(int(signal.SIGKILL))]
        bound += [*alone, account.__file__, str(scene.account)] if scene.account else []
        with self.log().open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *bound,
                *scene.command,
                env=scene.environ,
                cwd=scene.directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self._process

    async def _look(self, scene: Scene) -> None:
        """Look at the probes for as long as the process runs."""
        if startup := self._probe("startupProbe", scene):
            while not await startup.holds():
                await asyncio.sleep(startup.quick_period)
        await asyncio.gather(self._look_if_ready(scene), self._look_if_alive(scene))

    async def _look_if_ready(self, scene: Scene) -> None:
        probe, failures = self._probe("readinessProbe", scene), 0
        if probe is None:
            while not await are_open(self.manifest, self._address):
                await asyncio.sleep(FASTEST)
            await self._tell_ready(True)
            return
        while True:
            failures = 0 if await probe.holds() else failures + 1
            if failures == 0 or failures >= probe.failures:
                await self._tell_ready(failures == 0)
            await asyncio.sleep(probe.quick_period)

    async def _look_if_alive(self, scene: Scene) -> None:
        probe, failures = self._probe("livenessProbe", scene), 0
        if probe is None:
            return
        await asyncio.sleep(probe.delay)
        while failures < probe.failures:
            await asyncio.sleep(probe.period)
            failures = 0 if await probe.holds() else failures + 1
        await self.stop(grace=5)

    async def _tell_ready(self, ready: bool) -> None:
        if ready != self.state.ready:
            self.state.ready = ready
            await self._changed()

    def _probe(self, name: str, scene: Scene) -> Probe | None:
        manifest = self.manifest.get(name)
        return Probe(manifest, self.manifest, self._address, scene.environ) if manifest else None

    def _message(self, scene: Scene, code: int) -> str:
        """Return what the container leaves as its last word."""
        text = scene.message.read_text("utf-8", "replace") if scene.message.is_file() else ""
        wants_log = self.manifest.get("terminationMessagePolicy") == "FallbackToLogsOnError"
        if not text and code and wants_log:
            text = "\n".join(self.tail(MESSAGE_LINES))
        return text[-MESSAGE_BYTES:]

    def tail(self, lines: int) -> list[str]:
        """Return the last lines of the log."""
        return self.log().read_text("utf-8", "replace").splitlines()[-lines:] if self.log().exists() else []
