"""What the tests took is counted by test and by group, and the longest begin first."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.times import TABLE, known_units, main, rank, summed, unit_of, without_parameters, written

RUN: dict[str, Any] = {
    "seconds": 90.0,
    "workers": 2,
    "share": "3/8",
    "tests": {
        "tests/a/test_a.py::test_one[x-y[0]]@cluster": [30.0, 3.0],
        "tests/a/test_a.py::test_one[z]@cluster": [10.0, 1.0],
        "tests/b/test_b.py::TestB::test_two@cluster": [5.0, 5.0],
        "tests/b/test_b.py::test_three[a@b]": [42.0, 40.0],
        "tests/b/test_b.py::test_four": [0.1, 0.1],
    },
}


def item(name: str, *marks: pytest.Mark) -> pytest.Item:
    named = {mark.name: mark for mark in marks}
    return cast(
        "pytest.Item",
        SimpleNamespace(
            nodeid=name,
            iter_markers=lambda which: [named[which]] if which in named else [],
            get_closest_marker=named.get,
        ),
    )


@pytest.mark.parametrize(
    ("name", "test", "unit"),
    [
        ("tests/a/test_a.py::test_one[x-y[0]]@cluster", "tests/a/test_a.py::test_one", "cluster"),
        ("tests/a/test_a.py::test_one@crashes of Git", "tests/a/test_a.py::test_one", "crashes of Git"),
        ("tests/a/test_a.py::test_one[a@b]", "tests/a/test_a.py::test_one", "tests/a/test_a.py::test_one"),
        ("tests/a/test_a.py::test_one[a/b]@ray", "tests/a/test_a.py::test_one", "ray"),
    ],
)
def test_a_name_tells_its_test_and_its_group(name: str, test: str, unit: str) -> None:
    assert (without_parameters(name), unit_of(name)) == (test, unit)


def test_times_are_added_up_and_the_longest_come_first() -> None:
    groups = [(name, taken.wall, taken.cpu, taken.tests) for name, taken in summed(RUN["tests"], unit_of)]
    assert groups[:2] == [("cluster", 45.0, 9.0, 3), ("tests/b/test_b.py::test_three", 42.0, 40.0, 1)]
    assert next(name for name, _ in summed(RUN["tests"], without_parameters)) == "tests/b/test_b.py::test_three"


def test_the_next_run_begins_with_the_longest_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "durations.md").write_text(written(RUN))
    units = known_units(tmp_path / "durations.md")
    assert units == ["cluster", "tests/b/test_b.py::test_three", "tests/b/test_b.py::test_four"]
    known = {unit: place for place, unit in enumerate(units)}
    group, slow = pytest.mark.xdist_group("cluster").mark, pytest.mark.slow.mark
    assert rank(item("tests/c.py::test_new[1]", group), known) == 0
    assert rank(item("tests/b/test_b.py::test_three[7]"), known) == 1
    assert rank(item("tests/c.py::test_new", slow), known) < rank(item("tests/c.py::test_other"), known)
    assert known_units(tmp_path / "none.md") == []


def test_the_table_that_is_kept_can_be_read() -> None:
    assert known_units(TABLE)


def test_without_a_run_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([]) == 1
    assert "`make test` leaves one" in capsys.readouterr().err
