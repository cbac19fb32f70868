"""A lakeFS that fails in every way: the rest goes on, nothing is deleted, nothing is made twice, and all ends well."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.decision import Phase
from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address, RunName
from reconciler.providers.data.lakefs import LakeFSData, server
from tests.engines.lakefs_life import Life
from tests.servers.faults import BROKEN, Faults
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant

pytestmark = pytest.mark.timing
LOANS, SHARED = Address("datasets/loans"), Address("pools/shared")
SPECS = {"specs/datasets/loans.yaml": "source: {files: {url: 'memory://loans.csv', format: csv}}\n"}
JOB = (sys.executable, "-I", "-S", str(Path(__file__).with_name("lakefs_job.py")))
TIMEOUT = 2.0
OURS = r"^(?!.*/objects\?path=)"
"""The paths of the daemon's calls: a job only writes objects, and the daemon never does."""
WRITES = "POST|PUT|DELETE"

FAULTS: Mapping[str, Mapping[str, Any]] = {**BROKEN, "409": {"status": 409}}


@pytest.fixture
def faults(lakefs: LakeFS) -> Iterator[Faults]:
    with Faults(lakefs.url) as faults:
        yield faults


@pytest.fixture
def tenant(lakefs: LakeFS, faults: Faults) -> Tenant:
    return Tenant(lakefs, faults.url, TIMEOUT)


@pytest.fixture
def life(tenant: Tenant, tmp_path: Path) -> Life:
    return Life(tenant.open, tmp_path, SPECS, command=JOB)


def made_once(life: Life, tenant: Tenant) -> None:
    """Hold what the server has against what was asked for: one run, one merge, one version, and nothing left."""
    (run,) = tenant.open().list().versions
    spare = RunName("datasets/other/0")
    life.data.open(spare)  # what could not be cleared away is, with the next run that is opened
    life.data.drop(spare)
    assert set(tenant.tree("dev")) == {f"{LOANS}/data.csv", f"{LOANS}/result.json"}
    assert tenant.branches() == {"main", "dev"}
    tags = tenant.ask("GET", "/tags").json()["results"]
    assert len(tags) == 2, "the root's and the version's"
    (job,) = life.pool.list().jobs.values()
    assert (job.run, job.attempt) == (run, 1)
    history = tenant.ask("GET", "/refs/dev/commits", params={"amount": 100}).json()["results"]
    assert sum(one["metadata"].get("run") == run and len(one["parents"]) > 1 for one in history) == 1


@pytest.mark.sweep
@pytest.mark.parametrize("kind", FAULTS)
def test_it_is_told_and_ends_well(kind: str, life: Life, tenant: Tenant, faults: Faults) -> None:
    faults.add(path=OURS, **FAULTS[kind])
    done = life.live(lambda done: done.plan.decisions[SHARED].phase is Phase.READY, "the pool to go on")
    assert faults.url in done.actual.unread["data"]
    assert not [change for decision in done.plan.decisions.values() for change in decision.changes]
    again = life.once()
    assert again.actual.unread == done.actual.unread, "a message differs from look to look"
    faults.clear()
    life.converge(LOANS)
    made_once(life, tenant)


@pytest.mark.sweep
@pytest.mark.parametrize("kind", ["500", "no answer"])
@pytest.mark.parametrize("number", range(11))
def test_each_write_may_fail_before_or_after_it_was_done(
    number: int, kind: str, life: Life, tenant: Tenant, faults: Faults
) -> None:
    fault = faults.add(method=WRITES, path=OURS, after=number, times=1, reaches=kind == "no answer", **FAULTS[kind])
    life.converge(LOANS)
    made_once(life, tenant)
    assert fault.met > 10, "the life has fewer writes than this test fails"


