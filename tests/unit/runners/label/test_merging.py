"""Rules of merging."""

from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene

from runners.label.merging import ITERATIONS, Merged, Rule, by_dawid_skene, by_majority
from runners.label.rules import RULES
from tests.unit.runners.label.conftest import said

Told = dict[Any, dict[str, str]]


def merge(rule: Rule, told: Told) -> dict[Any, Merged]:
    """Merge what was said by a rule."""
    answers = said(told)
    return dict(zip(answers.examples, rule(answers), strict=True))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_who_agrees_is_believed(rule: Rule) -> None:
    merged = merge(rule, {n: {"a": str(n % 2), "b": str(n % 2), "c": str(n % 2)} for n in range(10)})
    assert {n: one.label for n, one in merged.items()} == {n: str(n % 2) for n in range(10)}
    assert all(one.confidence > 0.99 for one in merged.values())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_one_annotator_and_one_label_are_enough(rule: Rule) -> None:
    assert merge(rule, {"x": {"a": "1"}, "y": {"a": "1"}}) == {"x": Merged("1", 1.0), "y": Merged("1", 1.0)}


def test_the_majority_wins_with_its_share() -> None:
    merged = merge(by_majority, {"x": {"a": "1", "b": "1", "c": "2"}, "y": {"a": "3"}})
    assert merged == {"x": Merged("1", 0.666667), "y": Merged("3", 1.0)}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_of_two_who_never_agree_nobody_is_believed(rule: Rule) -> None:
    merged = merge(rule, {n: {"ann": "a", "bo": "b"} for n in range(100)})
    assert merged == {n: Merged(None, 0.5) for n in range(100)}


def test_a_tie_has_no_label_however_frequent_one_is_elsewhere() -> None:
    answers = {"x": {"a": "1", "b": "2"}, "y": {"a": "2"}, "z": {"a": "4", "b": "3", "c": "4", "d": "3", "e": "1"}}
    assert merge(by_majority, answers) == {"x": Merged(None, 0.5), "y": Merged("2", 1.0), "z": Merged(None, 0.4)}


def test_dawid_skene_believes_the_better_annotator() -> None:
    chance = Random(3)
    truth = {n: chance.choice("abc") for n in range(300)}
    errors = {"good": 0.02, "bad": 0.5, "worse": 0.5}
    answers = {
        n: {who: chance.choice("abc") if chance.random() < rate else label for who, rate in errors.items()}
        for n, label in truth.items()
    }
    right = {
        name: sum(merged[n].label == label for n, label in truth.items()) / 300
        for name, merged in (("ds", merge(by_dawid_skene, answers)), ("majority", merge(by_majority, answers)))
    }
    assert right["ds"] > 0.95
    assert right["ds"] > right["majority"]
    assert list(merge(by_dawid_skene, answers)) == list(answers)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(5))
def test_dawid_skene_is_crowd_kits_where_that_goes_on_to_the_end(seed: int) -> None:
    chance = Random(seed)
    told = {
        n: {
            who: chance.choice("abc") if chance.random() < 0.3 else "abc"[n % 3]
            for who in "pqrst"
            if n % 7 or who < "s"
        }
        for n in range(120)
    }
    rows = [(n, who, label) for n, given in told.items() for who, label in given.items()]
    peer = DawidSkene(n_iter=ITERATIONS, tol=-1.0).fit(pd.DataFrame(rows, columns=["task", "worker", "label"]))
    assert peer.probas_ is not None
    ours = by_dawid_skene(said(told))
    assert ours.confidence == pytest.approx(peer.probas_.sort_index().max(axis=1).to_numpy(), abs=1e-5)
    assert [one.label for one in ours] == [str(label) for label in peer.probas_.sort_index().idxmax(axis=1)]


def test_the_ground_truth_is_the_label_whatever_was_said() -> None:
    answers = said({"x": {"a": "1", "b": "2"}, "y": {"a": "2"}})
    held = by_majority(answers).held_to(answers, {"x": "7"})
    assert list(held) == [Merged("7", 1.0), Merged("2", 1.0)]
    assert np.array_equal(held.confirms(answers), [False, False, True])


def test_nothing_is_merged_of_no_answers() -> None:
    assert [list(rule(said({}))) for rule in RULES.values()] == [[]] * len(RULES)
