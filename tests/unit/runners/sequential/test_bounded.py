"""Values are checked before they are bet on."""

import numpy as np
import pytest

from runners.sequential.bounded import checked, probability


def test_rows_are_taken_and_none_are_a_batch_too() -> None:
    assert checked([0, 0.5, 1]).tolist() == [0.0, 0.5, 1.0]
    assert checked([]).shape == (0,)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -0.001, 1.001])
def test_what_is_out_of_bounds_is_refused_by_its_row(wrong: float) -> None:
    with pytest.raises(ValueError, match="row 2 of the batch is"):
        checked([0.0, 1.0, wrong])


def test_a_table_is_no_batch() -> None:
    with pytest.raises(ValueError, match=r"the shape \[2, 3\]"):
        checked(np.zeros((2, 3)))


@pytest.mark.parametrize("wrong", [0.0, 1.0, -1.0, float("nan")])
def test_a_rate_is_between_0_and_1(wrong: float) -> None:
    with pytest.raises(ValueError, match="the rate is"):
        probability(wrong, "the rate")
