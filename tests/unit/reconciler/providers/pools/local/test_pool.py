"""What the local pool does beyond the port's suite: secrets, devices, logs, usage, purge, adoption, speed by counts."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.pools import SHARED, SHORT_JOB, order
from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.observed import JobState
from reconciler.ports.pool import LOG_LIMIT
from reconciler.providers.pools.local import LocalPool
from reconciler.providers.pools.local.records import Record

Wait = Callable[[Callable[[], object]], None]
pytestmark = pytest.mark.usefixtures("no_process_left")

RUN = RunName("experiments/e/0123456789ab")
COMMAND = (sys.executable, "-I", "-S", str(SHORT_JOB))


class HandClock:
    """The system's time, which can be moved on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def folder(tmp_path: Path, clock: HandClock) -> Iterator[Path]:
    yield tmp_path / "pool"
    pool = LocalPool(tmp_path / "pool", clock, command=COMMAND, grace=0.2)
    for run in pool.list().jobs:
        pool.cancel(run)


@pytest.fixture
def make(folder: Path, clock: HandClock) -> Callable[..., LocalPool]:
    def make(**options: Any) -> LocalPool:
        pool = LocalPool(folder, clock, command=COMMAND, grace=0.2, **options)
        pool.configure(SHARED, Pool(capacity=Capacity(cpus=2, gpus=2)))
        return pool

    return make


def ended(pool: LocalPool, *runs: str) -> Callable[[], bool]:
    def look() -> bool:
        pool.settle()
        jobs = pool.list().jobs
        return all(jobs[RunName(run)].state not in (JobState.WAITING, JobState.RUNNING) for run in runs or jobs)

    return look


def test_a_secret_reaches_the_job_and_nothing_else(make: Callable[..., LocalPool], folder: Path, wait: Wait) -> None:
    pool = make(environ={**os.environ, "SETPOINT_SECRET_TOKEN": "hunter-two"})
    pool.submit(order(RUN, params={"url": "${secret:TOKEN}"}, tells=["SETPOINT_SECRET_TOKEN"], never_ends=True))
    pool.settle()
    wait(lambda: "SETPOINT_SECRET_TOKEN=hunter-two" in pool.logs(RUN))
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "hunter-two" not in shown
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"]
    assert files
    holding = [path for path in files if b"hunter-two" in path.read_bytes()]
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in holding] == [("1.secrets.json", 0o600)]


def test_a_job_has_neither_others_secrets_nor_what_the_daemon_was_started_with(
    make: Callable[..., LocalPool], wait: Wait
) -> None:
    told = {"SETPOINT_SECRET_TOKEN": "hunter-two", "SETPOINT_SECRET_OTHER": "x", "AWS_KEY": "y", "PROFILE": "z"}
    pool = make(environ={**os.environ, **told}, inherit=["PROFILE"])
    tells = [*told, "PATH"]
    pool.submit(order(RUN, params={"url": "${secret:TOKEN}"}, tells=tells, never_ends=True))
    pool.settle()
    wait(lambda: "PROFILE=z" in pool.logs(RUN))
    log = pool.logs(RUN)
    assert "SETPOINT_SECRET_TOKEN=hunter-two" in log
    assert "SETPOINT_SECRET_OTHER=x" not in log
    assert "AWS_KEY=y" not in log
    pool.cancel(RUN)
    wait(lambda: pool.settle() or not list((folder / "leaving").iterdir()))


