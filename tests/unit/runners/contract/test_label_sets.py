"""Sets of labels as texts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.contract.label_sets import labels_in, text_of

NAMES = st.lists(st.text(max_size=8), min_size=1, max_size=5, unique=True).map(sorted)


@given(NAMES)
def test_equal_sets_are_written_alike_and_read_in_order(names: list[str]) -> None:
    assert text_of(names) == text_of(reversed(names)) == text_of(names + names)
    assert labels_in(text_of(names)) == names


@pytest.mark.parametrize("text", ["", "a", "1", "{}", '["a",1]', "null", "[" * 100_000, json.dumps([["a"]])])
def test_what_is_no_set_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        labels_in(text)
