"""Jobs on a real Ray cluster of two nodes: what they find there, what they leave, and how they end."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.pools import PATIENCE, SHARED, order, started
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.model.observed import Job, JobState, PoolListing
from reconciler.providers.pools.ray import RayPool
from reconciler.providers.pools.ray.records import LOST
from tests.conformance.pools import RayPoolBench
from tests.engines.training import kill_rank_1, learns_alike_on_two_nodes, losses, training
from tests.servers.ray import KEY, PASSWORD, SECRET, RayCluster, needs_ray
from tests.unit.runners.train.conftest import album, torch

pytestmark = [
    pytest.mark.servers,
    pytest.mark.slow,
    pytest.mark.timing,
    pytest.mark.xdist_group("ray"),
    pytest.mark.timeout(600),
]
__all__ = ["album", "torch"]
RUN = RunName("experiments/employment/0123456789ab")
"""Those of Kubernetes take the other turn: their names sort the other way round."""
LARGE = Pool(capacity=Capacity(cpus=16, memory=64 * 2**30, gpus=8))


@pytest.fixture
def bench(ray_cluster: RayCluster, tmp_path: Path) -> Iterator[RayPoolBench]:
    bench = RayPoolBench(tmp_path, ray_cluster.address)
    bench.options["poll"] = "200ms"
    yield bench
    bench.close()


@pytest.fixture
def pool(bench: RayPoolBench) -> RayPool:
    pool = bench.open()
    pool.configure(SHARED, LARGE)
    return pool


def wait_for(pool: RayPool, until: Callable[[PoolListing], bool], patience: float = 2 * PATIENCE) -> PoolListing:
    """Let a pool live until a listing is as it should be; return it."""
    deadline = time.monotonic() + patience
    while not until(listing := pool.list()):
        assert time.monotonic() < deadline, f"{listing.jobs}\n{[pool.logs(run) for run in listing.jobs]}"
        pool.settle()
        time.sleep(0.1)
    return listing


def finish(pool: RayPool, run: RunName = RUN, patience: float = 2 * PATIENCE) -> Job:
    """Let a pool live until a job has ended."""
    active = (JobState.WAITING, JobState.RUNNING)
    return wait_for(pool, lambda told: told.jobs[run].state not in active, patience).jobs[run]


def script(bench: RayPoolBench, path: Path, code: str) -> RayPool:
    """Return a pool whose jobs run some code, which finds the path of its request in sys.argv[1]."""
    path.write_text(code, "utf-8")
    bench.options["command"] = [sys.executable, str(path)]
    pool = bench.open()
    pool.configure(SHARED, LARGE)
    return pool


def test_a_secret_of_the_nodes_reaches_the_job_and_nothing_else(
    bench: RayPoolBench, pool: RayPool, ray_cluster: RayCluster, tmp_path: Path
) -> None:
    pool.submit(order(RUN, tells=[SECRET], params={"url": "${secret:WAREHOUSE}", "query": "select '$HOME'"}))
    finish(pool)
    assert pool.logs(RUN) == f"{SECRET}={PASSWORD}\n"
    told = [json.dumps([job for job in json.loads(ray_cluster.get("/api/jobs/")) if job["metadata"]])]
    told += [path.read_text() for path in tmp_path.rglob("*.json")]
    assert "${secret:WAREHOUSE}" in "".join(told)
    without_logs = json.loads(told[0])
    assert PASSWORD not in json.dumps([{**job, "message": ""} for job in without_logs])
    assert PASSWORD not in "".join(told[1:])


def test_a_secret_of_one_job_reaches_it_sealed(bench: RayPoolBench, ray_cluster: RayCluster, tmp_path: Path) -> None:
    bench.options["seal"], bench.environ = "${secret:SEAL}", KEY
    pool = bench.open()
    pool.configure(SHARED, LARGE)
    names = ["FSSPEC_TOKEN", *KEY]
    for run, nodes in ((RUN, 1), (RunName("experiments/gang/0123456789ab"), 2)):
        pool.submit(replace(order(run, tells=names, nodes=nodes), secrets={"FSSPEC_TOKEN": "for this job alone"}))
        job = finish(pool, run)
        assert job.state is JobState.SUCCEEDED, pool.logs(run)
        assert pool.logs(run).count("FSSPEC_TOKEN=for this job alone\n") == nodes
        assert pool.logs(run).count("SETPOINT_SECRET_SEAL=None\n") == nodes
    told = [json.dumps({**job, "message": ""}) for job in json.loads(ray_cluster.get("/api/jobs/"))]
    told += [path.read_text() for path in tmp_path.rglob("*.json")]
    assert "SETPOINT_SEALED" in "".join(told)
    assert "for this job alone" not in "".join(told)
    assert KEY["SETPOINT_SECRET_SEAL"] not in "".join(told)


def test_a_job_reads_its_request_as_it_was_ordered(bench: RayPoolBench, tmp_path: Path) -> None:
    pool = script(bench, tmp_path / "job.py", "import sys; print(open(sys.argv[1]).read())")
    small = {"query": "select '$HOME', '${PATH}', '${secret:X}', '\\u00e4\n'"}
    large = {f"column {number}": {"type": "integer", "minimum": number} for number in range(6_000)}
    other = RunName("datasets/large/0123456789ab")
    pool.submit(replace(order(RUN), request=small))
    pool.submit(replace(order(other), request=large))
    assert len(json.dumps(large)) > 250_000
    for run, request in ((RUN, small), (other, large)):
        assert finish(pool, run).state is JobState.SUCCEEDED
        assert json.loads(pool.logs(run)) == request


def test_jobs_get_devices_and_variables_of_their_own(bench: RayPoolBench, pool: RayPool) -> None:
    runs = [RunName(f"experiments/gpu/{number:012x}") for number in range(2)]
    for run in runs:
        pool.submit(
            order(run, tells=["CUDA_VISIBLE_DEVICES", "SETPOINT_RUN", "SETPOINT_GPUS"], gpus=4, never_ends=True)
        )
    wait_for(pool, lambda told: all(pool.logs(run).count("\n") == 3 for run in told.jobs))
    told = [dict(line.split("=") for line in pool.logs(run).splitlines()) for run in runs]
    devices = [set(each["CUDA_VISIBLE_DEVICES"].split(",")) for each in told]
    assert [len(each) for each in devices] == [4, 4]
    assert not devices[0] & devices[1]
    assert [each["SETPOINT_RUN"] for each in told] == runs


def test_two_teams_share_eight_gpus(pool: RayPool) -> None:
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=16, memory=2**36, gpus=8), teams={"risk": Share(weight=3)}))
    for number in range(8):
        for team in ("risk", "vision"):
            pool.submit(order(f"experiments/{team}/{number:012x}", team=team, gpus=1, cpus=1, never_ends=True))
    pool.settle()
    listing = wait_for(pool, lambda told: sum(job.state is JobState.RUNNING for job in told.jobs.values()) >= 8)
    running = [job.team for job in listing.jobs.values() if job.state is JobState.RUNNING]
    assert (running.count("risk"), running.count("vision")) == (6, 2)
    assert all("gpu" in job.reason for job in listing.jobs.values() if job.state is JobState.WAITING)


def test_a_job_that_no_node_has_room_for_says_so(bench: RayPoolBench, pool: RayPool) -> None:
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=100, memory=2**40, gpus=0)))
    pool.submit(order(RUN, cpus=50))
    listing = wait_for(pool, lambda told: "no node" in told.jobs[RUN].reason)
    assert "no node of the cluster has 50 cpus: the largest has 16 cpus" in listing.jobs[RUN].reason
    pool.cancel(RUN)
    assert pool.list().jobs == {}


def test_a_pool_s_jobs_go_to_nodes_with_what_it_names(bench: RayPoolBench) -> None:
    bench.options["resources"] = {SHARED: {"fast": 4}}
    pool = bench.open()
    pool.configure(SHARED, LARGE)
    runs = [RunName(f"experiments/fast/{number:012x}") for number in range(2)]
    for run in runs:
        pool.submit(order(run, never_ends=True))
    listing = wait_for(pool, lambda told: any(job.state is JobState.RUNNING for job in told.jobs.values()))
    assert sorted(job.state for job in listing.jobs.values()) == [JobState.RUNNING, JobState.WAITING]


def test_a_stopped_job_has_its_grace_and_leaves_nothing(bench: RayPoolBench, tmp_path: Path) -> None:
    bench.options["grace"] = "20s"
    pool = script(bench, tmp_path / "job.py", CAREFUL)
    pool.submit(replace(order(RUN), request={"folder": str(tmp_path)}))
    wait_for(pool, lambda _: (tmp_path / "child").exists())
    pool.cancel(RUN)
    assert RUN not in pool.list().jobs
    wait_for(pool, lambda _: (tmp_path / "saved").exists())
    child = Path("/proc") / (tmp_path / "child").read_text()
    wait_for(pool, lambda _: not child.exists() or b") Z " in (child / "stat").read_bytes())


CAREFUL = """
import json, signal, subprocess, sys, time
from pathlib import Path
folder = Path(json.load(open(sys.argv[1]))["folder"])
def leave(*_):
    time.sleep(4)
    (folder / "saved").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", deaf])
