"""A law that breaks is found, its problem made small, and left as a repository with sound specs."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.problems.albums import Album, albums
from tests.problems.campaign import LEFT, hold
from tests.problems.columns import KINDS
from tests.problems.gaps import UNSAYABLE
from tests.problems.playing import Stage
from tests.problems.problem import Problem, problems


def no_column_is_a_decimal(problem: Problem, _stage: Stage) -> None:
    """A law that isn't one."""
    assert all(column.kind != "decimal" for column in problem.columns)


@pytest.mark.slow
def test_a_law_that_breaks_leaves_the_smallest_problem() -> None:
    with pytest.raises(AssertionError) as told:
        hold(no_column_is_a_decimal, problems(st.sampled_from((2, 1))), 1, count=100)
    folder = LEFT / "no_column_is_a_decimal-1"
    notes = "\n".join(told.value.__notes__)
    assert f"cd {folder}/repository" in notes
    assert (folder / "problem.txt").read_text("utf-8").count("of kind") == 3, "identifier, target, decimal"
    assert _validated(folder / "repository") == 0


def no_picture_is_grey(album: Album, _stage: Stage) -> None:
    """Another law that isn't one."""
    assert "L" not in album.modes


@pytest.mark.slow
def test_an_album_that_breaks_a_law_is_left_as_a_repository_too() -> None:
    with pytest.raises(AssertionError) as told:
        hold(no_picture_is_grey, albums(), 1, count=50)
    folder = LEFT / "no_picture_is_grey-1"
    assert "setpoint apply" in "\n".join(told.value.__notes__)
    assert "modes=('L',)" in (folder / "problem.txt").read_text("utf-8")
    assert _validated(folder / "repository") == 0


def _validated(repository: Path) -> int:
    subprocess.run(["git", "init", "-qb", "main", "."], cwd=repository, check=True)
    return subprocess.run(
        [Path(sys.executable).with_name("setpoint"), "validate"], cwd=repository, check=False
    ).returncode


def test_every_kind_is_drawn_in_some_format() -> None:
    assert all(kind in KINDS for _, kind in UNSAYABLE)
