"""How far annotators agree in pairs."""

from random import Random

import pytest
from sklearn.metrics import cohen_kappa_score

from runners.label.agreement import pairs_of, undefined
from tests.unit.runners.label.conftest import said


def test_why_alpha_is_undefined_is_told() -> None:
    assert undefined(said({1: {"a": "x"}})) == "no example has two answers, so that alpha is undefined"
    assert undefined(said({1: {"a": "x", "b": "x"}})) == "all 2 answers are `x`, so that alpha is undefined"
    assert undefined(said({1: {"a": "x", "b": "y"}})) == ""


def test_pairs_are_compared_where_both_answered() -> None:
    left, right = list("aabbcc"), list("aabbca")
    answers = {n: {"a": one, "b": two} for n, (one, two) in enumerate(zip(left, right, strict=True))}
    (pair,) = pairs_of(said({**answers, 9: {"a": "a"}}))
    assert pair == {
        "annotators": ["a", "b"],
        "examples": 6,
        "agreement": pytest.approx(5 / 6, abs=1e-6),
        "kappa": pytest.approx(cohen_kappa_score(left, right), abs=1e-6),
    }


def test_pairs_without_a_common_example_are_left_out_and_those_without_variety_have_no_kappa() -> None:
    assert pairs_of(said({1: {"a": "x"}, 2: {"b": "x"}})) == []
    assert pairs_of(said({})) == []
    assert pairs_of(said({1: {"a": "x", "b": "x"}}))[0]["kappa"] is None


def test_of_many_annotators_the_busiest_are_compared() -> None:
    crowd = {f"who {n:03}": "x" for n in range(150)}
    pairs = pairs_of(said({1: crowd, 2: {"who 149": "x", "who 148": "y"}}))
    assert len(pairs) == 100 * 99 / 2
    assert [pair for pair in pairs if pair["annotators"] == ["who 148", "who 149"]] == [
        {"annotators": ["who 148", "who 149"], "examples": 2, "agreement": 0.5, "kappa": 0.0}
    ]


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_every_pair(seed: int) -> None:
    chance = Random(seed)
    told = {n: {who: chance.choice("xyz") for who in "abcd" if chance.random() < 0.7} for n in range(60)}
    for pair in pairs_of(said({n: given for n, given in told.items() if given})):
        one, other = pair["annotators"]
        both = [(given[one], given[other]) for given in told.values() if one in given and other in given]
        assert pair["examples"] == len(both)
        assert pair["kappa"] == pytest.approx(cohen_kappa_score(*zip(*both, strict=True)), abs=1e-6)
