"""What growing tables are held to beside their columns: as if all rows had been looked at once."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract.request import PREVIOUS
from runners.ingest.ingestion import ingest
from runners.ingest.keys import role_of
from runners.ingest.parameters import Parameters
from tests.unit.runners.ingest.files_world import Folder
from tests.unit.runners.ingest.growing_world import growing_world

OTHERS = "datasets/others"
HELD: dict[str, Any] = {
    "columns": {"a": {"type": "integer", "missing": 1}, "b": {"type": "integer", "missing": 1}},
    "unique": [["a", "b"]],
    "foreign_keys": [{"columns": ["a"], "dataset": OTHERS, "key": ["id"]}],
    "rules": {"small": "a < 4", "ordered": "a <= b"},
}
ROW = st.fixed_dictionaries({"a": st.none() | st.integers(0, 5), "b": st.none() | st.integers(3, 60)})
STEP = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 3), st.lists(ROW, max_size=3)),
    st.tuples(st.just("go"), st.integers(1, 3)),
    st.tuples(st.just("others"), st.lists(st.integers(0, 5), min_size=1, max_size=6)),
    st.tuples(st.just("refresh")),
)


def others(root: Path, keys: list[int]) -> str:
    """Make a version of the dataset that a key leads to."""
    root.mkdir()
    (root / "a.csv").write_text("id\n" + "".join(f"{key}\n" for key in keys))
    params = Parameters.model_validate({"source": {"files": {"url": str(root / "a.csv"), "format": "csv"}}})
    (root / "version").mkdir()
    ingest("others", params, root / "version")
    return str(root / "version")


@given(st.lists(STEP, max_size=10))
@settings(max_examples=30, deadline=None)
def test_any_refreshes_find_what_one_of_all_rows_finds(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as place:
        world = Folder(Path(place), "jsonl", **HELD)
        world.write_rows("0.jsonl", [{"a": 1, "b": 3}])
        world.inputs = {role_of(OTHERS): others(Path(place) / "others", list(range(5)))}
        for number, (what, *told) in enumerate(steps):
            if what == "put":
                world.write_rows(f"{told[0]}.jsonl", [{"a": 1, "b": 2000 + number}, *told[1]])
            elif what == "go":
                (world.place / f"{told[0]}.jsonl").unlink(missing_ok=True)
            elif what == "others":
                world.inputs = {role_of(OTHERS): others(Path(place) / f"others-{number}", told[0])}
            else:
                world.refresh()
        assert world.refresh().said == world.refresh(full=True).said


@pytest.fixture
def world(tmp_path: Path) -> Folder:
    made = Folder(tmp_path, "jsonl", **HELD)
    made.inputs = {role_of(OTHERS): others(tmp_path / "others", [1, 2, 3])}
    made.write_rows("0.jsonl", [{"a": 1, "b": 5}, {"a": 2, "b": 5}])
    made.refresh()
    return made


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        ([{"a": 1, "b": 5}], "a, b", "1 of 3 rows repeats an earlier one"),
        ([{"a": 2, "b": 1}], "rules.ordered", "1 of 3 rows breaks it: row 3"),
        ([{"a": 0, "b": 9}], "a", "1 of 3 rows names what isn't in datasets/others"),
    ],
)
def test_a_new_row_is_held_to_what_is_there(world: Folder, rows: list[Any], where: str, what: str) -> None:
    world.write_rows("1.jsonl", rows)
    made = world.refresh()
    (found,) = made.grown.table.violations
    assert (made.refresh["kind"], made.refresh["rows"], found.where) == ("incremental", 1, where)
    assert found.what.startswith(what)


def test_a_former_row_is_held_to_what_has_become_of_the_other_dataset(world: Folder, tmp_path: Path) -> None:
    world.inputs = {role_of(OTHERS): others(tmp_path / "fewer", [1])}
    made = world.refresh()
    (found,) = made.grown.table.violations
    assert made.refresh["rows"] == 0
    assert found.what.startswith("1 of 2 rows names what isn't in datasets/others (id): row 2")


def test_a_growing_table_of_a_database_is_held_to_it_too(tmp_path: Path) -> None:
    spec = {"rules": {"small": "x < 50"}, "unique": [["id", "x"]]}
    with growing_world(tmp_path, spec=spec) as world:
        for identity in range(5):
            world.put(identity, identity)
        assert not world.refresh().grown.table.violations
        world.at += 100
        world.put(9, 77)
        made = world.refresh()
        assert made.refresh["kind"] == "incremental"
        assert [found.where for found in made.grown.table.violations] == ["rules.small"]
        assert made.said == world.refresh(full=True).said


def test_drift_is_told_by_summaries_and_no_former_row_is_read(tmp_path: Path) -> None:
    columns = {"a": {"type": "integer"}, "b": {"type": "boolean"}}
    world = Folder(
        tmp_path, "jsonl", columns=columns, target="b", drift={"rows": {"maximum": 3.0}, "columns": {"a": {"mean": 1}}}
    )
    world.write_rows("0.jsonl", [{"a": number % 7, "b": True} for number in range(200)])
    first = world.refresh()
    shutil.copytree(first.folder, tmp_path / "previous", ignore=shutil.ignore_patterns("data.parquet"))
    world.inputs = {PREVIOUS: str(tmp_path / "previous")}
    world.write_rows("1.jsonl", [{"a": 1000, "b": True} for _ in range(700)])
    told = {found.where: found.what for found in world.refresh().grown.table.violations}
    assert told.keys() == {"table", "a"}
    assert "the version before had 200" in told["table"]
    world.write_rows("1.jsonl", [{"a": number % 7, "b": True} for number in range(100)])
    assert not world.refresh().grown.table.violations
