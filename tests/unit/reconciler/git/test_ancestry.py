"""Ancestry: a branch's own line, and what was brought to it by which merge."""

from pathlib import Path

from reconciler.git.ancestry import Ancestry, ancestry, ancestry_of
from tests.unit.reconciler.git.people import Clone


def of(head: str, **parents: str) -> Ancestry:
    return ancestry_of({commit: tuple(told) for commit, told in parents.items()}, head)


def test_the_first_merge_that_has_a_commit_brought_it() -> None:
    known = of("e", a="", b="a", c="a", d="c", m="bc", e="md")
    assert known.line == ("a", "b", "m", "e")
    assert known.arrivals == {"a": "a", "b": "b", "m": "m", "e": "e", "c": "m", "d": "e"}


def test_a_merge_of_three_and_one_that_was_merged_into_the_side_before() -> None:
    known = of("m", a="", b="a", c="ab", d="a", m="acd")
    assert known.line == ("a", "m")
    assert {commit: known.arrivals[commit] for commit in "bcd"} == {"b": "m", "c": "m", "d": "m"}


def test_where_the_history_is_not_known_it_ends() -> None:
    known = of("c", b="a", c="bz")
    assert (known.line, set(known.arrivals)) == (("b", "c"), {"b", "c"})
    assert of("x", a="") == Ancestry()


def test_it_is_read_from_git_up_to_a_bound(tmp_path: Path) -> None:
    ada = Clone(tmp_path / "ada")
    first = ada.commit({"a": "1"})
    ada.git("checkout", "-q", "-b", "side")
    side = ada.commit({"b": "1"})
    ada.git("checkout", "-q", "main")
    second = ada.commit({"a": "2"})
    ada.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    merge = ada.git("rev-parse", "HEAD")
    known = ancestry(ada.folder / ".git", merge)
    assert (known.line, known.arrivals[side]) == ((first, second, merge), merge)
    assert ancestry(ada.folder / ".git", merge, most=1).line == (merge,)
