"""Tables that grow by files: whatever came, changed and went, a version is as if all had been read at once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runners.contract import InputError, SourceUnavailable
from runners.ingest import draft as drafts
from runners.ingest import parts as cut
from runners.ingest import taking
from runners.tables.version import PARTS
from tests.unit.runners.ingest.files_world import Folder, opened_files

VALUE = st.one_of(st.none(), st.integers(0, 3), st.sampled_from([0.5, "a", "1,5", "03.04.2020", True]))
ROW = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUE, min_size=1, max_size=3)
NAME = st.sampled_from(["1", "2", "x/1", "x/2", "z"])
STEP = (
    st.tuples(st.just("put"), NAME, st.lists(ROW, max_size=4))
    | st.tuples(st.just("go"), NAME)
    | st.tuples(st.just("refresh"))
)


@example(
    steps=[("put", "1", [{"c": "03.04.2020"}]), ("put", "2", [{"a": None, "c": 0}]), ("refresh",), ("go", "2")],
    most=2,
    small=1,
    format_="csv",
)
@given(
    steps=st.lists(STEP, max_size=16),
    most=st.sampled_from([2, 5, 2**20]),
    small=st.sampled_from([1, 16]),
    format_=st.sampled_from(["csv", "jsonl"]),
)
@settings(max_examples=60, deadline=None)
def test_any_refreshes_say_what_one_of_all_files_says(
    steps: list[tuple[Any, ...]], most: int, small: int, format_: str
) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        for module in (cut, drafts):
            patch.setattr(module, "PART_ROWS", most)
        patch.setattr(drafts, "MOST_SMALL", small)
        folder = Folder(Path(place), format_)
        write(folder, "0", [{"a": 1, "b": 2}])
        for step in steps:
            if step[0] == "put":
                write(folder, step[1], step[2])
            elif step[0] == "go":
                (folder.place / f"{step[1]}.{format_}").unlink(missing_ok=True)
            else:
                folder.refresh()
        grown, whole = folder.refresh(), folder.refresh(full=True)
        assert grown.said == whole.said
        assert sorted(map(str, grown.rows_as_they_are())) == sorted(map(str, whole.rows_as_they_are()))


def write(folder: Folder, name: str, rows: list[dict[str, Any]]) -> None:
    """Write rows in the folder's format; a file of CSV has the columns of its first row, or one."""
    if folder.files["format"] == "jsonl":
        folder.write_rows(f"{name}.jsonl", rows)
        return
    names = list(rows[0]) if rows else ["a"]
    lines = [";".join("" if row.get(one) is None else str(row[one]) for one in names) for row in rows]
    folder.files["delimiter"] = ";"
    # a blank line is no row, and so would one of nothing but missing values be in a file of one column
    folder.write(f"{name}.csv", "\n".join([";".join([*names, "z"]), *(f"{line};1" for line in lines)]) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path, identifier="id")
    for number in range(5):
        made.write(f"{number}.csv", f"id,x\n{2 * number},1\n{2 * number + 1},2.5\n")
    return made


