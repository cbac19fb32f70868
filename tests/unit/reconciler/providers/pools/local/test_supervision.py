"""What becomes of jobs that were let in, when the one who let them in is gone, or their supervisors are."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reconciler.conformance.pools import SHORT_JOB
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.processes import kill
from reconciler.providers.pools.local.records import Admission, Record
from reconciler.providers.pools.local.store import Store
from reconciler.providers.pools.local.supervision import LOST, MARGIN, NEVER_CAME, Custody
from tests.unit.reconciler.providers.pools.local.seen import members

Wait = Callable[[Callable[[], object]], None]
pytestmark = pytest.mark.usefixtures("no_process_left")

RUN = RunName("experiments/e/0123456789ab")
COMMAND = (sys.executable, "-I", "-S", str(SHORT_JOB))


class HandClock:
    """The system's two times, which can be moved on: the wall clock's, and the monotonic one."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.later = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def ticks(self) -> float:
        return time.monotonic() + self.later


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "pool")
    yield store
    store.refresh()
    for _, record in (*store.jobs.items(), *store.leaving.items()):
        if record.process:
            kill(record.process)


@pytest.fixture
def custody(store: Store, clock: HandClock) -> Custody:
    return Custody(store, clock, COMMAND, os.environ, 0.5, ticks=clock.ticks)


def let_in(store: Store, **does: Any) -> Record:
    """Order a job and let it in, as a daemon does that is killed at the very next moment."""
    timeout = does.pop("timeout", 60.0)
    store.put_order(JobOrder(RUN, Address("pools/shared"), "risk", Resources(), timeout, does), 5.0)
    record = store.record(RUN)
    assert record
    admitted = store.put_admission(record, Admission(datetime.now(UTC).timestamp()))
    assert admitted
    return admitted


def now(store: Store) -> Record:
    store.refresh()
    record = store.record(RUN)
    assert record
    return record


def follow(store: Store, custody: Custody) -> Record:
    custody.reap()
    record = now(store)
    if record.state is JobState.RUNNING:
        custody.follow(record)
    return now(store)


def is_up(store: Store) -> bool:
    log = store.folder_of(RUN) / "1.log"
    return log.exists() and log.read_text().startswith("up")


def test_a_job_that_was_let_in_and_not_launched_is_launched(store: Store, custody: Custody, wait: Wait) -> None:
    let_in(store, code=4)
    wait(lambda: follow(store, custody).exit)
    assert now(store).as_job().exit_code == 4


def test_a_job_that_two_have_launched_runs_once(store: Store, clock: HandClock, tmp_path: Path, wait: Wait) -> None:
    let_in(store, appends_to=str(tmp_path / "ran"))
    daemons = [Custody(store, clock, COMMAND, os.environ, 0.5) for _ in range(3)]
    for daemon in daemons:
        daemon.follow(now(store))
    for daemon in daemons:
        wait(partial(_has_ended, store, daemon))
    assert (tmp_path / "ran").read_text() == f"{RUN}#1\n"


def test_a_running_job_is_adopted(store: Store, custody: Custody, clock: HandClock, wait: Wait) -> None:
    let_in(store, prints="up", never_ends=True)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    successor = Custody(Store(store.folder), clock, COMMAND, os.environ, 0.5)
    assert follow(store, successor).state is JobState.RUNNING
    assert now(store).process == follow(store, custody).process


def test_a_job_whose_processes_are_gone_has_failed(store: Store, custody: Custody, wait: Wait) -> None:
    let_in(store, prints="up", never_ends=True)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    process = now(store).process
    assert process
    kill(process)
    wait(lambda: follow(store, custody).exit)
    job = now(store).as_job()
    assert (job.state, job.exit_code, job.reason, job.lost) == (JobState.FAILED, None, LOST, True)


def test_a_job_without_its_supervisor_is_stopped_and_has_failed(store: Store, custody: Custody, wait: Wait) -> None:
    let_in(store, prints="up", never_ends=True)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    process = now(store).process
    assert process
    os.kill(process.pid, signal.SIGKILL)
    wait(lambda: follow(store, custody).exit)
    wait(lambda: not members(process.pid))
    assert now(store).as_job().reason == LOST


