"""Masks: runs are compared and merged as their pixels are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from runners.contract import InputError
from runners.label.masks import MASKS, MOST_PIXELS, MOST_RUNS, check_size, fuse_masks, mask_in, mask_of, pixels_of

PIXELS = arrays.arrays(np.bool_, (5, 7))


def place_of(pixels: np.ndarray) -> tuple[float, ...]:
    region = mask_of("a", pixels, "here")
    assert region is not None
    return region.place


@given(PIXELS)
@settings(max_examples=50, deadline=None)
def test_runs_tell_all_pixels(pixels: np.ndarray) -> None:
    region = mask_of("a", pixels, "here")
    assert (region is None) == (not pixels.any())
    if region:
        assert np.array_equal(pixels_of(mask_in(region.place)), pixels)


@given(st.lists(PIXELS.filter(np.any), min_size=1, max_size=4), st.lists(PIXELS.filter(np.any), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_masks_share_their_intersection_by_their_union(left: list[np.ndarray], right: list[np.ndarray]) -> None:
    shared = MASKS.shared([place_of(one) for one in left], [place_of(one) for one in right])
    expected = [[(one & other).sum() / (one | other).sum() for other in right] for one in left]
    assert shared == pytest.approx(np.array(expected))


@given(st.lists(PIXELS.filter(np.any), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_pixels_of_more_than_half_are_kept(drawn: list[np.ndarray]) -> None:
    most = 2 * np.sum(drawn, axis=0) > len(drawn)
    fused = pixels_of(mask_in(fuse_masks([place_of(one) for one in drawn])))
    if most.any():
        assert np.array_equal(fused, most)
    else:
        assert any(np.array_equal(fused, one) for one in drawn)


def test_masks_of_pictures_of_different_sizes_are_compared_on_a_grid() -> None:
    small, large = np.zeros((10, 10), np.bool_), np.zeros((200, 400), np.bool_)
    small[:, :5] = large[:, 200:] = True
    left, right = place_of(small), place_of(~large)
    assert MASKS.shared([left], [right])[0, 0] == 1
    assert MASKS.shared([left], [place_of(large)])[0, 0] == 0


def test_of_different_sizes_those_of_the_most_frequent_one_vote() -> None:
    small, large = np.ones((2, 2), np.bool_), np.ones((4, 4), np.bool_)
    assert fuse_masks([place_of(one) for one in (small, large, small)]) == (2, 2, 0, 4)


@pytest.mark.parametrize(("width", "height"), [(0, 4), (4, -1), (MOST_PIXELS, 2)])
def test_a_mask_of_no_size_or_of_too_large_a_one_is_refused(width: int, height: int) -> None:
    with pytest.raises(InputError, match="pixels, and 1 to"):
        check_size(width, height, "here")


def test_a_mask_of_too_many_runs_is_refused() -> None:
    noise = np.arange(2 * MOST_RUNS + 2).reshape(2, -1) % 2 == 0
    with pytest.raises(InputError, match="200,001 runs"):
        mask_of("a", noise, "here")
