"""Growing tables: whatever came in whatever refreshes, a version is as if all had been read at once."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract import InputError
from runners.ingest import draft as drafts
from runners.ingest import parts as cut
from runners.ingest.profile.proposal import propose_columns
from runners.ingest.profile.tables import profile_table
from runners.tables.version import PARTS
from tests.unit.runners.ingest.growing_world import COLUMNS, LAG, World, growing_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with growing_world(tmp_path) as made:
        yield made


PUT = st.tuples(st.just("put"), st.integers(0, 12), st.integers(0, 99), st.integers(0, LAG))
REFRESH = st.tuples(st.just("refresh"))
Steps = Sequence[tuple[Any, ...]]


def play(world: World, steps: Steps) -> None:
    for number, (what, *told) in enumerate(steps):
        if what == "refresh":
            world.refresh()
        elif what == "mark":
            world.put(told[0], 1.5, gone=True)
        elif what == "remove":
            world.remove(told[0])
        else:
            identity = told[0] if world.incremental["key"] else number
            world.put(identity, told[1], late=told[2])


def check_law(steps: Steps, most: int, small: int, **incremental: Any) -> None:
    """Hold a version of many refreshes against one that was read as a whole."""
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        for module in (cut, drafts):
            patch.setattr(module, "PART_ROWS", most)
        patch.setattr(drafts, "MOST_SMALL", small)
        with growing_world(Path(place), **incremental) as world:
            play(world, steps)
            grown, whole = world.refresh(), world.refresh(full=True)
            assert grown.said == whole.said
            assert grown.rows() == whole.rows()
            assert not list(Path(place).glob("v*/data.parquet/.*"))


SIZES = {"most": st.sampled_from([2, 5, 2**20]), "small": st.sampled_from([1, 16])}


@given(steps=st.lists(PUT | REFRESH | st.tuples(st.just("mark"), st.integers(0, 12)), max_size=30), **SIZES)
@settings(max_examples=50, deadline=None)
def test_any_refreshes_say_what_one_of_all_rows_says(steps: Steps, most: int, small: int) -> None:
    check_law(steps, most, small)


@given(steps=st.lists(PUT | REFRESH | st.tuples(st.just("remove"), st.integers(0, 12)), max_size=30), **SIZES)
@settings(max_examples=30, deadline=None)
def test_so_do_those_that_compare_the_keys(steps: Steps, most: int, small: int) -> None:
    check_law(steps, most, small, compare_keys=True, deleted=None)


@given(steps=st.lists(PUT | REFRESH, max_size=30), **SIZES)
@settings(max_examples=30, deadline=None)
def test_so_do_those_of_rows_that_only_come(steps: Steps, most: int, small: int) -> None:
    check_law(steps, most, small, key=[], deleted=None)


def test_a_refresh_reads_what_is_new_and_leaves_the_former_parts_as_they_are(world: World) -> None:
    for identity in range(20):
        world.put(identity, identity)
    first = world.refresh()
    world.at += 100
    world.put(20, 1)
    second = world.refresh()
    assert (first.refresh["kind"], second.refresh["kind"]) == ("full", "incremental")
    assert second.refresh["rows"] == 1 + sum(3 * ago <= LAG for ago in range(20))
    (former,) = {path.name for path in (first.folder / "data.parquet").iterdir() if path.name.startswith("000000")}
    paths = [version.folder / "data.parquet" / former for version in (first, second)]
    assert paths[0].samefile(paths[1])
    assert sorted(pd.read_parquet(second.folder / "data.parquet")["id"]) == list(range(21))


def test_an_update_writes_anew_the_parts_that_hold_its_key_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "PART_ROWS", 5)
    for identity in range(20):
        world.put(identity, identity)
    world.refresh()
    world.at += 100
    world.put(7, 70)
    second = world.refresh()
    assert second.refresh["rewritten"] == 1
    assert second.rows() == world.refresh(full=True).rows()


def test_many_small_parts_become_one_and_say_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_SMALL", 3)
    made = []
    for identity in range(5):
        world.put(identity, identity)
        world.at += 100
        made.append(world.refresh())
    assert [version.refresh["compacted"] for version in made] == [0, 0, 0, 0, 4]
    assert made[-1].refresh["parts"] == 2
    assert made[-1].said == world.refresh(full=True).said


def add_column(world: World) -> None:
    world.database.execute("ALTER TABLE t ADD COLUMN more DEFAULT 1")
    world.database.execute("UPDATE t SET at = at + 1000")


def widen(world: World) -> None:
    world.at += 100
    world.put(50, "a text")


def ask_otherwise(world: World) -> None:
    world.spec = {**world.spec, "minimum_rows": 2}


def forge(world: World) -> None:
    assert world.former is not None
    (world.former / PARTS).write_text(json.dumps({"format": 1, "parts": "many"}))


def lose(world: World) -> None:
    assert world.former is not None
    next((world.former / "data.parquet").iterdir()).unlink()


def spoil(world: World) -> None:
    assert world.former is not None
    next((world.former / "parts").glob("*.summary")).write_bytes(b"no summary")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (add_column, "column more is new"),
        (widen, "column x was integer and is string"),
        (ask_otherwise, "the version before was asked for otherwise"),
        (forge, "the version before can't be understood: parts.json can't be understood"),
        (lose, "is gone"),
        (spoil, "the version before can't be understood"),
    ],
)
def test_what_cant_be_gone_on_with_is_read_again_and_says_why(
    tmp_path: Path, change: Callable[[World], None], told: str
) -> None:
    with growing_world(tmp_path, spec={"identifier": "id"}) as world:
        for identity in range(5):
            world.put(identity, identity)
        world.refresh()
        change(world)
        found = world.refresh()
        assert found.refresh["kind"] == "full"
        assert told in found.refresh["because"]
        assert found.said == world.refresh(full=True).said


def test_a_declared_schema_is_never_half_applied(world: World) -> None:
    for identity in range(5):
        world.put(identity, identity)
    world.refresh()
    add_column(world)
    found = world.refresh()
    assert [violation.what for violation in found.grown.table.violations] == ["the column is not in the schema"]
    assert found.said == world.refresh(full=True).said


def test_what_outgrows_the_schema_is_proposed_and_holds_once_it_is_merged(world: World) -> None:
    for identity in range(5):
        world.put(identity, identity)
    world.refresh()
    world.put(5, 95.5)
    refused = world.refresh().grown.table
    assert refused.violations
    assert refused.widened
    assert refused.widened["columns"] == {"x": {"maximum": 95.5}}
    columns = {name: {**told, **refused.widened["columns"].get(name, {})} for name, told in COLUMNS.items()}
    world.spec = {**world.spec, "columns": columns}
    merged = world.refresh()
    assert not merged.grown.table.violations
    assert len(merged.rows()) == 6


def test_the_schema_that_a_growing_table_shows_is_held_by_what_comes_next(world: World) -> None:
    world.spec = {"target": "ok"}
    for identity in range(50):
        world.put(identity, identity % 7)
    first = world.refresh()
    shown = profile_table(first.grown.table.summary, world.params, first.grown.table.distinct)["columns"]
    columns = propose_columns(shown, moving=first.grown.table.moving)
    assert (columns["at"], columns["x"]["maximum"]) == ({"type": "integer"}, 7)
    world.spec = {"target": "ok", "columns": columns}
    for identity in range(50, 500):
        world.put(identity, identity % 7)
    assert not world.refresh().grown.table.violations


def test_rows_that_share_a_key_are_told(world: World) -> None:
    for identity in (1, 2, 2):
        world.put(identity, identity)
        world.database.execute("UPDATE t SET id = id + 100 WHERE id = 2")
    world.database.execute("UPDATE t SET id = 102 WHERE id = 2")
    (of_identifier, of_key) = world.refresh().grown.table.violations
    assert "identifier forbids" in of_identifier.what
    assert of_key.what == "1 of 3 rows has the key (id) of another one"


def test_an_empty_table_has_a_version_and_grows(tmp_path: Path) -> None:
    with growing_world(tmp_path, spec={"columns": COLUMNS, "minimum_rows": 0}) as world:
        assert world.refresh().grown.table.rows == 0
        world.put(1, 1)
        found = world.refresh()
        assert found.rows() == world.refresh(full=True).rows()
        assert len(found.rows()) == 1


def test_a_row_without_a_watermark_is_read_each_time_and_is_there_once(world: World) -> None:
    for identity in range(5):
        world.put(identity, identity)
    world.database.execute("UPDATE t SET at = NULL WHERE id = 2")
    world.spec["columns"] = {**COLUMNS, "at": {"type": "integer", "missing": 0.5}}
    world.refresh()
    world.put(9, 9)
    found = world.refresh()
    assert found.refresh["kind"] == "incremental"
    assert found.said == world.refresh(full=True).said


def test_a_key_that_isnt_there_is_told(tmp_path: Path) -> None:
    with growing_world(tmp_path, key=["ident"]) as world, pytest.raises(InputError, match="no column ident"):
        world.refresh()