def test_after_a_restart_of_the_machine_its_jobs_have_failed(store: Store, custody: Custody) -> None:
    let_in(store)
    claim = {"pid": os.getpid(), "identity": "00000000-0000-0000-0000-000000000000:17"}
    (store.folder_of(RUN) / "1.claim.json").write_text(json.dumps(claim))
    assert follow(store, custody).as_job().reason == LOST


def test_a_supervisor_that_hangs_is_killed_when_its_time_is_long_over(
    store: Store, custody: Custody, clock: HandClock, wait: Wait
) -> None:
    let_in(store, prints="up", never_ends=True, timeout=5.0)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    process = now(store).process
    assert process
    os.kill(process.pid, signal.SIGSTOP)
    assert follow(store, custody).state is JobState.RUNNING
    clock.later = 5.0 + 0.5 + MARGIN + 1
    wait(lambda: follow(store, custody).exit)
    wait(lambda: not members(process.pid))


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2)])
def test_a_job_goes_on_when_the_clock_is_set(
    store: Store, custody: Custody, clock: HandClock, wait: Wait, jump: timedelta
) -> None:
    let_in(store, prints="up", never_ends=True, timeout=60.0)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    clock.ahead = jump
    for _ in range(3):
        assert follow(store, custody).state is JobState.RUNNING
    process = now(store).process
    assert process
    assert members(process.pid)


def test_a_supervisor_that_ends_before_its_claim_has_failed(store: Store, clock: HandClock, wait: Wait) -> None:
    custody = Custody(store, clock, COMMAND, {"PYTHONHOME": "/nowhere"}, 0.5)
    let_in(store)
    (store.folder_of(RUN) / "1.claim.json.0.part").write_text("")
    (store.folder_of(RUN) / "1.claim.json").symlink_to("nowhere")  # claims fail as if another had it, and none is there
    wait(lambda: follow(store, custody).exit)
    assert now(store).as_job().reason == NEVER_CAME
    assert not now(store).as_job().lost


def test_a_process_that_can_t_be_started_has_failed(
    store: Store, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    let_in(store)
    custody = Custody(store, clock, COMMAND, os.environ, 0.5)
    assert "could not be started: No such file" in follow(store, custody).as_job().reason


def test_a_cancelled_job_is_stopped_and_its_folder_removed(store: Store, custody: Custody, wait: Wait) -> None:
    let_in(store, prints="up", never_ends=True)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    process = now(store).process
    assert process
    store.put_aside(RUN)
    wait(lambda: _cleared(store, custody))
    assert not members(process.pid)


def test_a_cancelled_job_that_is_deaf_is_killed(store: Store, custody: Custody, wait: Wait) -> None:
    let_in(store, ignores_sigterm=True, prints="up", never_ends=True)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    store.put_aside(RUN)
    wait(lambda: _cleared(store, custody))


def test_a_cancelled_job_whose_supervisor_hangs_is_killed(
    store: Store, custody: Custody, clock: HandClock, wait: Wait
) -> None:
    let_in(store, prints="up", never_ends=True)
    custody.follow(now(store))
    wait(lambda: is_up(store))
    process = now(store).process
    assert process
    store.put_aside(RUN)
    os.kill(process.pid, signal.SIGSTOP)
    assert not _cleared(store, custody)
    clock.later = 0.5 + MARGIN + 1
    wait(lambda: _cleared(store, custody))
    wait(lambda: not members(process.pid))


def test_a_job_that_is_cancelled_while_it_is_launched_never_runs(
    store: Store, custody: Custody, tmp_path: Path, wait: Wait
) -> None:
    let_in(store, appends_to=str(tmp_path / "ran"), never_ends=True)
    custody.follow(now(store))
    store.put_aside(RUN)
    wait(lambda: _cleared(store, custody))
    wait(lambda: not custody._children or not any(_alive(pid) for pid in custody._children.values()))


def _has_ended(store: Store, custody: Custody) -> bool:
    return follow(store, custody).exit is not None


def _alive(pid: int) -> bool:
    return bool(pid) and bool(members(pid))


def _cleared(store: Store, custody: Custody) -> bool:
    custody.reap()
    store.refresh()
    for name in tuple(store.leaving.names()):
        custody.clear_out(name)
    return not list(store.leaving.names())
