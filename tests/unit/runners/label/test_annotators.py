"""What each annotator did."""

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score
from statsmodels.stats.proportion import proportion_confint

from runners.label.annotators import annotators_of, by_label, wilson
from runners.label.merging import Labels, by_majority
from tests.unit.runners.label.conftest import crowd, said


def labels(*merged: tuple[int, float]) -> Labels:
    return Labels(("x", "y"), np.array([place for place, _ in merged]), np.array([sure for _, sure in merged]))


@pytest.mark.parametrize(("right", "count"), [(0, 5), (5, 5), (3, 7), (800, 1000), (1, 1)])
def test_the_interval_of_a_share_is_wilsons(right: int, count: int) -> None:
    expected = proportion_confint(right, count, method="wilson")
    assert wilson(right, count) == pytest.approx(expected, abs=1e-6)
    assert wilson(0, 0) is None


def test_annotators_are_held_against_what_was_merged() -> None:
    assert annotators_of(said({1: {"a": "x", "b": "x"}, 2: {"a": "x"}}), labels((0, 1.0), (1, 0.6))) == {
        "a": {"answers": 2, "accuracy": 0.5, "interval": wilson(1, 2)},
        "b": {"answers": 1, "accuracy": 1.0, "interval": wilson(1, 1)},
    }


def test_annotators_are_not_held_against_ties() -> None:
    given = said({1: {"a": "x", "b": "y"}, 2: {"a": "y"}})
    assert annotators_of(given, labels((-1, 0.5), (1, 1.0))) == {
        "a": {"answers": 2, "accuracy": 1.0, "interval": wilson(1, 1)},
        "b": {"answers": 1, "accuracy": None, "interval": None},
    }


def test_the_ground_truth_judges_all_but_those_who_gave_it() -> None:
    given = said({1: {"a": "x", "b": "y", "z": "x"}, 2: {"a": "y", "b": "y"}, 3: {"b": "x", "z": "x"}})
    golds, is_gold = {1: "x", 3: "x"}, np.array([False, False, True, False, False, False, True])
    told = annotators_of(given, by_majority(given).held_to(given, golds), golds, is_gold)
    assert told["a"]["gold"] == {"answers": 1, "accuracy": 1.0, "interval": wilson(1, 1)}
    assert told["b"]["gold"] == {"answers": 2, "accuracy": 0.5, "interval": wilson(1, 2)}
    assert "gold" not in told["z"]


@pytest.mark.parametrize("seed", range(4))
def test_each_annotators_labels_are_held_against_the_merged_ones(seed: int) -> None:
    told = crowd(seed)
    merged = by_majority(said(told))
    truths = dict(zip(told, (one.label for one in merged), strict=True))
    found = by_label(said(told), merged, lambda label: [label])
    for who, labels in found.items():
        rows = [(truths[n], given[who]) for n, given in told.items() if who in given and truths[n] is not None]
        true, given = zip(*rows, strict=True)
        for name, figures in labels.items():
            expected = [
                score(true, given, labels=[name], average=None, zero_division=0)[0]
                for score in (precision_score, recall_score)
            ]
            assert [figures["precision"], figures["recall"]] == pytest.approx(expected, abs=1e-6)
            assert figures["answers"] == given.count(name)
