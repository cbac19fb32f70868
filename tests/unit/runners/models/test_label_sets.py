"""Sets of labels as texts."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.label.sets import text_of as merged_text_of
from runners.models.label_sets import has_of, labels_in, text_of, texts_of

NAMES = st.lists(st.text(max_size=8), min_size=1, max_size=5, unique=True).map(sorted)


@given(NAMES, st.integers(0, 2**16))
def test_sets_of_any_labels_are_read_as_they_were_written(names: list[str], seed: int) -> None:
    has = np.random.default_rng(seed).integers(0, 2, (7, len(names)))
    texts = texts_of(has, names)
    assert has_of(texts.tolist(), names).tolist() == has.tolist()
    assert [labels_in(text) for text in texts] == [[n for n, one in zip(names, row, strict=True) if one] for row in has]


@given(NAMES)
def test_they_are_read_as_merged_sets_are(names: list[str]) -> None:
    assert labels_in(merged_text_of(names)) == labels_in(text_of(reversed(names))) == names


@pytest.mark.parametrize("text", ["", "a", "1", "{}", '["a",1]', "null", "[" * 100_000, json.dumps([["a"]])])
def test_what_is_no_set_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        labels_in(text)
    with pytest.raises(ValueError, match="none of the labels"):
        has_of(['["stranger"]'], ["a"])
