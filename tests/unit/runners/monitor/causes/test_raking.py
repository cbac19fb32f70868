"""Raked rows have the shares that are asked for."""

import numpy as np
import pytest

from runners.monitor.causes.raking import raked


def test_one_column_has_the_ratio_of_the_densities() -> None:
    places = np.array([0, 0, 0, 1], np.uint8)
    weights = raked([places], [np.array([0.5, 0.5])], np.ones(4))
    assert weights is not None
    assert weights.tolist() == pytest.approx([2 / 3] * 3 + [2.0])


def test_several_columns_have_all_their_shares_at_once() -> None:
    random = np.random.default_rng(0)
    first = random.choice(3, 2000).astype(np.uint8)
    second = np.where(random.random(2000) < 0.7, first, random.choice(3, 2000)).astype(np.uint8)
    shares = [np.array([0.2, 0.3, 0.5]), np.array([0.6, 0.3, 0.1])]
    weights = raked([first, second], shares, np.ones(2000))
    assert weights is not None
    for place, share in zip((first, second), shares, strict=True):
        now = np.bincount(place, weights)
        assert now / now.sum() == pytest.approx(share, abs=0.002)


def test_a_part_without_rows_leaves_its_share_to_the_others_and_none_at_all_is_none() -> None:
    places = np.array([0, 1], np.uint8)
    weights = raked([places], [np.array([0.25, 0.25, 0.5])], np.ones(2))
    assert weights is not None
    assert weights.tolist() == pytest.approx([1.0, 1.0])
    assert raked([places], [np.array([0.0, 0.0, 1.0])], np.ones(2)) is None
    assert raked([places], [np.array([0.5, 0.5])], np.zeros(2)) is None
