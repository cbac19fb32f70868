"""How many values differ in a table of parts."""

from pathlib import Path

import numpy as np
import pytest

from runners.ingest import uniqueness
from tests.unit.runners.ingest.growing_world import World, growing_world


def loose(world: World) -> dict[str, int]:
    found = world.refresh().grown.table.distinct
    return dict(found)


def test_a_column_that_never_repeats_is_counted_until_it_does(tmp_path: Path) -> None:
    with growing_world(tmp_path, spec={"identifier": "id"}) as world:
        for identity in range(5):
            world.put(identity, identity)
            world.at += 20
        assert {name: count for name, count in loose(world).items() if name != "name"} == {"id": 5, "x": 5, "at": 5}
        world.put(9, 3)
        found = world.refresh()
        assert found.refresh["kind"] == "incremental"
        assert found.grown.table.distinct["id"] == 6
        assert "x" not in found.grown.table.distinct


def test_repeats_of_what_is_asked_for_are_counted_over_all_parts(tmp_path: Path) -> None:
    with growing_world(tmp_path, spec={"identifier": "id"}, key=[], deleted=None) as world:
        for identity in range(5):
            world.put(identity, identity)
            world.at += 20
        world.refresh()
        world.database.execute("UPDATE t SET id = 100 + id")
        world.database.execute("UPDATE t SET id = id - 100")
        world.at += 100
        world.database.execute("INSERT INTO t VALUES (3, 'n', 1, 1, ?, 0)", [world.at])
        found = world.refresh()
        assert found.refresh["kind"] == "incremental"
        assert found.grown.table.distinct["id"] == 5
        assert [told.where for told in found.grown.table.violations] == ["id"]


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_ranges_hold_all_hashes_in_their_order(tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uniqueness, "_AT_ONCE", at_once)
    chance = np.random.default_rng(1)
    some = [np.sort(chance.integers(0, 2**64, size, np.uint64)) for size in (5, 0, 9)]
    files = [tmp_path / str(len(one)) for one in some]
    for file, hashes in zip(files, some, strict=True):
        hashes.tofile(file)
    found = np.concatenate(list(uniqueness._ranges(files)))
    assert found.tolist() == np.sort(np.concatenate(some)).tolist()
