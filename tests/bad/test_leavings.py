"""Hostile leavings: whatever lies where the daemon reads, it reads it in bounds, and one run's poison is its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler import untrusted
from reconciler.loop.observe import Results, observe
from reconciler.model.errors import Refused, SetpointError
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import Controls, JobState
from reconciler.ports.pool import JobOrder
from reconciler.providers.data.git import GitData
from reconciler.providers.memory import World
from reconciler.providers.pools.local import LocalPool
from reconciler.providers.pools.local.records import Admission
from reconciler.providers.pools.local.store import Store
from reconciler.providers.pools.ray.json_folder import JsonFolder
from reconciler.providers.serving.local import processes
from reconciler.providers.serving.local.records import EndpointRecord
from reconciler.providers.serving.local.replicas import last_line
from reconciler.providers.serving.local.store import Store as EndpointStore
from reconciler.providers.serving.local.store import read_json
from tests.bad.leavings import LEAVINGS, leave, read_in_bounds
from tests.conformance.pools import WallClock
from tests.unit.reconciler import stage

POOL = Address("pools/shared")
GOOD, BAD = RunName("experiments/good/0123456789ab"), RunName("experiments/bad/0123456789ab")
RECORDS = ("order.json", "1.exit.json", "1.admitted.json", "1.claim.json", "1.secrets.json", "1.log")
READERS: Mapping[str, Callable[[Path], Any]] = {
    "a file": untrusted.read,
    "the end of a file": lambda path: untrusted.tail(path, 4096),
    "an object": untrusted.read_object,
    "a record of the endpoints": read_json,
    "a replica's lock": processes.is_alive,
    "a replica's process id": processes.pid_of,
    "a replica that ended": processes.bury,
    "a replica's log": last_line,
    "a json_folder of the Ray pool": lambda path: JsonFolder(path.parent, dict, dict).refresh(),
}

every_leaving = pytest.mark.parametrize("kind", LEAVINGS)


@pytest.mark.parametrize("reader", READERS)
@every_leaving
def test_every_reader_reads_in_bounds(kind: str, reader: str, tmp_path: Path) -> None:
    leave(kind, tmp_path / "told.json")
    read_in_bounds(lambda: READERS[reader](tmp_path / "told.json"))


@pytest.mark.parametrize("path", ["result.json", "error.json"])
@every_leaving
def test_what_a_run_leaves_stalls_that_run_alone(kind: str, path: str, tmp_path: Path) -> None:
    data = GitData(tmp_path / "data", "dev")
    for run in (GOOD, BAD):
        data.open(run)
    work = tmp_path / "data" / "work"
    (work / GOOD / "result.json").write_text(json.dumps({"accepted": True, "metrics": {"a": 0.5}}))
    leave(kind, work / BAD / path)
    engines = replace(stage.engines(World()), data=data, reader=data)
    actual = read_in_bounds(lambda: observe(engines, {}, Controls(), Results()))
    assert not isinstance(actual, Exception)
    assert actual.unread == {}
    assert actual.results[GOOD]["metrics"] == {"a": 0.5}
    assert not actual.results.get(BAD, {}).get("accepted")
    data.close()


@every_leaving
def test_what_lies_in_the_place_of_a_listed_file_stalls_that_run_alone(kind: str, tmp_path: Path) -> None:
    data = GitData(tmp_path / "data", "dev")
    work = tmp_path / "data" / "work"
    for run in (GOOD, BAD):
        data.open(run)
        told = {"accepted": True, "metrics": {"a": 0.5}, "files": {"model/model.onnx": "sha256:0", "plots/a": "x"}}
        (work / run / "result.json").write_text(json.dumps(told))
        (work / run / "model").mkdir()
        (work / run / "model" / "model.onnx").write_bytes(b"m")
    (work / GOOD / "plots").mkdir()
    (work / GOOD / "plots" / "a").write_bytes(b"p")
    leave(kind, work / BAD / "plots")
    engines = replace(stage.engines(World()), data=data, reader=data)
    actual = read_in_bounds(lambda: observe(engines, {}, Controls(), Results()))
    assert not isinstance(actual, Exception)
    assert actual.unread == {}
    assert actual.results[GOOD]["accepted"]
    assert "plots" in actual.results[BAD]["what"]
    assert not actual.results[BAD]["accepted"]
    data.close()


def test_a_way_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    data = GitData(tmp_path / "data", "dev")
    data.open(BAD)
    work = tmp_path / "data" / "work" / BAD
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "result.json").write_text("{}")
    (work / "inner").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        data.read(BAD, "inner/result.json")
    work.rename(tmp_path / "gone")
    work.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        data.read(BAD, "result.json")
    data.close()


def test_a_large_file_of_a_version_is_not_read(tmp_path: Path) -> None:
    data = GitData(tmp_path / "data", "dev")
    data.open(BAD)
    (tmp_path / "data" / "work" / BAD / "report.md").write_bytes(b"x" * (untrusted.LARGEST + 1))
    data.commit(BAD, {})
    data.merge(BAD)
    assert isinstance(read_in_bounds(lambda: data.read(BAD, "report.md")), Refused)
    data.close()


@pytest.fixture
def pool(tmp_path: Path) -> LocalPool:
    """Return a pool with two jobs that have ended."""
    store = Store(tmp_path / "pool")
    store.put_pool(POOL, Pool.model_validate({"capacity": {"cpus": 2}}))
    for run in (GOOD, BAD):
        store.put_order(JobOrder(run, POOL, "risk", Resources(), 60.0), 5.0)
        record = store.record(run)
        assert record
        admitted = store.put_admission(record, Admission(6.0, ()))
        assert admitted
        store.put_exit(admitted, 7.0, "", code=0)
    return LocalPool(tmp_path / "pool", WallClock(), command=("true",))


@pytest.mark.parametrize("name", RECORDS)
@every_leaving
def test_what_lies_in_a_job_s_folder_stalls_that_job_alone(
    kind: str, name: str, pool: LocalPool, tmp_path: Path
) -> None:
    leave(kind, Store(tmp_path / "pool").folder_of(BAD) / name)

    def act() -> Any:
        pool.settle()
        with_logs: Any = None
        try:
            with_logs = pool.logs(BAD)
        except (SetpointError, FileNotFoundError) as error:
            with_logs = error
        return pool.list(), with_logs

    listing, _ = read_in_bounds(act)
    assert listing.jobs[GOOD].state in (JobState.SUCCEEDED, JobState.FAILED)
    assert POOL in listing.pools


@every_leaving
def test_what_lies_in_a_pool_s_place_leaves_the_jobs_alone(kind: str, pool: LocalPool, tmp_path: Path) -> None:
    leave(kind, next((tmp_path / "pool" / "pools").iterdir()))
    listing = read_in_bounds(lambda: (pool.settle(), pool.list())[1])
    assert GOOD in listing.jobs


@every_leaving
def test_what_lies_in_an_endpoint_s_place_leaves_the_others_alone(kind: str, tmp_path: Path) -> None:
    store = EndpointStore(tmp_path)
    for name in ("good", "bad"):
        store.put(EndpointRecord(Address(f"deployments/{name}"), 1.0))
    bad = tmp_path / "endpoints" / "bad.json"
    bad.unlink()
    leave(kind, bad)
    read = read_in_bounds(lambda: (EndpointStore(tmp_path).endpoints(), EndpointStore(tmp_path).unread()))
    assert not isinstance(read, Exception)
    assert list(read[0]) == [Address("deployments/good")]
    assert list(read[1]) == ([Address("deployments/bad")] if bad.exists() or bad.is_symlink() else [])
