"""lakefs_dataset_overhead_s, lakefs_noop_calls: what the loop adds to a job whose data lies in a real lakeFS."""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from reconciler.model.change import AcceptRun
from reconciler.model.ids import RunName
from reconciler.model.observed import Job
from tests.bench.figure import Figure
from tests.engines.lakefs_life import Life
from tests.servers.faults import Faults
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant

JOB = (sys.executable, "-I", "-S", str(Path(__file__).parents[1] / "engines/lakefs_job.py"))
SPEC = "source: {{files: {{url: 'memory://{name}.csv', format: csv}}}}\nresources: {{cpus: 500m, memory: 100Mi}}\n"


def measure(quick: bool) -> Iterator[Figure]:
    """Measure datasets one after another, then a pass over many with nothing to do."""
    with tempfile.TemporaryDirectory(prefix="setpoint-bench-") as place, _server(Path(place)) as server:
        yield _overhead(server, Path(place), 3 if quick else 10)
        yield _noop(server, Path(place), 20 if quick else 200)


@contextmanager
def _server(place: Path) -> Iterator[LakeFS]:
    server = LakeFS(place / "lakefs").start()
    try:
        yield server
    finally:
        server.stop()


def _overhead(server: LakeFS, place: Path, count: int) -> Figure:
    times = [_dataset(Life(Tenant(server).open, place / f"one-{n}", _specs(1), command=JOB)) for n in range(count)]
    beside = f"median of {count}, worst {max(times):.2f} s"
    return Figure("lakefs_dataset_overhead_s", statistics.median(times), "s", "<= 1", beside)


def _dataset(life: Life) -> float:
    """Return the seconds from the first pass to the merge, less those that the job's process took."""
    began = perf_counter()
    done = life.live(lambda done: any(isinstance(outcome.change, AcceptRun) for outcome in done.outcomes), "a merge")
    seconds = perf_counter() - began
    if wrong := [outcome.error for outcome in done.outcomes if outcome.error]:
        raise RuntimeError(f"the dataset wasn't merged: {wrong[0]}")
    (job,) = life.pool.list().jobs.values()
    return seconds - _own_time(life, job)


def _own_time(life: Life, job: Job) -> float:
    usage = life.pool.usage()[RunName(job.run)]
    return usage.seconds


def _noop(server: LakeFS, place: Path, count: int) -> Figure:
    with Faults(server.url) as counter:
        life = Life(Tenant(server, counter.url).open, place / "many", _specs(count), command=JOB)
        life.converge(*(f"datasets/d{number}" for number in range(count)), patience=600)
        before = counter.count()
        done = life.once()
        if done.outcomes:
            raise RuntimeError("a pass with nothing to do did something")
        calls = counter.count() - before
    return Figure("lakefs_noop_calls", calls, "calls", "<= 2", f"{count} datasets")


def _specs(count: int) -> dict[str, str]:
    names = [f"d{number}" for number in range(count)]
    return {f"specs/datasets/{name}.yaml": SPEC.format(name=name) for name in names}
