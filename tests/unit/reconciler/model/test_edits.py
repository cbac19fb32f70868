"""Paths of edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.edits import names_of, path_of


@pytest.mark.parametrize(
    ("names", "path"),
    [(["model"], "model"), (["a", "b"], "a.b"), (["c.d", "x"], r"c\.d.x"), (["e\\", "f"], r"e\\.f"), (["", ""], ".")],
)
def test_a_dot_in_a_name_is_escaped(names: list[str], path: str) -> None:
    assert path_of(*names) == path
    assert names_of(path) == names


@given(st.lists(st.text(alphabet="ab.\\", max_size=5), min_size=1, max_size=4))
def test_the_names_of_a_path_are_those_that_it_was_made_of(names: list[str]) -> None:
    assert names_of(path_of(*names)) == names
