"""start_s, trial_overhead_s: from a process's start to its first plan, and from a planned job to a running one."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconciler.git.init import begin
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState
from reconciler.plugins import installed
from reconciler.ports.pool import JobOrder
from reconciler.wiring import SystemClock, provider
from tests.bench.figure import Figure
from tests.bench.ground import specs

ROOT = Path(__file__).parents[2]


def measure(quick: bool) -> Iterator[Figure]:
    """Measure both."""
    yield _start(2 if quick else 5)
    yield _overhead(3 if quick else 10)


def _start(times: int) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "repository"
        for path, text in specs(101).items():
            file = place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        subprocess.run(["git", "init", "-q", "-b", "main", str(place)], check=True)
        for line in ("user.name", "user.email"):
            subprocess.run(["git", "-C", str(place), "config", line, "bench"], check=True)
        begin(place, "Begin", ["."])
        line = [sys.executable, "-m", "reconciler", "plan", "--json", "-C", str(place), "-e", "dev", "--home", folder]
        found = []
        for _ in range(times):
            began = time.perf_counter()
            done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
            found.append(time.perf_counter() - began)
        count = len(json.loads(done.stdout)["resources"])
    floor = _floor([sys.executable, "-c", "import git, hydra, pydantic"])
    return Figure(
        "start_s", statistics.median(found), "s", "<= 1.5", f"{count} resources; floor (imports) {floor:.2f} s"
    )


def _floor(line: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(line, check=True)
    return time.perf_counter() - began


def _overhead(times: int) -> Figure:
    from reconciler.model.environment import ProviderChoice

    pool_address = Address("pools/shared")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        pool = provider("pool", ProviderChoice(provider="local"), installed())(Path(folder), SystemClock())
        pool.configure(pool_address, Pool())
        for number in range(times):
            run = RunName(f"experiments/bench/{number:012x}")
            began = time.perf_counter()
            pool.submit(JobOrder(run, pool_address, "default", Resources(), 60.0, {"run": run, "runner": "none"}))
            while pool.list().jobs[run].state is JobState.WAITING:
                pool.settle()
            found.append(time.perf_counter() - began)
            while pool.list().jobs[run].state is JobState.RUNNING:
                pool.settle()
                time.sleep(0.01)
    return Figure("trial_overhead_s", statistics.median(found), "s", "<= 0.5", f"{times} jobs")
