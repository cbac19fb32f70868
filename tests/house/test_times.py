"""What the tests took is counted by test and by group, and the table keeps what other shares play."""

from pathlib import Path
from typing import Any

import pytest

from tests.times import OTHERS, TABLE, Taken, known_tests, main, summed, unit_of, without_parameters, written

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


def test_the_table_tells_what_one_of_each_test_takes_and_keeps_what_another_share_plays(tmp_path: Path) -> None:
    table = tmp_path / "durations.md"
    former = {
        "tests/house/test_times.py::test_of_another_share": Taken(7.0, 2.5, 1),
        "tests/house/test_none.py::test_that_is_gone": Taken(9.0, 9.0, 1),
        OTHERS: Taken(1.0, 1.0, 1),
    }
    table.write_text(written(RUN, former))
    known = known_tests(table)
    assert known["tests/a/test_a.py::test_one@cluster"] == Taken(20.0, 2.0, 1)
    assert known["tests/house/test_times.py::test_of_another_share"] == Taken(7.0, 2.5, 1)
    assert known[OTHERS] == Taken(0.1, 0.1, 1)
    assert set(known) == {
        "tests/a/test_a.py::test_one@cluster",
        "tests/b/test_b.py::TestB::test_two@cluster",
        "tests/b/test_b.py::test_three",
        "tests/house/test_times.py::test_of_another_share",
        OTHERS,
    }
    assert set(known_tests(tmp_path / "none.md")) == {OTHERS}


def test_the_table_that_is_kept_can_be_read() -> None:
    assert len(known_tests(TABLE)) > 100


def test_without_a_run_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([]) == 1
    assert "`make test` leaves one" in capsys.readouterr().err