def test_a_job_is_told_what_it_has(make: Callable[..., LocalPool], wait: Wait) -> None:
    pool = make()
    pool.submit(order(RUN, gpus=1, cpus=2, tells=["CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "SETPOINT_CPUS"]))
    wait(ended(pool))
    assert pool.logs(RUN) == "CUDA_VISIBLE_DEVICES=0\nOMP_NUM_THREADS=2\nSETPOINT_CPUS=2\n"


def test_no_two_jobs_have_the_same_device(make: Callable[..., LocalPool], wait: Wait) -> None:
    pool = make()
    other = Address("pools/other")
    pool.configure(other, Pool(capacity=Capacity(cpus=2, gpus=1)))
    runs = [f"experiments/e/{number:012x}" for number in range(3)]
    for run, where in zip(runs, (SHARED, SHARED, other), strict=True):
        pool.submit(order(run, pool=where, gpus=1, tells=["CUDA_VISIBLE_DEVICES"], never_ends=True))
    pool.settle()
    wait(lambda: all(pool.logs(RunName(run)) for run in runs))
    assert sorted(pool.logs(RunName(run)) for run in runs) == [f"CUDA_VISIBLE_DEVICES={n}\n" for n in range(3)]


def test_a_job_waits_for_a_device_that_the_daemon_wasn_t_given(make: Callable[..., LocalPool], wait: Wait) -> None:
    pool = make(environ={**os.environ, "CUDA_VISIBLE_DEVICES": "5"})
    runs = [RunName(f"experiments/e/{number:012x}") for number in range(2)]
    for run in runs:
        pool.submit(order(run, gpus=1, tells=["CUDA_VISIBLE_DEVICES"]))
    pool.settle()
    waiting = pool.list().jobs[runs[1]]
    assert (waiting.state, waiting.reason.split()[:3]) == (JobState.WAITING, ["waits", "for", "gpus"])
    wait(ended(pool))
    assert {pool.logs(run) for run in runs} == {"CUDA_VISIBLE_DEVICES=5\n"}


def test_what_a_job_took_is_kept(make: Callable[..., LocalPool], wait: Wait) -> None:
    pool = make()
    pool.submit(order(RUN))
    assert pool.usage() == {}
    wait(ended(pool))
    usage = pool.usage()[RUN]
    assert 0 < usage.cpu_seconds < 20
    assert 2**20 < usage.peak_memory < 2**30
    assert 0 < usage.seconds < 20


def test_only_the_end_of_a_long_log_is_told(make: Callable[..., LocalPool], folder: Path, wait: Wait) -> None:
    pool = make()
    pool.submit(order(RUN, prints="line of a log\n" * (LOG_LIMIT // 10)))
    wait(ended(pool))
    text = pool.logs(RUN)
    assert LOG_LIMIT - 20 < len(text) <= LOG_LIMIT
    assert set(text.splitlines()) == {"line of a log"}
    assert pool.log_file(RUN).stat().st_size > LOG_LIMIT
    with pytest.raises(FileNotFoundError, match="no job jobs/other/1 is known"):
        pool.log_file(RunName("jobs/other/1"))


def test_records_of_success_are_dropped_in_time(make: Callable[..., LocalPool], clock: HandClock, wait: Wait) -> None:
    pool = make(keep=timedelta(hours=1))
    pool.submit(order("datasets/good/0", code=0))
    pool.submit(order("datasets/bad/0", code=1))
    wait(ended(pool))
    clock.ahead = timedelta(minutes=59)
    pool.settle()
    assert len(pool.list().jobs) == 2
    clock.ahead = timedelta(minutes=62)
    assert pool.settle()
    assert list(pool.list().jobs) == ["datasets/bad/0"]


def test_what_a_job_alone_may_know_is_in_one_file_of_its_owner(
    make: Callable[..., LocalPool], folder: Path, wait: Wait
) -> None:
    asked = replace(order(RUN, tells=["TOKEN", "SETPOINT_CREDENTIALS"]), secrets={"TOKEN": "hunter-two"})
    make().submit(asked)
    pool = make()
    wait(ended(pool))
    assert "TOKEN=hunter-two" in pool.logs(RUN)
    assert "SETPOINT_CREDENTIALS=TOKEN" in pool.logs(RUN), "by which what the job prints is scrubbed"
    assert "hunter" not in repr(asked)
    found = [path for path in folder.rglob("*.json") if "hunter-two" in path.read_text()]
    assert [(path.name, path.stat().st_mode & 0o777) for path in found] == [("1.secrets.json", 0o600)]
    pool.submit(replace(asked, attempt=2, secrets={"TOKEN": "anew"}))
    wait(ended(pool))
    assert "TOKEN=anew" in pool.logs(RUN)
    assert not list(folder.rglob("1.secrets.json"))


DAEMON = """
import os, signal, sys
from pathlib import Path
from reconciler.providers.pools.local import LocalPool
from reconciler.conformance.pools import SHARED, SHORT_JOB, order
from tests.conformance.pools import WallClock
from reconciler.model.kinds.pools import Capacity, Pool

pool = LocalPool(Path(sys.argv[1]), WallClock(), command=(sys.executable, "-I", "-S", str(SHORT_JOB)), grace=0.2)
pool.configure(SHARED, Pool(capacity=Capacity(cpus=2)))
for number in range(3):
    pool.submit(order(f"experiments/e/{number}", never_ends=number == 0, appends_to=sys.argv[2], prints="up"))
pool.settle()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_jobs_outlive_a_daemon_that_is_killed(folder: Path, clock: HandClock, tmp_path: Path, wait: Wait) -> None:
    ran = tmp_path / "ran"
    daemon = subprocess.run([sys.executable, "-c", DAEMON, str(folder), str(ran)], check=False, timeout=60)
    assert daemon.returncode == -signal.SIGKILL
    pool = LocalPool(folder, clock, command=COMMAND, grace=0.2)
    states = {run: job.state for run, job in pool.list().jobs.items()}
    assert states[RunName("experiments/e/0")] is JobState.RUNNING
    wait(ended(pool, "experiments/e/1", "experiments/e/2"))
    assert pool.list().jobs[RunName("experiments/e/0")].state is JobState.RUNNING
    wait(lambda: len(ran.read_text().split()) >= 3)  # the one that goes on may be the last to say that it runs
    assert sorted(ran.read_text().split()) == ["experiments/e/0#1", "experiments/e/1#1", "experiments/e/2#1"]
    pool.cancel(RunName("experiments/e/0"))
    wait(lambda: pool.settle() or not list((folder / "leaving").iterdir()))


def test_two_pools_on_one_folder_see_each_other(make: Callable[..., LocalPool], wait: Wait) -> None:
    one, two = make(), make()
    one.submit(order(RUN))
    assert RUN in two.list().jobs
    wait(ended(two))
    assert one.list() == two.list()
    two.cancel(RUN)
    assert one.list().jobs == {}


@pytest.mark.slow
def test_threads_may_use_one_pool(make: Callable[..., LocalPool], wait: Wait) -> None:
    pool = make()
    runs = [f"experiments/e/{number}" for number in range(40)]
    threads = [threading.Thread(target=pool.submit, args=(order(run),)) for run in runs]
    threads += [threading.Thread(target=pool.settle) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait(ended(pool))
    assert sorted(pool.list().jobs) == sorted(runs)
    assert {job.state for job in pool.list().jobs.values()} == {JobState.SUCCEEDED}


def test_a_folder_that_can_t_be_used_is_told(tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / "file").write_text("")
    pool = LocalPool(tmp_path / "file" / "pool", clock)
    with pytest.raises(Unavailable, match="Not a directory"):
        pool.submit(order(RUN))


def test_a_part_that_can_t_be_read_is_not_taken_for_absent(
    make: Callable[..., LocalPool], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make().submit(order(RUN))

    def fails(*_: object) -> bytes:
        raise OSError(errno.EIO, "the disk fails")

    with monkeypatch.context() as patch:
        patch.setattr("os.read", fails)
        with pytest.raises(Unavailable, match="the disk fails"):
            make().list()
    assert RUN in make().list().jobs


@pytest.mark.slow
def test_a_thousand_jobs_that_wait_are_read_once(
    make: Callable[..., LocalPool], monkeypatch: pytest.MonkeyPatch, wait: Wait
) -> None:
    pool = make()
    for number in range(1000):
        pool.submit(order(f"experiments/e{number % 10}/{number:012x}", team=f"team{number % 3}", never_ends=True))
    pool.settle()
    wait(lambda: len(list(pool._store.folder.glob("jobs/*/*.claim.json"))) == 2)
    wait(lambda: (pool.settle(), _all_settled(pool))[1])
    read: list[Path] = []
    reader = pool._store.jobs._read

    def counting(path: Path) -> Record | None:
        read.append(path)
        return reader(path)

    monkeypatch.setattr(pool._store.jobs, "_read", counting)
    listing = pool.list()
    assert not pool.settle()
    assert pool.list() is listing
    assert len(listing.jobs) == 1000
    assert read == []
    assert len({job.reason for job in listing.jobs.values()}) <= 4


def _all_settled(pool: LocalPool) -> bool:
    return all(is_settled for _, is_settled, _ in pool._store.jobs._entries.values())


def test_spans_may_be_told_as_specs_tell_them(folder: Path, clock: HandClock) -> None:
    pool = LocalPool(folder, clock, grace="500ms", keep="2d")
    assert (pool._custody._grace, pool._keep) == (0.5, 172_800.0)
    with pytest.raises(ValueError, match="expected a duration"):
        LocalPool(folder, clock, keep="soon")
