"""Sets of labels as matrices of truths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.contract.label_sets import labels_in
from runners.models.label_sets import has_of, texts_of

NAMES = st.lists(st.text(max_size=8), min_size=1, max_size=5, unique=True).map(sorted)


@given(NAMES, st.integers(0, 2**16))
def test_sets_of_any_labels_are_read_as_they_were_written(names: list[str], seed: int) -> None:
    has = np.random.default_rng(seed).integers(0, 2, (7, len(names)))
    texts = texts_of(has, names)
    assert has_of(texts.tolist(), names).tolist() == has.tolist()
    assert [labels_in(text) for text in texts] == [[n for n, one in zip(names, row, strict=True) if one] for row in has]


def test_a_label_of_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="none of the labels"):
        has_of(['["stranger"]'], ["a"])
