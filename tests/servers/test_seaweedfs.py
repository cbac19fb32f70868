"""The S3 store, and lakeFS on it: objects go straight to the store by presigned URLs, in several parts if big."""

from collections.abc import Iterator

import httpx
import pytest

from tests.servers.lakefs import LakeFS
from tests.servers.seaweedfs import SeaweedFS

PART = 5 << 20


@pytest.fixture
def admin(lakefs_on_s3: LakeFS) -> Iterator[httpx.Client]:
    with lakefs_on_s3.client() as client:
        yield client


def test_it_keeps_objects(seaweedfs: SeaweedFS) -> None:
    client = seaweedfs.client()
    client.put_object(Bucket=seaweedfs.create_bucket("objects"), Key="a/b", Body=b"hello")
    assert client.get_object(Bucket="objects", Key="a/b")["Body"].read() == b"hello"
    client.close()


def test_a_stranger_is_refused(seaweedfs: SeaweedFS) -> None:
    seaweedfs.create_bucket("closed")
    assert httpx.get(f"{seaweedfs.url}/closed").status_code == 403


def test_an_object_goes_by_a_presigned_url(lakefs_on_s3: LakeFS, admin: httpx.Client) -> None:
    lakefs_on_s3.create_repository("presigned")
    where = "/repositories/presigned/branches/main/staging/backing"
    place = admin.get(where, params={"path": "a", "presign": "true"}).json()
    httpx.put(place["presigned_url"], content=b"straight").raise_for_status()
    staged = {"staging": place, "checksum": "none", "size_bytes": 8}
    admin.put(where, params={"path": "a"}, json=staged).raise_for_status()
    read = admin.get("/repositories/presigned/refs/main/objects", params={"path": "a", "presign": "true"})
    assert read.status_code == 302
    assert httpx.get(read.headers["location"]).content == b"straight"


def test_a_big_object_goes_in_parts(lakefs_on_s3: LakeFS, admin: httpx.Client) -> None:
    lakefs_on_s3.create_repository("parts")
    where = "/repositories/parts/branches/main/staging/pmpu"
    upload = admin.post(where, params={"path": "big", "parts": 2}).raise_for_status().json()
    content = [b"a" * PART, b"b" * 10]
    parts = []
    for number, (url, part) in enumerate(zip(upload["presigned_urls"], content, strict=True), 1):
        etag = httpx.put(url, content=part).raise_for_status().headers["etag"]
        parts.append({"part_number": number, "etag": etag})
    done = {"physical_address": upload["physical_address"], "parts": parts}
    admin.put(f"{where}/{upload['upload_id']}", params={"path": "big"}, json=done).raise_for_status()
    read = admin.get("/repositories/parts/refs/main/objects", params={"path": "big"})
    assert read.content == b"".join(content)
