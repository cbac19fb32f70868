"""How far annotators agree."""

import pytest
from sklearn.metrics import cohen_kappa_score

from runners.label.agreement import alpha_of, annotators_of, pairs_of
from runners.label.merging import Merged

# The example of Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: nominal alpha is 0.743.
OBSERVERS = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}


def test_alpha_is_that_of_the_paper() -> None:
    answers = {
        unit: {who: said.split()[unit] for who, said in OBSERVERS.items() if said.split()[unit] != "."}
        for unit in range(12)
    }
    assert alpha_of(answers) == pytest.approx(0.743, abs=0.001)


def test_alpha_is_one_for_agreement_and_undefined_without_comparison() -> None:
    assert alpha_of({1: {"a": "x", "b": "x"}, 2: {"a": "y", "b": "y"}}) == 1
    assert alpha_of({1: {"a": "x"}, 2: {"a": "y"}}) is None
    assert alpha_of({1: {"a": "x", "b": "x"}, 2: {"a": "x", "b": "x"}}) is None
    assert alpha_of({}) is None


def test_pairs_are_compared_where_both_answered() -> None:
    left, right = list("aabbcc"), list("aabbca")
    answers = {n: {"a": one, "b": two} for n, (one, two) in enumerate(zip(left, right, strict=True))}
    (pair,) = pairs_of({**answers, 9: {"a": "a"}})
    assert pair == {
        "annotators": ["a", "b"],
        "examples": 6,
        "agreement": pytest.approx(5 / 6, abs=1e-6),
        "kappa": pytest.approx(cohen_kappa_score(left, right), abs=1e-6),
    }


def test_pairs_without_a_common_example_or_variety_have_no_kappa() -> None:
    assert pairs_of({1: {"a": "x"}, 2: {"b": "x"}})[0] == {
        "annotators": ["a", "b"],
        "examples": 0,
        "agreement": None,
        "kappa": None,
    }
    assert pairs_of({1: {"a": "x", "b": "x"}})[0]["kappa"] is None


def test_annotators_are_held_against_what_was_merged() -> None:
    merged = {1: Merged("x", 1.0), 2: Merged("y", 0.6)}
    assert annotators_of({1: {"a": "x", "b": "x"}, 2: {"a": "z"}}, merged) == {
        "a": {"answers": 2, "accuracy": 0.5},
        "b": {"answers": 1, "accuracy": 1.0},
    }
