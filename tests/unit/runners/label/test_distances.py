"""Distances of answers, summed over pairs, held against sums over the pairs one by one."""

from itertools import permutations

import numpy as np
import pytest

from runners.label.distances import Distance, distance_of, sample_of
from tests.unit.runners.label.conftest import crowd, said

VALUES = {"1": 1.0, "2": 2.0, "5": 5.0, "9": 9.0}


@pytest.mark.parametrize("by", ["label", "number"])
@pytest.mark.parametrize("seed", range(3))
def test_sums_are_those_of_all_pairs(by: str, seed: int) -> None:
    told = crowd(seed, names="1259")
    answers = said(told)
    distance: Distance = distance_of(answers.labels, VALUES if by == "number" else None)

    def apart(one: str, other: str) -> float:
        return (VALUES[one] - VALUES[other]) ** 2 if by == "number" else float(one != other)

    within = [sum(apart(*pair) for pair in permutations(given.values(), 2)) for given in told.values()]
    assert distance.within(answers).tolist() == pytest.approx(within)
    everything = [label for given in told.values() for label in given.values()]
    weights, counts = np.ones((1, len(answers.examples))), sample_of(answers)
    found = distance.among(counts.stands_for[None, :].astype(float), counts.counts())
    assert found[0] == pytest.approx(sum(apart(*pair) for pair in permutations(everything, 2)))
    assert weights.sum() == counts.stands_for.sum()


def test_examples_with_the_same_answers_are_measured_once() -> None:
    sample = sample_of(said({1: {"a": "x", "b": "y"}, 2: {"c": "y", "b": "x"}, 3: {"a": "x", "b": "x"}, 4: {"a": "x"}}))
    assert sample.answers.examples == [1, 3, 4]
    assert sample.stands_for.tolist() == [2, 1, 1]
