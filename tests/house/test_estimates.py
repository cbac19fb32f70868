"""A run of the suite stays short: what each share would take is estimated by the times that are kept."""

from dataclasses import dataclass
from typing import cast

import pytest

from tests.estimates import estimate, estimates, grouped, rank
from tests.shares import COLLECTED, SHARES, Share, left_out
from tests.times import OTHERS, Taken

WORK = 2_250.0
"""Seconds of work that a share may be: two cores do it in twenty minutes, with what collecting and waiting cost."""
LONGEST = 480.0
"""Seconds that a group may take beside others: it runs on one worker, one test after the other."""
KNOWN = {
    "tests/a.py::test_long": Taken(40.0, 8.0, 1),
    "tests/a.py::test_long@cluster": Taken(60.0, 9.0, 1),
    OTHERS: Taken(1.0, 0.5, 1),
}


@dataclass(frozen=True, eq=False)
class Told:
    """A test with some marks."""

    nodeid: str
    marks: dict[str, pytest.Mark]

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.marks.get(name)

    def iter_markers(self, name: str) -> list[pytest.Mark]:
        return [self.marks[name]] if name in self.marks else []


def item(name: str, *marks: pytest.MarkDecorator) -> pytest.Item:
    named = {decorated.mark.name: decorated.mark for decorated in marks}
    return cast("pytest.Item", Told(name, named))


def test_the_times_of_a_group_are_those_of_its_tests() -> None:
    group = pytest.mark.xdist_group("cluster")
    tests = [item("tests/a.py::test_long[1]@cluster", group), item("tests/a.py::test_new@cluster", group)]
    assert grouped([*tests, item("tests/a.py::test_long[2]")], KNOWN) == {
        "cluster": Taken(61.0, 9.5, 2),
        "tests/a.py::test_long": Taken(40.0, 8.0, 1),
    }


def test_the_longest_begin_first_then_what_is_slow() -> None:
    groups = {"cluster": Taken(50.0), "tests/a.py::test_long": Taken(40.0), "tests/a.py::test_slow": Taken(1.0)}
    groups["tests/a.py::test_quick"] = Taken(2.0)
    group, slow = pytest.mark.xdist_group("cluster"), pytest.mark.slow
    names = ("tests/a.py::test_quick", "tests/a.py::test_long[1]")
    tests = [*map(item, names), item("tests/a.py::test_slow", slow), item("tests/c.py::test_new@cluster", group)]
    first = [test.nodeid for test in sorted(tests, key=lambda test: rank(test, groups))]
    assert first == [tests[place].nodeid for place in (3, 1, 2, 0)]


def test_an_estimate_says_what_a_share_is() -> None:
    tests = [item(f"tests/a.py::{name}") for name in ("test_long", "test_new")]
    assert str(estimate(tests, KNOWN, Share(3, 8))) == (
        "share 3/8 is 8 s of work, 41 s of tests in 2 groups; the longest is tests/a.py::test_long, 40 s"
    )


@pytest.fixture
def collected(request: pytest.FixtureRequest) -> tuple[pytest.Item, ...]:
    """Return all tests of the suite, as the run that plays this one has collected them anyway."""
    if [str(told) for told in request.config.args] != ["tests"]:
        pytest.skip("only a run of the whole suite has collected it")
    return request.config.stash[COLLECTED]


@pytest.mark.usefixtures("collected")
def test_no_share_is_larger_than_a_run_may_be(request: pytest.FixtureRequest) -> None:
    large = [told for told in estimates(request.config) if told.work > WORK or told.longest[1] > LONGEST]
    assert not large, "let more take turns (tests/shares.py):\n" + "\n".join(map(str, large))


def test_all_shares_together_are_the_whole(collected: tuple[pytest.Item, ...]) -> None:
    shares = [Share(number, SHARES) for number in range(1, SHARES + 1)]
    never = set(collected).intersection(*(left_out(collected, share, {}) for share in shares))
    assert not never, sorted(test.nodeid for test in never)[:20]
