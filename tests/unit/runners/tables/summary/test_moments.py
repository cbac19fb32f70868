"""Means and deviations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.summary.moments import comoments_of, moments_of

Numbers = st.lists(st.floats(-1e6, 1e6), max_size=30)
Pairs = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=30)


@given(Numbers, Numbers)
def test_moments_of_parts_join_to_those_of_the_whole(left: list[float], right: list[float]) -> None:
    joined = moments_of(np.array(left)).merged(moments_of(np.array(right)))
    whole = moments_of(np.array(left + right))
    assert joined.count == whole.count
    assert joined.mean == pytest.approx(whole.mean, abs=1e-6)
    assert joined.std == pytest.approx(whole.std, rel=1e-6, abs=1e-6)
    assert (joined.minimum, joined.maximum) == (whole.minimum, whole.maximum)


@given(Pairs, Pairs)
def test_comoments_of_parts_join_to_those_of_the_whole(
    left: list[tuple[float, float]], right: list[tuple[float, float]]
) -> None:
    parts = [np.array(pairs).reshape(-1, 2) for pairs in (left, right, left + right)]
    first, second, whole = (comoments_of(pairs[:, 0], pairs[:, 1]) for pairs in parts)
    joined = first.merged(second)
    assert joined.count == whole.count
    found = [joined.x, joined.y, joined.xx, joined.yy, joined.xy]
    assert found == pytest.approx([whole.x, whole.y, whole.xx, whole.yy, whole.xy], rel=1e-9, abs=1e-2)
