"""The pool's folder: files that are there whole or not at all."""

import errno
import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Capacity, Pool, Share
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import JobState
from reconciler.ports.pool import JobOrder
from reconciler.providers.pools.local.records import Admission
from reconciler.providers.pools.local.store import Configured, Store, read_record

RUN = RunName("experiments/e/0123456789ab")
SHARED = Address("pools/shared")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "pool")


def order(run: RunName = RUN, attempt: int = 1, **request: Any) -> JobOrder:
    return JobOrder(run, SHARED, "risk", Resources(), 60.0, request, attempt)


def test_an_order_is_kept(store: Store) -> None:
    store.put_order(order(), 5.0)
    for again in (store, Store(store.folder)):
        again.refresh()
        record = again.record(RUN)
        assert record
        assert (record.run, record.submitted, record.state) == (RUN, 5.0, JobState.WAITING)


def test_a_request_is_written_as_json(store: Store) -> None:
    store.put_order(order(params=MappingProxyType({"a": (1, 2), "b": frozenset({3})})), 5.0)
    told = json.loads((store.folder_of(RUN) / "1.request.json").read_bytes())
    assert told == {"params": {"a": [1, 2], "b": [3]}}


def test_what_json_has_no_word_for_is_told(store: Store) -> None:
    with pytest.raises(TypeError, match="which JSON has no word for"):
        store.put_order(order(params=Path("x")), 5.0)


def test_an_attempt_goes_through_its_files(store: Store) -> None:
    store.put_order(order(), 5.0)
    record = store.record(RUN)
    assert record
    admitted = store.put_admission(record, Admission(6.0, ("0", "1")))
    assert admitted
    assert admitted.admission == Admission(6.0, ("0", "1"))
    ended = store.put_exit(admitted, 7.0, "the process is gone")
    assert ended
    assert (ended.state, ended.as_job().reason) == (JobState.FAILED, "the process is gone")


def test_the_first_admission_and_the_first_end_stand(store: Store) -> None:
    store.put_order(order(), 5.0)
    record = store.record(RUN)
    assert record
    store.put_admission(record, Admission(6.0, ("0",)))
    store.put_admission(record, Admission(9.0, ("1",)))
    store.put_exit(record, 7.0, "first")
    store.put_exit(record, 8.0, "second")
    found = read_record(store.folder_of(RUN))
    assert found
    assert found.admission == Admission(6.0, ("0",))
    assert found.exit
    assert found.exit.message == "first"


def test_a_new_attempt_starts_with_nothing(store: Store) -> None:
    store.put_order(order(), 5.0)
    first = store.record(RUN)
    assert first
    store.put_admission(first, Admission(6.0))
    store.put_exit(first, 7.0, "gone")
    (store.folder_of(RUN) / "1.work").mkdir()
    (store.folder_of(RUN) / "1.work" / "core").write_text("big")
    store.put_order(order(attempt=2), 8.0)
    second = store.record(RUN)
    assert second
    assert (second.order.attempt, second.submitted, second.state) == (2, 8.0, JobState.WAITING)
    assert sorted(path.name for path in store.folder_of(RUN).iterdir()) == ["2.request.json", "order.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"run": "x"}', "\0\0\0\0"])
def test_half_an_order_is_no_job_and_can_be_ordered_anew(store: Store, text: str) -> None:
    folder = store.folder_of(RUN)
    folder.mkdir(parents=True)
    (folder / "order.json").write_text(text)
    (folder / "1.exit.json").write_text('{"ended": 5, "code": 0}')
    store.refresh()
    assert store.record(RUN) is None
    store.put_order(order(), 5.0)
    record = store.record(RUN)
    assert record
    assert record.state is JobState.WAITING


def test_a_file_that_is_there_and_can_t_be_read_is_not_absent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put_order(order(), 5.0)
    (store.folder_of(RUN) / "1.exit.json").write_text("{}")
    monkeypatch.setattr("os.read", fails)
    with pytest.raises(OSError, match="the disk fails"):
        store.jobs.refresh_one(store.folder_of(RUN).name)


def fails(*_: object) -> bytes:
    raise OSError(errno.EIO, "the disk fails")


def test_an_end_that_is_no_file_is_a_failure(store: Store) -> None:
    store.put_order(order(), 5.0)
    (store.folder_of(RUN) / "1.exit.json").mkdir()
    store.refresh()
    record = store.record(RUN)
    assert record
    assert record.as_job().reason == "1.exit.json is a folder"


def test_a_stray_file_is_no_job(store: Store) -> None:
    store.put_order(order(), 5.0)
    (store.folder / "jobs" / "README").write_text("not a job")
    (store.folder / "pools").mkdir()
    (store.folder / "pools" / "notes.txt").write_text("not a pool")
    store.refresh()
    assert [record.run for _, record in store.jobs.items()] == [RUN]
    assert list(store.pools.items()) == []


def test_a_job_is_put_aside_and_removed(store: Store) -> None:
    store.put_order(order(), 5.0)
    aside = store.put_aside(RUN)
    assert aside
    assert store.record(RUN) is None
    [(name, leaving)] = store.leaving.items()
    assert leaving.run == RUN
    store.put_order(order(), 6.0)
    assert store.put_aside(RUN)
    assert len(list(store.leaving.items())) == 2
    store.remove(name)
    assert len(list(store.leaving.items())) == 1
    assert len(list((store.folder / "leaving").iterdir())) == 1


def test_nobody_is_put_aside(store: Store) -> None:
    assert store.put_aside(RUN) is None


def test_pools_are_kept_with_the_fields_that_were_set(store: Store) -> None:
    spec = Pool(capacity=Capacity(cpus=4), teams={"risk": Share(limit=Capacity(gpus=1))})
    store.put_pool(SHARED, spec)
    again = Store(store.folder)
    again.refresh()
    [(_, known)] = again.pools.items()
    assert known == Configured(SHARED, spec)
    limit = known.spec.teams["risk"].limit
    assert limit
    assert limit.model_fields_set == {"gpus"}
    store.put_pool(SHARED, spec, leaving=True)
    again.refresh()
    assert [known.leaving for _, known in again.pools.items()] == [True]
    store.remove_pool(SHARED)
    store.remove_pool(SHARED)
    again.refresh()
    assert list(again.pools.items()) == []


def test_the_version_rises_with_every_change(store: Store) -> None:
    seen = [store.version]
    changes: list[Callable[[], object]] = [
        lambda: store.put_order(order(), 5.0),
        lambda: store.put_pool(SHARED, Pool()),
        lambda: store.put_aside(RUN),
        lambda: store.remove_pool(SHARED),
    ]
    for change in changes:
        change()
        seen.append(store.version)
    assert seen == sorted(set(seen))


def test_two_who_write_take_turns(store: Store) -> None:
    import fcntl

    with store.locked(), (store.folder / "lock").open("a") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (store.folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
