"""What a runner pool is tried on: state that outlives it, a way to let time pass, and orders of jobs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from reconciler.model.errors import Raced
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState, PoolListing
from reconciler.ports.pool import JobOrder, RunnerPool

SHARED = Address("pools/shared")
SHORT_JOB = Path(__file__).with_name("short_job.py")
ASKED = ("cpus", "memory", "gpus", "gpu_kind", "nodes")
PATIENCE = 60.0


class PoolBench(Protocol):
    """A pool on state that outlives it."""

    def open(self) -> RunnerPool:
        """Return a provider on the state, as a daemon that has just started makes it."""

    def pass_time(self) -> None:
        """Let some time pass."""

    def close(self) -> None:
        """End whatever still runs."""


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
