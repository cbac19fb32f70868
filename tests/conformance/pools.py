"""The pools that the suite of the port runs on, each with a way to let time pass."""

import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from reconciler.model.errors import Raced
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState, PoolListing
from reconciler.ports.pool import JobOrder, RunnerPool
from reconciler.providers.memory import MemoryPool, World
from reconciler.providers.memory.workers import Outcome
from reconciler.providers.pools.local import LocalPool
from reconciler.providers.pools.ray import RayPool
from reconciler.providers.pools.ray.jobs_api import ClusterJob, JobsApi
from reconciler.providers.pools.ray.submission import OWNER

SHARED = Address("pools/shared")
SHORT_JOB = Path(__file__).with_name("short_job.py")
ASKED = ("cpus", "memory", "gpus", "gpu_kind", "nodes")
PATIENCE = 60.0


class WallClock:
    """The system's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class PoolBench(Protocol):
    """A pool on state that outlives it."""

    def open(self) -> RunnerPool:
        """Return a provider on the state, as a daemon that has just started makes it."""

    def pass_time(self) -> None:
        """Let some time pass."""

    def close(self) -> None:
        """End whatever still runs."""


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


class Reborn:
    """A pool whose daemon is killed after every call: each call is made on a provider that has just been opened."""

    def __init__(self, open_: Callable[[], RunnerPool]) -> None:
        self._open = open_

    def list(self) -> PoolListing:
        return self._open().list()

    def configure(self, pool: Address, spec: Pool | None) -> None:
        self._open().configure(pool, spec)

    def submit(self, order: JobOrder) -> None:
        self._open().submit(order)

    def cancel(self, run: RunName) -> None:
        self._open().cancel(run)

    def logs(self, run: RunName) -> str:
        return self._open().logs(run)

    def settle(self) -> bool:
        return self._open().settle()


def order(run: str, *, team: str = "risk", timeout: float = 60.0, attempt: int = 1, **does: Any) -> JobOrder:
    """Order a job that does something; what it asks for and its `pool` may be told too."""
    asked = {name: does.pop(name) for name in ASKED if name in does}
    pool = Address(does.pop("pool", SHARED))
    return JobOrder(RunName(run), pool, team, Resources(**asked), timeout, does, attempt)


def wait_for(
    bench: PoolBench, pool: RunnerPool, until: Callable[[PoolListing], bool], what: str, patience: float = PATIENCE
) -> PoolListing:
    """Settle and let time pass until a listing is as it should be; return it."""
    deadline = time.monotonic() + patience
    while not until(listing := pool.list()):
        assert time.monotonic() < deadline, f"still not {what}: {listing.jobs}"
        pool.settle()
        if until(listing := pool.list()):
            break
        bench.pass_time()
        pool.settle()
    return listing


def submit(bench: PoolBench, pool: RunnerPool, what: JobOrder) -> None:
    """Submit a job whose name may still be taken: on a cluster a job that was cancelled takes its time to go."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            pool.submit(what)
            return
        except Raced:
            assert time.monotonic() < deadline, f"the name of {what.run} is still taken"
            bench.pass_time()


def started(run: str) -> Callable[[PoolListing], bool]:
    """Tell of a listing whether a job has started in it; a cluster takes its time for that."""
    return lambda told: told.jobs[RunName(run)].state is not JobState.WAITING


def ended(run: str) -> Callable[[PoolListing], bool]:
    """Tell of a listing whether a job has ended in it."""
    return lambda told: told.jobs[RunName(run)].state not in (JobState.WAITING, JobState.RUNNING)


EMBEDDED: dict[str, Callable[[Path], PoolBench]] = {"memory": MemoryPoolBench, "local": LocalPoolBench}
"""Benches that need no server."""
