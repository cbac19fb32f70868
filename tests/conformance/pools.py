"""The pools that the suite of the port runs on, each with a way to let time pass."""

import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.conformance.pools import PATIENCE, SHORT_JOB, PoolBench
from reconciler.ports.pool import RunnerPool
from reconciler.providers.memory import MemoryPool, World
from reconciler.providers.memory.workers import Outcome
from reconciler.providers.pools.local import LocalPool
from reconciler.providers.pools.ray import RayPool
from reconciler.providers.pools.ray.jobs_api import ClusterJob, JobsApi
from reconciler.providers.pools.ray.submission import OWNER


class WallClock:
    """The system's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MemoryPoolBench:
    """The fake: a job takes five virtual seconds."""

    def __init__(self, _folder: Path) -> None:
        self._world = World()

    def open(self) -> RunnerPool:
        return MemoryPool(
            self._world,
            worker=lambda order, _: Outcome(order.request.get("code", 0), log=order.request.get("prints", "")),
            duration=lambda order: float("inf") if order.request.get("never_ends") else 5.0,
        )

    def pass_time(self) -> None:
        moment = self._world.next_event()
        if moment:
            self._world.clock.advance_to(moment)

    def close(self) -> None:
        return


class LocalPoolBench:
    """Processes of this machine: a job takes as long as an interpreter needs to start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "pool with a space"

    def open(self) -> LocalPool:
        command = (sys.executable, "-I", "-S", str(SHORT_JOB))
        return LocalPool(self._folder, WallClock(), command=command, grace=0.5)

    def pass_time(self) -> None:
        time.sleep(0.005)

    def close(self) -> None:
        pool = self.open()
        for run in pool.list().jobs:
            pool.cancel(run)
        deadline = time.monotonic() + PATIENCE
        while any((self._folder / "leaving").glob("*")) and time.monotonic() < deadline:
            pool.settle()
            self.pass_time()


class RayPoolBench:
    """A cluster of Ray, which many benches share: each is an owner of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self.environ: dict[str, str] = {}
        self.options: dict[str, Any] = {
            "address": address,
            "owner": f"bench-{uuid.uuid4().hex[:8]}",
            "python": sys.executable,
            "command": [sys.executable, "-I", "-S", str(SHORT_JOB)],
            "grace": "500ms",
            "poll": "50ms",
        }

    def open(self) -> RayPool:
        return RayPool(self._folder / "pool with a space", WallClock(), environ=self.environ, **self.options)

    def pass_time(self) -> None:
        time.sleep(0.02)

    def close(self) -> None:
        pool = self.open()
        for run in pool.list().jobs:
            pool.cancel(run)
        deadline = time.monotonic() + PATIENCE
        while any(job.status == "RUNNING" for job in self.on_cluster()) and time.monotonic() < deadline:
            pool.settle()
            self.pass_time()

    def on_cluster(self) -> list[ClusterJob]:
        """Return this bench's jobs as the cluster lists them, cancelled ones too."""
        listed = JobsApi(self.options["address"]).list()
        return [job for job in listed if (job.metadata or {}).get(OWNER) == self.options["owner"]]


EMBEDDED: dict[str, Callable[[Path], PoolBench]] = {"memory": MemoryPoolBench, "local": LocalPoolBench}
"""Benches that need no server."""
