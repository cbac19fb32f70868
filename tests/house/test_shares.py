"""The shares of a sweep are the whole together, of one size, and the same wherever they are dealt."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import cast

import pytest

from tests.house.yardstick import ROOT
from tests.shares import SHARES, Hand, Share, head, left_out, parse

ALL = [Share(number, SHARES) for number in range(1, SHARES + 1)]
SUITE = """
import pytest

FAILS = {fails}

@pytest.mark.sweep
@pytest.mark.parametrize("number", range(21))
def test_swept(number):
    assert number != 13 or not FAILS

def test_always():
    pass

def test_by_itself(share):
    assert share.take("numbers", range(21))
"""


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 300])
def test_the_shares_are_the_whole_and_no_item_falls_to_two(count: int) -> None:
    items = [f"point {number}" for number in range(count)]
    dealt = [share.deal(items) for share in ALL]
    assert sorted(item for part in dealt for item in part) == sorted(items)
    sizes = [len(part) for part in dealt]
    assert max(sizes) - min(sizes) <= 1
    assert all(part == [item for item in items if item in part] for part in dealt), "in their order"


def test_the_same_is_dealt_whatever_the_order() -> None:
    items = [f"point {number}" for number in range(50)]
    assert set(ALL[2].deal(items)) == set(ALL[2].deal(items[::-1]))


def test_no_share_gets_the_odd_items_of_all_sweeps() -> None:
    odd = Counter(share for name in map(str, range(100 * SHARES)) for share in ALL if share.deal(["one"], salt=name))
    assert min(odd.values()) > 60


def test_one_side_of_a_table_alone_falls_to_no_share() -> None:
    table = [(row, column) for row in range(30) for column in range(SHARES)]
    assert all(len({column for _, column in share.deal(table)}) > 3 for share in ALL)


def test_a_commit_chooses_a_share_and_others_choose_all() -> None:
    chosen = [parse("commit", lambda number=number: f"{number:040x}") for number in range(200)]  # type: ignore[misc]
    assert chosen == [parse("commit", lambda number=number: f"{number:040x}") for number in range(200)]  # type: ignore[misc]
    assert set(chosen) == set(ALL)


@pytest.mark.parametrize("text", ["", "3", "0/8", "9/8", "-1/8", "3/0", "some"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no share: write"):
        parse(text, str)


def test_a_list_that_is_shorter_than_the_shares_is_never_left_out() -> None:
    assert all(Hand(share, {}).take("two", [1, 2]) for share in ALL)


class Played:
    """A test with some marks."""

    def __init__(self, name: str, *marks: "pytest.MarkDecorator") -> None:
        self.name, self.nodeid = name, f"tests/test_small.py::{name}"
        self._marks = {decorated.mark.name: decorated.mark for decorated in marks}

    def get_closest_marker(self, name: str) -> "pytest.Mark | None":
        return self._marks.get(name)


def played(tests: "list[pytest.Item]", share: Share) -> set[str]:
    return {test.name for test in set(tests) - left_out(tests, share, {})}


def test_of_plays_that_take_turns_each_share_has_one_and_all_have_their_turn() -> None:
    named = [("ray", "ray"), ("cluster", "cluster"), ("cluster, too", "cluster")]
    plays = [Played("always"), *(Played(name, pytest.mark.turns("engines", which)) for name, which in named)]
    tests = cast("list[pytest.Item]", plays)
    assert [played(tests, share) for share in ALL[:2]] == [{"always", "cluster", "cluster, too"}, {"always", "ray"}]
    covered: dict[str, tuple[int, int]] = {}
    assert left_out(tests, Share(), covered) == set()
    assert covered == {"engines": (2, 2)}


@pytest.mark.parametrize("engines", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("points", [1, 7, 30])
def test_a_sweep_that_takes_turns_is_the_whole_together_and_nothing_is_played_twice(engines: int, points: int) -> None:
    tests = cast(
        "list[pytest.Item]",
        [
            Played(f"{point} on {which}", pytest.mark.sweep, pytest.mark.turns("engines", str(which)))
            for which in range(engines)
            for point in range(points)
        ],
    )
    parts = [played(tests, share) for share in ALL]
    assert set().union(*parts) == {test.name for test in tests}
    assert sum(map(len, parts)) == len(tests)


def test_without_a_repository_there_is_a_share_all_the_same(tmp_path: Path) -> None:
    assert len(head(ROOT)) in (0, 40, 64)
    assert head(tmp_path) == ""
    assert parse("commit", lambda: head(tmp_path)) in ALL


def told_by(folder: Path, *arguments: str, fails: bool = False) -> str:
    """Run pytest with the plugin on a small suite; return what it prints."""
    (folder / "test_small.py").write_text(SUITE.replace("{fails}", str(fails)))
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = sweep\n")
    line = [sys.executable, "-m", "pytest", "-p", "tests.shares", "-p", "no:cacheprovider", *arguments]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(line, cwd=folder, env=environ, capture_output=True, text=True, check=False).stdout


@pytest.mark.slow
def test_all_workers_deal_the_same_and_tell_what_was_covered(tmp_path: Path) -> None:
    alone = told_by(tmp_path, "--share", "3/8", "test_small.py")
    spread = told_by(tmp_path, "--share", "3/8", "-n", "2", "test_small.py")
    assert covered_in(alone) == covered_in(spread)
    assert {what for _, _, what in covered_in(alone)} == {"numbers", "test_small.py"}
    assert all(whole == "21" and taken in "23" for taken, whole, _ in covered_in(alone))
    assert "sweeps: share 3/8 of each (make test SHARE=3/8 takes the same)" in spread
    (number,) = {re.findall(r"(\d+) passed", told)[-1] for told in (alone, spread)}
    assert number == str(sum(int(taken) for taken, _, what in covered_in(alone) if what != "numbers") + 2)


def covered_in(told: str) -> list[tuple[str, str, str]]:
    """Return what a run tells that it covered: how many, of how many, of what."""
    return re.findall(r"^ +(\d+) of +(\d+)  (\S+)$", told, re.MULTILINE)


@pytest.mark.slow
def test_a_failure_names_the_command_that_shows_it_again(tmp_path: Path) -> None:
    whole = told_by(tmp_path, "test_small.py", fails=True)
    assert "1 failed, 22 passed" in whole
    assert "pytest 'test_small.py::test_swept[13]' --share all" in whole
    names = [f"test_swept[{number}]" for number in range(21)]
    other = next(share for share in ALL if names[13] not in share.deal(names, salt="test_small.py"))
    again = told_by(tmp_path, "--share", str(other), "test_small.py::test_swept[13]", fails=True)
    assert "1 failed" in again, "a test that is named is run whatever the share"
