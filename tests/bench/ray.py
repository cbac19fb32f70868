"""ray_job_overhead_s: from a planned job to the first line of its runner, on a Ray cluster that is warm."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconciler.loop.daemon import TICK
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.plugins import installed
from reconciler.ports.pool import JobOrder, RunnerPool
from reconciler.providers.pools.ray.jobs_api import JobsApi
from reconciler.wiring import SystemClock, provider
from tests.bench.figure import Figure
from tests.servers.ray import RayCluster

SHARED = Address("pools/shared")
PATIENCE = 120.0


def measure(quick: bool) -> Iterator[Figure]:
    """Measure it; the floor beside it is what Ray takes for a job that only says when it began."""
    from reconciler.model.environment import ProviderChoice

    times = 3 if quick else 10
    cluster = RayCluster({"num-cpus": 4, "memory": 2**34})
    try:
        cluster.start()
        with tempfile.TemporaryDirectory() as folder:
            pool = provider("pool", ProviderChoice(provider="ray"), installed())(
                Path(folder) / "pool", SystemClock(), address=cluster.address, python=sys.executable
            )
            pool.configure(SHARED, Pool())
            _job(pool, Path(folder), 0)
            found = [_job(pool, Path(folder), number) for number in range(1, times + 1)]
            floor = statistics.median(_floor(cluster, Path(folder), number) for number in range(times))
    finally:
        cluster.close()
    beside = f"{times} jobs; floor (Ray alone) {floor:.2f} s"
    yield Figure("ray_job_overhead_s", statistics.median(found), "s", "<= 3", beside)


def _job(pool: RunnerPool, folder: Path, number: int) -> float:
    """Order a job as a pass does, let the pool live by the daemon's ticks; return what it took until its runner ran.

    There is no runner of this name, which the harness says in `error.json` the moment that it would have begun.
    """
    run = RunName(f"experiments/bench/{number:012x}")
    output = folder / f"output{number}"
    request = {"run": run, "runner": "none", "output": output.as_uri()}
    began = time.time()
    pool.submit(JobOrder(run, SHARED, "default", Resources(), 60.0, request))
    while not (output / "error.json").exists():
        assert time.time() < began + PATIENCE, pool.logs(run)
        pool.settle()
        time.sleep(TICK)
    ran = (output / "error.json").stat().st_mtime
    pool.cancel(run)
    return ran - began


def _floor(cluster: RayCluster, folder: Path, number: int) -> float:
    file = folder / f"floor{number}"
    began = time.time()
    asked = {"submission_id": f"floor-{number}", "entrypoint": f"exec touch {file}", "entrypoint_num_cpus": 1}
    JobsApi(cluster.address).submit(asked)
    while not file.exists():
        assert time.time() < began + PATIENCE, cluster.address
        time.sleep(0.01)
    return file.stat().st_mtime - began
