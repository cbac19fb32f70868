"""How far annotators agree."""

from random import Random

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from runners.label.agreement import alpha_of, annotators_of, pairs_of, undefined
from runners.label.merging import Labels
from runners.label.scales import Scale
from tests.unit.runners.label.conftest import said

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
    assert alpha_of(said(answers)) == pytest.approx(0.743, abs=0.001)


def test_alpha_is_one_for_agreement_and_undefined_without_comparison() -> None:
    assert alpha_of(said({1: {"a": "x", "b": "x"}, 2: {"a": "y", "b": "y"}})) == 1
    assert alpha_of(said({1: {"a": "x"}, 2: {"a": "y"}})) is None
    assert alpha_of(said({1: {"a": "x", "b": "x"}, 2: {"a": "x", "b": "x"}})) is None
    assert alpha_of(said({})) is None


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("seed", range(20))
def test_alpha_is_that_of_the_distance_of_its_scale(scale: Scale, seed: int) -> None:
    chance = Random(seed)
    raters = "abcde"[: chance.randint(2, 5)]
    domain = sorted(chance.sample([0.5, 1, 2, 3, 4, 5, 10, 20240115, 20240116], chance.randint(2, 6)))
    answers: dict[int, dict[str, str]] = {}
    for n in range(chance.randint(8, 60)):
        true = chance.randrange(len(domain))
        near = [max(0, min(len(domain) - 1, true + chance.choice([-1, 0, 0, 0, 1]))) for _ in raters]
        answers[n] = {who: str(domain[at]) for who, at in zip(raters, near, strict=True) if chance.random() < 0.8}
    rows = [[float(answers[n].get(who, "nan")) for n in answers] for who in raters]
    expected = krippendorff.alpha(np.array(rows), level_of_measurement=scale)
    values = None if scale == "nominal" else {str(value): float(value) for value in domain}
    assert alpha_of(said(answers), values, by_rank=scale == "ordinal") == pytest.approx(float(expected), abs=2e-6)


def test_numbers_that_all_differ_take_no_room_for_each_pair_of_them() -> None:
    answers = {n: {"a": str(n), "b": str(n + 0.5)} for n in range(30_000)}
    values = {said: float(said) for given in answers.values() for said in given.values()}
    assert alpha_of(said(answers), values) == pytest.approx(1.0, abs=2e-6)


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


def labels(*merged: tuple[int, float]) -> Labels:
    return Labels(("x", "y"), np.array([place for place, _ in merged]), np.array([sure for _, sure in merged]))


def test_annotators_are_held_against_what_was_merged() -> None:
    assert annotators_of(said({1: {"a": "x", "b": "x"}, 2: {"a": "x"}}), labels((0, 1.0), (1, 0.6))) == {
        "a": {"answers": 2, "accuracy": 0.5},
        "b": {"answers": 1, "accuracy": 1.0},
    }


def test_annotators_are_not_held_against_ties() -> None:
    given = said({1: {"a": "x", "b": "y"}, 2: {"a": "y"}})
    assert annotators_of(given, labels((-1, 0.5), (1, 1.0))) == {
        "a": {"answers": 2, "accuracy": 1.0},
        "b": {"answers": 1, "accuracy": None},
    }
