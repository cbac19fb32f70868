"""Jobs as copies of a warm process, from the pool's side: what may be one, and what becomes of one that isn't begun."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local import supervision
from reconciler.providers.pools.local.pool import RUNNERS, LocalPool
from reconciler.providers.pools.local.processes import is_alive, kill
from reconciler.providers.pools.local.records import Admission, Process, Record
from reconciler.providers.pools.local.store import Store
from reconciler.providers.pools.local.supervision import PATIENCE, Custody
from reconciler.providers.pools.local.supervisor import identity
from reconciler.providers.pools.local.warm import FAILURES, WarmProcess
from runners.contract.exits import DEFECT

Wait = Callable[[Callable[[], object]], None]
pytestmark = [
    pytest.mark.usefixtures("no_process_left"),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone"),
]
RUN = RunName("deployments/e/0123456789ab")


class Ahead:
    """The system's times; the monotonic one can be moved on."""

    later = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def ticks(self) -> float:
        return self.later


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "pool")
    yield store
    store.refresh()
    for _, record in tuple(store.jobs.items()):
        if record.process:
            kill(record.process)


@pytest.fixture
def clock() -> Ahead:
    return Ahead()


def custody_of(store: Store, clock: Ahead, warm: WarmProcess) -> Custody:
    return Custody(store, clock, RUNNERS, os.environ, 0.5, warm=warm, ticks=clock.ticks)


def let_in(store: Store, runner: str = "smoke") -> Record:
    """Let a job in that fails at once, as its request lacks all."""
    output = f"file://{store.folder}/out"
    request = {"format": 1, "run": RUN, "runner": runner, "output": output}
    store.put_order(JobOrder(RUN, Address("pools/shared"), "risk", Resources(), 60.0, request), 5.0)
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


def has_ended(store: Store, custody: Custody) -> bool:
    custody.reap()
    if (record := now(store)).state is JobState.RUNNING:
        custody.follow(record)
    return now(store).exit is not None


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_job_of_ours_is_a_copy_with_a_session_of_its_own(store: Store, clock: Ahead, wait: Wait) -> None:
    warm = WarmProcess(os.environ)
    custody = custody_of(store, clock, warm)
    custody.follow(let_in(store))
    asked = store.asked(now(store).order)
    assert asked
    assert is_alive(asked)
    wait(lambda: has_ended(store, custody))
    record = now(store)
    assert record.exit
    assert (record.exit.code, record.exit.why) == (DEFECT, "")
    assert record.process
    assert record.process.pid != asked.pid
    assert "KeyError: 'name'" in (store.folder_of(RUN) / "1.log").read_text()
    assert record.exit.usage
    assert os.getsid(asked.pid) == asked.pid


def test_what_may_be_a_copy() -> None:
    warm = WarmProcess(os.environ)
    assert warm.takes("tabular", Resources())
    assert not any(warm.takes(runner, Resources()) for runner in ("command", "torch-images", "of-a-package", ""))
    assert not warm.takes("tabular", Resources(cpus=2))
    assert not warm.takes("tabular", Resources(gpus=1))
    assert not warm.takes("tabular", Resources(nodes=2))


def test_only_a_pool_whose_jobs_are_our_runners_has_a_warm_process(tmp_path: Path, clock: Ahead) -> None:
    def has_one(**options: Any) -> bool:
        return LocalPool(tmp_path / "pool", clock, **options)._custody._warm is not None

    assert has_one()
    assert not has_one(warm=False)
    assert not has_one(command=("python", "-m", "runners"))


def test_one_that_is_not_begun_is_started_as_any_other(store: Store, clock: Ahead, wait: Wait) -> None:
    warm = WarmProcess(os.environ)
    custody = custody_of(store, clock, warm)
    record = let_in(store)
    process = warm.start("smoke", launch_nothing(store))
    assert process
    os.kill(process.pid, signal.SIGSTOP)
    custody.follow(record)
    custody.follow(now(store))
    assert not now(store).process
    clock.later = PATIENCE + 1
    wait(lambda: has_ended(store, custody))
    assert not is_alive(process)
    assert now(store).exit


def test_a_process_that_has_ended_is_not_waited_for(store: Store, clock: Ahead, wait: Wait) -> None:
    warm = WarmProcess(os.environ)
    custody = custody_of(store, clock, warm)
    custody.follow(let_in(store))
    asked = store.asked(now(store).order)
    assert asked
    os.kill(asked.pid, signal.SIGKILL)
    wait(lambda: has_ended(store, custody))


def test_after_some_failures_no_other_is_started(store: Store) -> None:
    warm = WarmProcess(os.environ)
    for _ in range(FAILURES):
        assert warm.takes("smoke", Resources())
        process = warm.start("smoke", launch_nothing(store))
        assert process
        warm.failed(process)
    assert not warm.takes("smoke", Resources())


def test_what_another_daemon_asked_for_is_waited_for(store: Store, clock: Ahead) -> None:
    custody = custody_of(store, clock, WarmProcess(os.environ))
    record = let_in(store)
    store.put_asked(record.order, Process(os.getpid(), identity(os.getpid())))
    custody.follow(record)
    assert not (store.folder_of(RUN) / "1.log").exists()


def test_what_a_daemon_asked_for_that_is_gone_is_started(store: Store, clock: Ahead, wait: Wait) -> None:
    custody = custody_of(store, clock, WarmProcess(os.environ))
    record = let_in(store)
    store.put_asked(record.order, Process(os.getpid(), "00000000-0000-0000-0000-000000000000:17"))
    wait(lambda: has_ended(store, custody))
    assert now(store).exit


def test_an_order_that_can_t_be_read_here_is_no_copy(store: Store) -> None:
    record = let_in(store)
    assert store.runner_of(record.order) == "smoke"
    request = store.folder_of(RUN) / "1.request.json"
    request.unlink()
    os.mkfifo(request)
    assert not store.runner_of(record.order)
    asked = store.folder_of(RUN) / "1.asked.json"
    asked.write_text(json.dumps({"pid": "odd"}))
    assert store.asked(record.order) is None
    assert supervision.PATIENCE > 0


def launch_nothing(store: Store) -> supervision.Launch:
    """Return a launch that comes to nothing: its folder isn't there."""
    return supervision.Launch(store.folder / "nowhere", 1, (60.0, 0.5), RUNNERS, {})
