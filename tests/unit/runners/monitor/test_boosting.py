"""A classifier of a few trees learns what there is to learn, and nothing else."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from runners.monitor.boosting import learned, told

BINS = 16


def area(labels_of: str, rows: int = 2000) -> tuple[float, float]:
    """Return the ROC AUC on rows that weren't learned from, and that of scikit-learn."""
    random = np.random.default_rng(1)
    places = random.integers(0, BINS, (2 * rows, 5)).astype(np.uint8)
    chance = random.random(2 * rows)
    truth = {
        "nothing": chance < 0.5,
        "one column": (places[:, 2] > 9) ^ (chance < 0.1),
        "two together": ((places[:, 0] > 7) == (places[:, 3] > 7)) ^ (chance < 0.1),
    }[labels_of].astype(int)
    found = told(learned(places[:rows], truth[:rows], BINS), places[rows:])
    theirs = HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=15, random_state=0)
    theirs.fit(places[:rows], truth[:rows])
    return roc_auc_score(truth[rows:], found), roc_auc_score(truth[rows:], theirs.predict_proba(places[rows:])[:, 1])


@pytest.mark.parametrize("labels_of", ["one column", "two together"])
def test_it_learns_as_well_as_a_library(labels_of: str) -> None:
    ours, theirs = area(labels_of)
    assert ours > 0.85
    assert ours > theirs - 0.02


def test_of_nothing_it_learns_nothing() -> None:
    assert abs(area("nothing")[0] - 0.5) < 0.04


def test_too_few_rows_for_a_leaf_tell_nothing() -> None:
    places = np.array([[0], [1]] * 10, dtype=np.uint8)
    assert set(told(learned(places, np.array([0, 1] * 10), BINS), places)) == {0.0}
