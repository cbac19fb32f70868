"""Buckets are a hundred names of one socket, which are there when a site needs them."""

from pathlib import Path

from reconciler.providers.serving.local import buckets
from reconciler.providers.serving.local.sites import Site
from tests.unit.reconciler.providers.serving.local.told import NEW, OLD

POOLS = {OLD: [Path("/1")], NEW: [Path("/2")]}
KEYED = Site("x", POOLS, {OLD: 50, NEW: 50}, key="X-User")


def test_every_bucket_leads_to_the_one_socket(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    buckets.prepare(folder, [KEYED])
    (folder / "07").unlink()
    buckets.prepare(folder, [KEYED])
    assert {door.readlink() for door in buckets.doors(folder)} == {tmp_path / "split.sock"}
    assert len(set(folder.iterdir())) == 100


def test_nobody_s_key_needs_none(tmp_path: Path) -> None:
    buckets.prepare(tmp_path / "b", [Site("x", POOLS, {OLD: 50, NEW: 50})])
    assert not (tmp_path / "b").exists()


def test_ranges_match_by_the_end_of_the_name() -> None:
    assert buckets.within(8, 11) == {"header": {"X-Setpoint-Bucket": ["*/08", "*/09", "*/10"]}}
    assert buckets.within(0, 100)["header"]["X-Setpoint-Bucket"][-1] == "*/99"
