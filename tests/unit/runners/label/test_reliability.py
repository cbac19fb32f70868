"""How reliable answers are, and how sure that is."""

from collections.abc import Mapping
from random import Random

import krippendorff
import numpy as np
import pytest

from runners.label.answers import Answers
from runners.label.distances import distance_of
from runners.label.reliability import DRAWS, each_label, reliability_of
from runners.label.scales import Scale
from tests.unit.runners.label.conftest import crowd, said


def alpha_of(answers: Answers, values: Mapping[str, float] | None = None, *, by_rank: bool = False) -> float | None:
    return reliability_of(answers, lambda labels: distance_of(labels, values, by_rank=by_rank)).alpha


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


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_the_interval_is_that_of_alphas_of_examples_drawn_anew(scale: Scale) -> None:
    told = crowd(3, names="1259")
    values = None if scale == "nominal" else {name: float(name) for name in "1259"}
    found = reliability_of(said(told), lambda labels: distance_of(labels, values, by_rank=scale == "ordinal"))
    matrix = np.array([[float(given.get(who, "nan")) for given in told.values()] for who in "abcd"])
    matrix = matrix[:, (~np.isnan(matrix)).sum(axis=0) > 1]
    chance = np.random.default_rng(9)
    draws = [
        krippendorff.alpha(matrix[:, chance.integers(0, matrix.shape[1], matrix.shape[1])], level_of_measurement=scale)
        for _ in range(1500)
    ]
    assert len(found.draws) == DRAWS
    assert found.interval == pytest.approx(np.quantile(draws, [0.025, 0.975]).tolist(), abs=0.02)
    assert found.least(0.95) == pytest.approx(np.quantile(draws, 0.05), abs=0.02)
    assert float(found.draws.std()) == pytest.approx(np.std(draws), rel=0.1)


def test_many_patterns_are_drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    few = reliability_of(said(crowd(5, 200)))
    monkeypatch.setattr("runners.label.reliability._FEW", 0)
    many = reliability_of(said(crowd(5, 200)))
    assert many.alpha == few.alpha
    assert many.interval == pytest.approx(few.interval, abs=0.02)


def test_the_same_answers_have_the_same_interval() -> None:
    assert reliability_of(said(crowd(1))).interval == reliability_of(said(crowd(1))).interval


def test_each_label_is_held_against_all_others() -> None:
    told = crowd(7)
    found = reliability_of(said(told), parts_of=each_label)
    assert list(found.labels) == ["x", "y", "z"]
    for name, one in found.labels.items():
        alone = reliability_of(said({n: {who: str(a == name) for who, a in g.items()} for n, g in told.items()}))
        assert one.alpha == alone.alpha
        assert one.interval == pytest.approx(alone.interval, abs=0.03)


@pytest.mark.slow
def test_the_interval_holds_the_truth_in_95_of_100_cases() -> None:
    truth = reliability_of(said(crowd(0, 60_000, people="abc"))).alpha
    assert truth is not None
    intervals = [reliability_of(said(crowd(seed, 100, people="abc"))).interval for seed in range(1, 301)]
    held = [interval is not None and interval[0] <= truth <= interval[1] for interval in intervals]
    assert 0.91 <= sum(held) / len(held) <= 0.98
