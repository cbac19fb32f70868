"""lakeFS on an S3 store: what jobs write goes straight to the store, and what they may is still decided by lakeFS."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from reconciler.model.ids import RunName
from reconciler.providers.data.lakefs import LakeFSData
from runners.staging import deliver, local
from tests.servers.faults import Faults
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant

RUN = RunName("experiments/loans/0123456789ab")
BIG = bytes(range(256)) * 2**15
PART = 5 * 2**20


@pytest.fixture
def faults(lakefs_on_s3: LakeFS) -> Iterator[Faults]:
    with Faults(lakefs_on_s3.url) as faults:
        yield faults


@pytest.fixture
def tenant(lakefs_on_s3: LakeFS, faults: Faults) -> Tenant:
    return Tenant(lakefs_on_s3, faults.url)


@pytest.fixture
def data(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> LakeFSData:
    """Return a provider, with a job's own surroundings around the test."""
    import fsspec

    data = tenant.open()
    told = data.access(RUN)
    settings = {"host": told["FSSPEC_LAKEFS_HOST"], "access_token": told["FSSPEC_LAKEFS_ACCESS_TOKEN"]}
    monkeypatch.setitem(fsspec.config.conf, "lakefs", settings | {"create_branch_ok": False})
    return data


def test_a_big_output_goes_straight_to_the_store(data: LakeFSData, faults: Faults, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/model.onnx").write_bytes(BIG)
    (tmp_path / "result.json").write_text("{}")
    deliver(tmp_path, data.open(RUN))
    assert not faults.count("POST", r"/objects\?path="), "it went through lakeFS"
    assert faults.count("PUT", "/staging/backing") == 2
    data.commit(RUN, {})
    data.merge(RUN)
    assert (local(data.url(RUN)) / "model/model.onnx").read_bytes() == BIG
    assert data.read(RUN, "model/model.onnx") == BIG


def test_a_job_may_write_in_parts(data: LakeFSData, tenant: Tenant) -> None:
    data.open(RUN)
    told = data.access(RUN)
    where = f"/api/v1/repositories/{tenant.repository}/branches/run_{RUN.replace('/', '_')}_dev/staging/pmpu"
    path = {"path": f"{RUN}/big"}
    job = {"Authorization": f"Bearer {told['FSSPEC_LAKEFS_ACCESS_TOKEN']}"}
    with httpx.Client(base_url=told["FSSPEC_LAKEFS_HOST"], headers=job, timeout=30, trust_env=False) as client:
        upload = client.post(where, params={**path, "parts": 2}).raise_for_status().json()
        parts = []
        for number, (url, part) in enumerate(zip(upload["presigned_urls"], (BIG[:PART], BIG[PART:]), strict=True), 1):
            etag = httpx.put(url, content=part).raise_for_status().headers["etag"]
            parts.append({"part_number": number, "etag": etag})
        done = {"physical_address": upload["physical_address"], "parts": parts}
        client.put(f"{where}/{upload['upload_id']}", params=path, json=done).raise_for_status()
    assert data.read(RUN, "big") == BIG


def test_a_job_s_token_moves_no_branch(data: LakeFSData, tenant: Tenant) -> None:
    data.open(RUN)
    told = data.access(RUN)
    branch = f"run_{RUN.replace('/', '_')}_dev"
    job = {"Authorization": f"Bearer {told['FSSPEC_LAKEFS_ACCESS_TOKEN']}"}
    base = f"{told['FSSPEC_LAKEFS_HOST']}/api/v1/repositories/{tenant.repository}"
    with httpx.Client(base_url=base, headers=job, timeout=30, trust_env=False) as client:
        tried = [
            client.post(f"/branches/{branch}/commits", json={"message": "mine"}),
            client.post(f"/refs/{branch}/merge/main", json={}),
            client.post("/branches", json={"name": "mine", "source": "main"}),
            client.delete(f"/branches/{branch}"),
            client.post("/tags", json={"id": "setpoint_datasets_loans_0_dev", "ref": "main"}),
            client.post(f"/branches/{branch}/objects", params={"path": "_lakefs_actions/a.yaml"}, content=b"x"),
        ]
    assert [answer.status_code for answer in tried] == [401] * len(tried)