(folder / "part").write_text(str(child.pid))
(folder / "part").rename(folder / "child")
time.sleep(600)
"""
"""Takes longer to leave than Ray waits by itself, and has a child that is deaf to SIGTERM."""


def test_a_job_stopped_by_somebody_at_the_cluster_is_told_as_cancelled(
    bench: RayPoolBench, pool: RayPool, ray_cluster: RayCluster
) -> None:
    pool.submit(order(RUN, never_ends=True))
    wait_for(pool, started(RUN))
    ray_cluster.post(f"/api/jobs/{bench.on_cluster()[0].submission_id}/stop")
    job = finish(pool)
    assert (job.state, job.reason) == (JobState.CANCELLED, "stopped from outside")


def test_a_runtime_environment_that_can_t_be_made_is_told(bench: RayPoolBench) -> None:
    bench.options["runtime_env"] = {"working_dir": "/nowhere/at/all.zip"}
    pool = bench.open()
    pool.configure(SHARED, LARGE)
    pool.submit(order(RUN))
    job = finish(pool)
    assert (job.state, job.exit_code) == (JobState.FAILED, None)
    assert "/nowhere/at/all.zip" in job.reason + pool.logs(RUN)


def test_a_daemon_that_has_lost_its_folder_finds_its_jobs(bench: RayPoolBench, pool: RayPool, tmp_path: Path) -> None:
    told = tmp_path / "told"
    pool.submit(order(RUN, never_ends=True, appends_to=str(told)))
    wait_for(pool, lambda _: told.exists())
    shutil.rmtree(next(tmp_path.glob("pool*")))
    again = bench.open()
    assert again.list().jobs[RUN].state is JobState.RUNNING
    again.configure(SHARED, LARGE)
    again.submit(order(RUN, never_ends=True, appends_to=str(told)))
    for _ in range(5):
        again.settle()
    assert again.list().jobs[RUN].state is JobState.RUNNING
    assert told.read_text() == f"{RUN}#1\n"
    again.cancel(RUN)
    wait_for(again, lambda _: all(job.is_over for job in bench.on_cluster()))


@needs_ray
def test_a_cluster_that_was_restarted_runs_what_it_lost_once_more(tmp_path: Path) -> None:
    told = tmp_path / "told"
    cluster = RayCluster({"num-cpus": 4, "memory": 2**34})
    try:
        cluster.start()
        bench = RayPoolBench(tmp_path, cluster.address)
        pool = bench.open()
        pool.configure(SHARED, LARGE)
        done, runs = RunName("datasets/done/0123456789ab"), RunName("datasets/runs/0123456789ab")
        pool.submit(order(done, appends_to=str(told)))
        finish(pool, done)
        pool.settle()
        pool.submit(order(runs, appends_to=str(told), never_ends=True))
        wait_for(pool, lambda _: told.read_text().count("\n") == 2)
        cluster.stop()
        cluster.start()
        lost = wait_for(pool, lambda told: told.jobs[runs].state is JobState.FAILED).jobs
        assert (lost[runs].reason, lost[runs].attempt, lost[done].state) == (LOST, 1, JobState.SUCCEEDED)
        pool.submit(order(done, appends_to=str(told)))
        pool.submit(order(runs, appends_to=str(told), attempt=2))
        assert finish(pool, runs).state is JobState.SUCCEEDED
        assert told.read_text().splitlines() == [f"{done}#1", f"{runs}#1", f"{runs}#2"]
    finally:
        cluster.close()


def test_several_nodes_meet(bench: RayPoolBench, tmp_path: Path) -> None:
    bench.options["placement"] = "STRICT_SPREAD"
    pool = script(bench, tmp_path / "job.py", MEETING)
    pool.submit(order(RUN, nodes=2, cpus=2))
    job = finish(pool)
    log = pool.logs(RUN)
    assert (job.state, job.exit_code) == (JobState.SUCCEEDED, 0), log
    told: dict[str, Any] = {line[:3]: json.loads(line[4:]) for line in log.splitlines()}
    assert sorted(told) == ["[0]", "[1]"]
    assert {each["sum"] for each in told.values()} == {3}
    assert [told[f"[{rank}]"]["RANK"] for rank in (0, 1)] == ["0", "1"]
    assert {each["WORLD_SIZE"] for each in told.values()} == {"2"}
    assert {each["MASTER_ADDR"] for each in told.values()} <= {"127.0.0.2", "127.0.0.3"}
    assert len({each["node"] for each in told.values()}) == 2


MEETING = """
import json, os
import torch, torch.distributed as dist
dist.init_process_group("gloo")
value = torch.tensor([dist.get_rank() + 1])
dist.all_reduce(value)
told = {name: os.environ[name] for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")}
print(json.dumps({**told, "sum": int(value), "node": os.environ["RAY_RAYLET_PID"]}))
dist.destroy_process_group()
"""
"""A script as it is written for torchrun."""


def test_when_one_of_several_fails_the_others_are_stopped(bench: RayPoolBench, tmp_path: Path) -> None:
    code = "import os, sys, time; time.sleep(600) if os.environ['RANK'] == '0' else sys.exit(3)"
    pool = script(bench, tmp_path / "job.py", code)
    pool.submit(order(RUN, nodes=2))
    job = finish(pool)
    assert (job.state, job.exit_code) == (JobState.FAILED, 3)
    assert "the process of rank 1 failed (exit code 3): the others are stopped" in pool.logs(RUN)


def test_several_nodes_are_stopped_at_their_timeout(bench: RayPoolBench, tmp_path: Path) -> None:
    pool = script(bench, tmp_path / "job.py", "import time; time.sleep(600)")
    pool.submit(order(RUN, nodes=2, timeout=1.0))
    job = finish(pool)
    assert (job.state, job.reason) == (JobState.FAILED, "stopped at its timeout of 1s")


def test_several_nodes_are_freed_when_their_job_is_cancelled(bench: RayPoolBench, tmp_path: Path) -> None:
    pool = script(bench, tmp_path / "job.py", LASTING)
    pool.submit(order(RUN, nodes=2))
    files = [tmp_path / f"job.py{rank}" for rank in (0, 1)]
    wait_for(pool, lambda _: all(file.exists() and file.read_text() for file in files))
    pool.cancel(RUN)
    processes = [Path("/proc") / file.read_text() for file in files]
    wait_for(pool, lambda _: not any(process.exists() for process in processes))


LASTING = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[0] + os.environ["RANK"]).write_text(str(os.getpid()))
time.sleep(600)
"""


@pytest.mark.sweep
def test_a_network_learns_on_two_nodes_what_it_learns_on_one(
    bench: RayPoolBench, album: Path, tmp_path: Path, torch: object
) -> None:
    bench.options |= {"command": [sys.executable, "-m", "runners"], "placement": "STRICT_SPREAD", "grace": "5s"}
    pool = bench.open()
    pool.configure(SHARED, LARGE)
    learns_alike_on_two_nodes(pool, lambda run: finish(pool, run, PATIENCE * 5), album, tmp_path)


@pytest.mark.sweep
def test_a_training_on_two_nodes_that_was_killed_goes_on_from_its_checkpoint(
    bench: RayPoolBench, album: Path, tmp_path: Path, torch: object
) -> None:
    bench.options |= {"command": [sys.executable, "-m", "runners"], "placement": "STRICT_SPREAD", "grace": "5s"}
    pool = bench.open()
    pool.configure(SHARED, LARGE)
    output = tmp_path / "output"
    pool.submit(training(RUN, album, output, 2, epochs=300))
    wait_for(pool, lambda _: max(losses(pool.logs(RUN)), default=0) >= 3, PATIENCE * 5)
    kill_rank_1(RUN)
    job = finish(pool)
    assert (job.state, job.attempt) == (JobState.FAILED, 1)
    reached = max(losses(pool.logs(RUN)))
    pool.submit(training(RUN, album, output, 2, epochs=300, attempt=2))
    assert finish(pool, RUN, PATIENCE * 5).state is JobState.SUCCEEDED, pool.logs(RUN)
    assert "going on after epoch" in pool.logs(RUN)
    assert reached - 1 <= min(losses(pool.logs(RUN))) - 1 <= 299
    assert max(losses(pool.logs(RUN))) == 300
    assert (output / "result.json").exists()
