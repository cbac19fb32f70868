"""Answers that are compared in pairs."""

from random import Random
from typing import Any

import numpy as np
import pytest

from runners.label.pairwise import Likeness, PairDistance, annotators_of, pairs_of
from runners.label.regions import Region, merge_regions, regions_in, text_of
from runners.label.reliability import reliability_of
from runners.label.spans import f1_of_spans, merge_spans
from tests.unit.runners.label.conftest import said

F1 = Likeness("f1", f1_of_spans, regions_in)
Told = dict[Any, dict[str, list[tuple[str, int, int]]]]


def marked(told: Told) -> Any:
    """Return spans, told as label and ends, as answers."""
    return said({n: {who: text(spans) for who, spans in given.items()} for n, given in told.items()})


def text(spans: list[tuple[str, int, int]]) -> str:
    return text_of(Region(label, (start, end)) for label, start, end in spans)


def drawn(seed: int, examples: int = 40) -> Told:
    chance = Random(seed)
    told: Told = {}
    for n in range(examples):
        true = [(chance.choice(["PER", "ORG"]), at, at + 5) for at in range(0, 60, 10) if chance.random() < 0.5]
        told[n] = {who: [span for span in true if chance.random() < 0.8] for who in "abc"}
    return told


@pytest.mark.parametrize("seed", range(3))
def test_alpha_is_one_less_observed_by_expected_distance(seed: int) -> None:
    told = drawn(seed)
    answers = list(told.values())
    f1 = [
        f1_of_spans(regions_in(text(given[one])), regions_in(text(given[other])))
        for given in answers
        for one, other in ("ab", "ac", "bc")
    ]
    apart = [
        1 - f1_of_spans(regions_in(text(left)), regions_in(text(right)))
        for n, one in enumerate(answers)
        for m, other in enumerate(answers)
        if n != m
        for left in one.values()
        for right in other.values()
    ]
    found = reliability_of(marked(told), lambda texts: PairDistance(F1, texts))
    assert found.alpha == pytest.approx(1 - (1 - np.mean(f1)) / np.mean(apart), abs=0.01)
    assert found.interval is not None
    assert found.interval[0] < found.alpha < found.interval[1]


def test_pairs_and_annotators_have_a_mean_f1() -> None:
    told: Told = {
        1: {"a": [("PER", 0, 4)], "b": [("PER", 0, 4)], "c": [("PER", 0, 4)]},
        2: {"a": [("PER", 0, 4), ("PER", 6, 9)], "b": [("PER", 0, 4)], "c": [("PER", 0, 4)]},
        3: {"a": [("PER", 0, 4)], "b": []},
    }
    answers = marked(told)
    merged = merge_regions(merge_spans, answers)
    assert [one.label for one in merged] == ['[["PER",0,4]]', '[["PER",0,4]]', None]
    assert [one.confidence for one in merged] == [1.0, 0.666667, 0.5]
    pairs = {tuple(pair["annotators"]): (pair["examples"], pair["f1"]) for pair in pairs_of(answers, F1)}
    assert pairs == {("a", "b"): (3, round((1 + 2 / 3 + 0) / 3, 6)), ("a", "c"): (2, 0.833333), ("b", "c"): (2, 1.0)}
    assert annotators_of(answers, merged, F1) == {
        "a": {"answers": 3, "f1": 0.833333, "interval": pytest.approx([0.506673, 1.0], abs=1e-6)},
        "b": {"answers": 3, "f1": 1.0, "interval": [1.0, 1.0]},
        "c": {"answers": 2, "f1": 1.0, "interval": [1.0, 1.0]},
    }


def test_the_ground_truth_judges_all_but_those_who_gave_it() -> None:
    told: Told = {1: {"a": [("PER", 0, 4)], "b": [], "z": [("PER", 0, 4)]}, 2: {"a": [("ORG", 0, 4)], "z": []}}
    answers = marked(told)
    golds, is_gold = {1: text([("PER", 0, 4)])}, np.array([False, False, True, False, False])
    found = annotators_of(answers, merge_regions(merge_spans, answers), F1, golds, is_gold)
    assert found["a"]["gold"] == {"answers": 2, "f1": 1.0, "interval": None}
    assert found["b"]["gold"] == {"answers": 1, "f1": 0.0, "interval": None}
    assert "gold" not in found["z"]
