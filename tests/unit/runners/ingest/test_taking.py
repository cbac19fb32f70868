"""Files taken of a real S3 store: what a refresh costs, and what is written meanwhile."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import fsspec
import pytest

from runners.contract import InputError, SourceUnavailable
from runners.ingest import taking
from tests.servers.faults import Faults
from tests.servers.seaweedfs import SeaweedFS
from tests.servers.seaweedfs.server import REGION
from tests.unit.runners.ingest.files_world import Folder, opened_files

ROWS = 20


class Bucket:
    """A bucket behind a proxy that counts, and a folder of versions of what is in it."""

    def __init__(self, store: SeaweedFS, root: Path, proxy: Faults) -> None:
        self.name, self.proxy, self._store = store.create_bucket(f"grows-{uuid4().hex[:12]}"), proxy, store
        self._client = store.client()
        self.folder = Folder(root, url=f"s3://{self.name}/in", identifier="id")

    def put(self, name: str, first: int, rows: int = ROWS) -> None:
        """Write an object of rows."""
        text = "id,x\n" + "".join(f"{first + row},{row}.5\n" for row in range(rows))
        self._client.put_object(Bucket=self.name, Key=f"in/{name}.csv", Body=text.encode())

    def delete(self, name: str) -> None:
        """Take an object away."""
        self._client.delete_object(Bucket=self.name, Key=f"in/{name}.csv")

    def close(self) -> None:
        """Let go of the store."""
        self._client.close()

    def asked(self) -> tuple[list[str], int]:
        """Return the names of the objects that were read since the last call, and how many other requests came."""
        calls, self.proxy.calls = self.proxy.calls, []
        read = [re.search(r"/in/([^?]*)\.csv", unquote(path)) for method, path in calls if method == "GET"]
        return sorted(found[1] for found in read if found), sum(found is None for found in read)


@pytest.fixture
def bucket(seaweedfs: SeaweedFS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with Faults(seaweedfs.url) as proxy:
        told = {"AWS_ACCESS_KEY_ID": seaweedfs.key, "AWS_SECRET_ACCESS_KEY": seaweedfs.secret}
        told |= {"AWS_ENDPOINT_URL": proxy.url, "AWS_DEFAULT_REGION": REGION}
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        fsspec.filesystem("s3").clear_instance_cache()
        made = Bucket(seaweedfs, tmp_path, proxy)
        yield made
        made.close()
        fsspec.filesystem("s3").clear_instance_cache()


def test_a_refresh_costs_what_is_new(bucket: Bucket) -> None:
    for number in range(30):
        bucket.put(f"day={number}/a", number * ROWS)
    first = bucket.folder.refresh()
    assert len(bucket.asked()[0]) == 30
    bucket.put("day=30/a", 30 * ROWS)
    bucket.put("day=7/a", 7 * ROWS, rows=5)
    bucket.delete("day=3/a")
    second = bucket.folder.refresh()
    read, listings = bucket.asked()
    assert read == ["day=30/a", "day=7/a"]
    assert listings <= 2 * 33  # each folder, before and afterwards
    assert second.refresh["files"] == {"new": 1, "changed": 1, "gone": 1, "as_before": 28}
    assert second.refresh["rows"] == ROWS + 5
    assert second.grown.table.rows == first.grown.table.rows - ROWS + 5
    assert second.said == bucket.folder.refresh(full=True).said


def test_equal_bytes_written_again_are_no_change(bucket: Bucket) -> None:
    bucket.put("a", 0)
    bucket.folder.refresh()
    bucket.asked()
    bucket.put("a", 0)
    assert bucket.folder.refresh().refresh["files"]["as_before"] == 1
    assert bucket.asked()[0] == []


def overwrite_during(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Have an object overwritten after it was listed, and before it is read."""
    left, real = [times], taking.batches_of

    def reading(found: Any, path: str, source: Any) -> Any:
        if left[0]:
            left[0] -= 1
            bucket.put("b", 1000 + left[0], rows=ROWS + left[0])
        yield from real(found, path, source)

    monkeypatch.setattr(taking, "batches_of", reading)


def test_an_object_that_is_overwritten_meanwhile_is_read_anew(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put("a", 0)
    bucket.put("b", 100)
    overwrite_during(bucket, monkeypatch, times=2)  # as a is read, and then as b is
    made = bucket.folder.refresh()
    assert made.refresh["read_again"] == 1
    assert [row["id"] for row in made.rows_as_they_are()] == [*range(ROWS), *range(1000, 1000 + ROWS)]


def test_one_that_is_overwritten_each_time_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put("b", 100)
    overwrite_during(bucket, monkeypatch, times=99)
    with pytest.raises(SourceUnavailable, match="written each of the 3 times"):
        bucket.folder.refresh()


def test_a_store_that_doesnt_answer_is_no_empty_folder(bucket: Bucket) -> None:
    bucket.put("a", 0)
    bucket.put("b", 100)
    bucket.folder.refresh()
    bucket.put("c", 200)
    bucket.proxy.add(method="GET", path="list-type", status=403)
    with pytest.raises((InputError, SourceUnavailable)):
        bucket.folder.refresh()
    bucket.proxy.clear()
    assert bucket.folder.refresh().grown.table.rows == 3 * ROWS


@pytest.mark.slow
def test_more_objects_than_a_listing_tells_at_once_are_all_known(bucket: Bucket) -> None:
    for number in range(1100):
        bucket.put(f"{number:05}", number * 2, rows=2)
    bucket.folder.refresh()
    bucket.asked()
    bucket.put("99999", 99_999, rows=2)
    made = bucket.folder.refresh()
    read, listings = bucket.asked()
    assert (read, made.grown.table.rows) == (["99999"], 2202)
    assert listings <= 2 * 4


@pytest.mark.slow
def test_of_ten_thousand_small_files_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path, "jsonl")
    for number in range(10_000):
        folder.write(f"{number % 7}/{number}.jsonl", f'{{"id": {number}}}\n')
    first = folder.refresh()
    assert (first.grown.table.rows, first.refresh["parts"]) == (10_000, 1)
    folder.write("3/77777.jsonl", '{"id": 77777}\n')
    with opened_files(monkeypatch) as names:
        assert folder.refresh().grown.table.rows == 10_001
    assert names == ["3/77777.jsonl"]
