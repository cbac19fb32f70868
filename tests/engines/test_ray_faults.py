"""Faults of a Ray cluster's dashboard: no job is taken for gone or made twice, and all is well when they end."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.conformance.pools import SHARED, ended, order, started, wait_for
from reconciler.model.errors import Unavailable
from reconciler.model.ids import RunName
from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.model.observed import JobState
from reconciler.providers.pools.ray import RayPool, cluster, settle
from tests.conformance.pools import RayPoolBench
from tests.servers.faults import BROKEN, Faults
from tests.servers.fixtures import group
from tests.servers.ray import RayCluster

pytestmark = [
    pytest.mark.servers,
    pytest.mark.slow,
    pytest.mark.timing,
    pytest.mark.xdist_group(group("ray", Path(__file__))),
    pytest.mark.timeout(300),
]
RUN = RunName("experiments/employment/0123456789ab")
LIST, SUBMIT = {"method": "GET", "path": r"/api/jobs/?$"}, {"method": "POST", "path": r"/api/jobs/?$"}


@pytest.fixture
def faults(ray_cluster: RayCluster) -> Iterator[Faults]:
    with Faults(ray_cluster.address) as faults:
        yield faults


@pytest.fixture
def bench(faults: Faults, tmp_path: Path) -> Iterator[RayPoolBench]:
    """Return a bench whose pool reaches the dashboard through the proxy."""
    bench = RayPoolBench(tmp_path, faults.url)
    bench.options["patience"] = "2s"
    yield bench
    faults.clear()
    bench.close()


@pytest.fixture
def pool(bench: RayPoolBench) -> RayPool:
    pool = bench.open()
    pool.configure(SHARED, Pool(capacity=Capacity(cpus=4, memory=16 * 2**30)))
    return pool


@pytest.mark.sweep
@pytest.mark.parametrize("broken", BROKEN)
def test_a_list_that_fails_is_no_list(bench: RayPoolBench, pool: RayPool, faults: Faults, broken: str) -> None:
    pool.submit(order(RUN, never_ends=True))
    before = wait_for(bench, pool, started(RUN), "started")
    faults.add(**LIST, **BROKEN[broken])
    if broken == "another document":
        assert pool.list().jobs[RUN].state is not JobState.SUCCEEDED, "an empty list is a list: the cluster lost all"
        return
    with pytest.raises(Unavailable) as first:
        pool.list()
    with pytest.raises(Unavailable) as second:
        bench.open().list()
    assert first.value.message == second.value.message, "a message that changes makes a hot loop"
    faults.clear()
    after = pool.list()
    assert (after.jobs, after.pools) == (before.jobs, before.pools)
    assert faults.count("DELETE") == 0


@pytest.mark.sweep
@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("reaches", [False, True])
def test_a_job_is_made_once_whatever_happens_to_the_answer(
    bench: RayPoolBench,
    pool: RayPool,
    faults: Faults,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    reaches: bool,
) -> None:
    monkeypatch.setattr(settle, "SET_ASIDE", 0.5)
    monkeypatch.setattr(cluster, "IDLE", 0.2)
    told = tmp_path / "told.txt"
    faults.add(**SUBMIT, times=2, **BROKEN[broken], reaches=reaches)
    pool.submit(order(RUN, appends_to=str(told)))
    deadline, is_over = time.monotonic() + 60, False
    while not is_over:
        assert time.monotonic() < deadline, pool.list().jobs
        bench.pass_time()
        with suppress(Unavailable):
            pool.settle()
            is_over = ended(RUN)(pool.list())
    assert told.exists(), pool.list().jobs
    assert told.read_text("utf-8") == f"{RUN}#1\n"
