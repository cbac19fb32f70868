"""A daemon that dies at any touch of the disk leaves a folder from which the next one comes to the same end.

The daemon is a fork of the test that is ended, as by SIGKILL, just before its n-th writing touch of the disk; n goes on
until it gets through.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from reconciler.conformance.pools import SHARED, SHORT_JOB, order
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.observed import JobState, PoolListing
from reconciler.providers.pools.local import LocalPool
from tests.conformance.pools import WallClock

Wait = Callable[[Callable[[], object]], None]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]

RUN = RunName("experiments/e/0123456789ab")
TOUCHES = {"open", "os.link", "os.mkdir", "os.posix_spawn", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}
COMMAND = (sys.executable, "-I", "-S", str(SHORT_JOB))


def make(folder: Path) -> LocalPool:
    return LocalPool(folder, WallClock(), command=COMMAND, grace=0.2)


def dies_at(touch: int, work: Callable[[], object]) -> bool:
    """Do work in a fork that dies at its n-th touch of the disk; tell whether it died."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = [touch]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        is_reading = event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR)
        if event in TOUCHES and not is_reading:
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)

    sys.addaudithook(watch)
    work()
    os._exit(0)


def begin(folder: Path, ran: Path) -> None:
    """Do what a daemon does until a job runs."""
    pool = make(folder)
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=1)))
    pool.submit(order(RUN, appends_to=str(ran), code=1))
    pool.settle()


def again(folder: Path, ran: Path) -> None:
    """Do what a daemon does when a job has failed."""
    pool = make(folder)
    pool.settle()
    pool.submit(order(RUN, appends_to=str(ran), code=0, attempt=2))
    pool.settle()


def end(folder: Path) -> None:
    """Do what a daemon does when nobody asks for the job any more."""
    pool = make(folder)
    pool.cancel(RUN)
    pool.settle()


def is_up(pool: LocalPool) -> bool:
    pool.settle()
    return pool.logs(RUN) == "up"


def is_cleared(pool: LocalPool, folder: Path) -> bool:
    pool.settle()
    return not any((folder / "leaving").iterdir())


def finished(folder: Path) -> Callable[[], PoolListing | None]:
    pool = make(folder)

    def look() -> PoolListing | None:
        pool.settle()
        listing = pool.list()
        return listing if listing.jobs[RUN].state not in (JobState.WAITING, JobState.RUNNING) else None

    return look


def test_a_job_runs_once_wherever_its_daemon_dies(tmp_path: Path, wait: Wait) -> None:
    for touch in count(1):
        folder, ran = tmp_path / str(touch), tmp_path / f"{touch}.ran"
        died = dies_at(touch, partial(begin, folder, ran))
        begin(folder, ran)
        wait(finished(folder))
        job = make(folder).list().jobs[RUN]
        assert (job.state, job.exit_code, job.reason) == (JobState.FAILED, 1, "exit code 1"), touch
        assert ran.read_text() == f"{RUN}#1\n", touch
        if not died:
            break
    assert touch > 10


def test_a_second_attempt_runs_once_wherever_its_daemon_dies(tmp_path: Path, wait: Wait) -> None:
    for touch in count(1):
        folder, ran = tmp_path / str(touch), tmp_path / f"{touch}.ran"
        begin(folder, ran)
        wait(finished(folder))
        died = dies_at(touch, partial(again, folder, ran))
        again(folder, ran)
        wait(finished(folder))
        job = make(folder).list().jobs[RUN]
        assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2), touch
        assert ran.read_text() == f"{RUN}#1\n{RUN}#2\n", touch
        if not died:
            break
    assert touch > 10


def test_a_job_is_stopped_and_forgotten_wherever_its_daemon_dies(tmp_path: Path, wait: Wait) -> None:
    for touch in count(1):
        folder = tmp_path / str(touch)
        pool = make(folder)
        pool.configure(SHARED, Pool(capacity=Capacity(cpus=1)))
        pool.submit(order(RUN, never_ends=True, prints="up"))
        pool.settle()
        wait(partial(is_up, pool))
        died = dies_at(touch, partial(end, folder))
        end(folder)
        wait(partial(is_cleared, pool, folder))
        assert make(folder).list().jobs == {}, touch
        if not died:
            break
    assert touch > 5
