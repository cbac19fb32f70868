"""Soft labels as rows that count by their probability."""

import numpy as np

from runners.train.soft import duplicated


def test_rows_are_there_once_for_each_class_and_count_by_their_probability() -> None:
    soft = np.array([[0.25, 0.75, 0], [0, 0, 1.0]])
    rows, codes, weights = duplicated(soft, np.array([2.0, 0.5]))
    assert (rows.tolist(), codes.tolist(), weights.tolist()) == ([0, 0, 1], [0, 1, 2], [0.5, 1.5, 0.5])


def test_without_weights_all_rows_count_one_in_all() -> None:
    soft = np.random.default_rng(0).dirichlet(np.ones(4), 20)
    rows, _, weights = duplicated(soft, None)
    assert np.allclose(np.bincount(rows, weights), 1)