def test_only_new_and_changed_files_are_opened(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = folder.refresh()
    folder.write("9.csv", "id,x\n90,1\n")
    folder.write("2.csv", "id,x\n40,7\n")
    (folder.place / "3.csv").unlink()
    with opened_files(monkeypatch) as names:
        second = folder.refresh()
    assert names == ["2.csv", "9.csv"]
    assert first.refresh["files"] == {"new": 5, "changed": 0, "gone": 0, "as_before": 0}
    assert second.refresh["files"] == {"new": 1, "changed": 1, "gone": 1, "as_before": 3}
    assert second.refresh["rows"] == 2
    assert [row["id"] for row in second.rows()] == [0, 1, 2, 3, 40, 8, 9, 90]


def test_where_nothing_changed_nothing_is_opened_and_the_content_is_the_same(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = folder.refresh()
    with opened_files(monkeypatch) as names:
        second = folder.refresh()
    assert (names, second.said) == ([], first.said)
    (part,) = (first.folder / "data.parquet").iterdir()
    assert part.samefile(second.folder / "data.parquet" / part.name)


def test_a_file_of_a_moment_ago_is_read_again_as_another_write_might_not_show(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder.write("9.csv", "id,x\n90,1\n")
    os.utime(path, (time.time(), time.time()))
    folder.refresh()
    moment = path.stat().st_mtime_ns
    path.write_text("id,x\n91,1\n")  # as long as before
    os.utime(path, ns=(moment, moment))
    with opened_files(monkeypatch) as names:
        second = folder.refresh()
    assert names == ["9.csv"]
    assert 91 in [row["id"] for row in second.rows()]


def test_many_small_parts_become_one_and_files_still_go(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_SMALL", 3)
    for number in range(10, 18):
        folder.write(f"{number}.csv", f"id,x\n{10 * number},1\n")
        made = folder.refresh()
    assert made.refresh["parts"] <= 4
    (folder.place / "12.csv").unlink()
    folder.write("13.csv", "id,x\n1300,1\n")
    made = folder.refresh()
    assert made.said == folder.refresh(full=True).said
    assert made.refresh["kind"] == "incremental"


def overwriting(folder: Folder, name: str, text: str, times: int) -> Callable[..., Any]:
    """Return a reading during which a file is overwritten, so often."""
    left, real = [times], taking.batches_of

    def reading(found: Any, path: str, source: Any) -> Any:
        yield from real(found, path, source)
        if found.name(path) == name and left[0]:
            left[0] -= 1
            folder.write(name, text)

    return reading


def test_a_file_that_is_overwritten_while_it_is_read_is_read_anew(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "batches_of", overwriting(folder, "2.csv", "id,x\n44,1\n", times=2))
    made = folder.refresh()
    assert made.refresh["read_again"] == 1
    assert [row["id"] for row in made.rows() if row["id"] in (4, 5, 44)] == [44]
    assert made.said == folder.refresh(full=True).said


def test_one_that_is_overwritten_each_time_is_told(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "batches_of", overwriting(folder, "2.csv", "id,x\n44,1\n", times=99))
    with pytest.raises(SourceUnavailable, match="written each of the 3 times that it was read") as caught:
        folder.refresh()
    assert caught.value.where == "2.csv"


def test_a_half_file_that_is_whole_a_moment_later_is_no_error(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("2.csv", 'id,x\n4,"1')
    real = taking.batches_of

    def reading(found: Any, path: str, source: Any) -> Any:
        if found.name(path) == "2.csv" and (folder.place / "2.csv").read_text().endswith('"1'):
            try:
                yield from real(found, path, source)
            finally:
                folder.write("2.csv", "id,x\n4,1\n")
        else:
            yield from real(found, path, source)

    monkeypatch.setattr(taking, "batches_of", reading)
    assert 4 in [row["id"] for row in folder.refresh().rows()]


def test_a_broken_file_is_told_and_not_tried_again(folder: Folder) -> None:
    folder.write("2.csv", 'id,x\n4,"1')
    with pytest.raises(InputError, match="a quote opens here and is never closed"):
        folder.refresh()


def test_a_file_that_vanishes_while_others_are_read_has_no_rows(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = taking.batches_of

    def reading(found: Any, path: str, source: Any) -> Any:
        (folder.place / "4.csv").unlink(missing_ok=True)
        yield from real(found, path, source)

    monkeypatch.setattr(taking, "batches_of", reading)
    assert [row["id"] for row in folder.refresh().rows()] == list(range(8))


RUN = """
import sys, json
from pathlib import Path
from runners.ingest.by_files import grow_by_files
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
former = Path(sys.argv[3])
print("began", flush=True)
grow_by_files(Parameters.model_validate_json(sys.argv[1]), Path(sys.argv[2]), Lent(former.as_uri(), former))
"""


@pytest.mark.parametrize("seen", ["", "data.parquet/.draft"])
def test_one_that_is_killed_leaves_the_version_before_as_it_was(folder: Folder, tmp_path: Path, seen: str) -> None:
    """Once the job has begun, or once it has left something."""
    first = folder.refresh()
    before = {path: path.read_bytes() for path in sorted(first.folder.rglob("*")) if path.is_file()}
    for number in range(100, 130):
        folder.write(f"{number}.csv", f"id,x\n{number},1\n")
    (folder.place / "3.csv").unlink()
    folder.write("2.csv", "id,x\n40,7\n")
    target = tmp_path / "killed"
    target.mkdir()
    told = [folder.params.model_dump_json(), str(target), str(first.folder)]
    with subprocess.Popen([sys.executable, "-c", RUN, *told], stdout=subprocess.PIPE) as job:
        assert job.stdout
        assert job.stdout.readline()
        while seen and not (target / seen).exists() and job.poll() is None:
            time.sleep(0.001)
        job.kill()
    assert {path: path.read_bytes() for path in before} == before
    made = folder.refresh()
    assert made.refresh["kind"] == "incremental"
    assert made.said == folder.refresh(full=True).said


def forge_span(told: dict[str, Any]) -> None:
    told["parts"][0]["spans"][0][1] += 1


def forge_number(told: dict[str, Any]) -> None:
    told["parts"][0]["spans"][0][0] = 77


def forge_shape(told: dict[str, Any]) -> None:
    told["read"]["shapes"][0][0][1] = ["money"]


def forge_twins(told: dict[str, Any]) -> None:
    told["read"]["origins"]["0.csv"][0] = 1


@pytest.mark.parametrize("forge", [forge_span, forge_number, forge_shape, forge_twins])
def test_a_version_whose_files_cant_be_understood_is_read_again_and_says_so(
    folder: Folder, forge: Callable[[dict[str, Any]], None]
) -> None:
    path = folder.refresh().folder / PARTS
    told = json.loads(path.read_text())
    forge(told)
    path.write_text(json.dumps(told))
    made = folder.refresh()
    assert made.refresh["kind"] == "full"
    assert made.refresh["because"].startswith("the version before can't be understood")


def test_a_column_that_is_otherwise_than_before_has_all_read_again(folder: Folder) -> None:
    folder.refresh()
    folder.write("9.csv", "id,x\n90,word\n")
    second = folder.refresh()
    assert second.refresh["because"] == "column x was number and is string"
    (folder.place / "9.csv").unlink()
    third = folder.refresh()
    assert third.refresh["because"] == "column x was string and is number"
    assert third.said == folder.refresh(full=True).said


def test_the_names_of_folders_are_columns_of_new_files_too(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.files["partitions"] = "hive"
    folder.write("year=2024/a.csv", "id\n1\n")
    folder.refresh()
    folder.write("year=2025/a.csv", "id\n2\n")
    made = folder.refresh()
    assert made.refresh["rows"] == 1
    assert made.rows() == [{"id": 1, "year": 2024}, {"id": 2, "year": 2025}]
    folder.write("b.csv", "id\n3\n")
    with pytest.raises(InputError, match="its folders tell of"):
        folder.refresh()