@pytest.mark.parametrize("path", ["/branches", "/tags"])
def test_a_page_that_fails_is_no_end(
    path: str, tenant: Tenant, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tenant.open()
    for number in range(5):
        run = RunName(f"experiments/e/{number:012x}")
        data.open(run)
        data.commit(run, {})
        if path == "/tags":
            data.merge(run)
    monkeypatch.setattr(server, "PAGE", 2)
    whole = data.list()
    faults.add(path=path + r"\?.*after=\w", status=500, after=1, times=1)
    with pytest.raises(Unavailable, match=faults.url):
        data.list()
    assert data.list() == whole


def test_it_is_down_at_first_and_later(own_lakefs: LakeFS, tmp_path: Path) -> None:
    tenant = Tenant(own_lakefs, timeout=TIMEOUT)
    tenant.options()
    own_lakefs.stop()
    life = Life(tenant.open, tmp_path, SPECS, command=JOB)
    done = life.live(lambda done: done.plan.decisions[SHARED].phase is Phase.READY, "the pool to go on")
    assert done.actual.unread["data"] == f"lakeFS at {own_lakefs.url} can't be reached"
    own_lakefs.start()
    life.live(lambda _: life.pool.list().jobs, "a job to be submitted")
    own_lakefs.pause()
    assert f"didn't answer within {TIMEOUT:g} s" in life.once().actual.unread["data"]
    own_lakefs.resume()
    life.converge(LOANS)
    own_lakefs.kill()
    assert "data" in life.once().actual.unread
    own_lakefs.start()
    assert not life.converge(LOANS).outcomes
    made_once(life, tenant)


def test_it_comes_back_without_its_state(own_lakefs: LakeFS, tmp_path: Path) -> None:
    admin = {"access_key_id": own_lakefs.admin.key, "secret_access_key": own_lakefs.admin.secret}
    options = {**admin, **{f"job_{key}": value for key, value in admin.items()}, "timeout": TIMEOUT}
    options |= {"endpoint": own_lakefs.url, "repository": "suite-lost", "storage_namespace": "local://suite-lost"}
    life = Life(lambda: LakeFSData("dev", **options), tmp_path / "life", SPECS, command=JOB)
    first = life.converge(LOANS).plan.decisions[LOANS].facts["version"]
    own_lakefs.stop()
    for name in ("metadata", "users", "objects", "cache"):
        shutil.rmtree(tmp_path / "lakefs" / name)
    assert "data" in life.once().actual.unread
    own_lakefs.start()
    assert life.converge(LOANS).plan.decisions[LOANS].facts["version"] == first
    assert [job.attempt for job in life.pool.list().jobs.values()] == [2]


def test_an_input_that_can_only_be_read_in_part_is_not_read(
    tenant: Tenant, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, run = tenant.open(), RunName("experiments/e/0123456789ab")
    url = data.open(run)
    tenant.put(url.split("/")[3], {f"{run}/a.txt": b"1", f"{run}/deep/b.txt": b"2"})
    job = {**os.environ, **data.access(run)}
    assert read_by(url, job).stdout.split() == ["a.txt", "deep/b.txt"]
    faults.add(path=r"/objects/ls\?.*prefix=[^&]*deep", status=503)
    partly = read_by(url, job)
    assert (partly.stdout, "SourceUnavailable" in partly.stderr) == ("", True), partly.stderr


def read_by(url: str, environ: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Bring an input near as a job does, and list what came."""
    code = (
        "import sys; from runners.staging import local; near = local(sys.argv[1]);"
        "print(*sorted(p.relative_to(near).as_posix() for p in near.rglob('*') if p.is_file()))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, url], env=dict(environ), capture_output=True, text=True, check=False
    )


def test_a_wrong_key_is_told_with_what_to_do(tenant: Tenant) -> None:
    options = tenant.options() | {"secret_access_key": "wrong"}
    data = LakeFSData("dev", **options)
    with pytest.raises(Unavailable, match=r"401.*check the keys in `data` of environment.yaml") as told:
        data.list()
    assert "wrong" not in str(told.value)
    poor = LakeFSData("dev", **(tenant.options() | {"job_secret_access_key": "wrong"}))
    poor.open(RunName("datasets/loans/0"))
    with pytest.raises(Unavailable, match="401"):
        poor.access(RunName("datasets/loans/0"))
